import Broker
import Foundation

/// A number of entries to be sent with some of them in flight at once.
struct SendJob: Sendable {
    var source: EntrySource
    var name: String
    var severity: Severity
    var run: String?
    var inFlight: Int
    /// How long to send; nil for as long as there are entries.
    var window: SendWindow?

    /// Sends all entries; throws only when no connection can be made.
    func run<Transport: ClientTransport>(over transport: Transport) async throws -> SendOutcome {
        try await transport.withConnection { connection in
            let start = MonotonicClock.now
            let progress = SendProgress(span: window?.span(from: start))
            await withTaskGroup { group in
                for _ in 0..<inFlight {
                    group.addTask { await work(on: connection, progress) }
                }
                await group.waitForAll()
            }
            progress.end(start: start)
            return progress.outcome
        }
    }

    private func work<Connection: TransportConnection>(
        on connection: isolated Connection, _ progress: SendProgress
    ) async {
        while let (number, text) = await source.next(), let sentAt = progress.begin() {
            let stamp = run.map { RunStamp(run: $0, sequence: number, sentAt: MonotonicClock.wallTime) }
            let entry = LogEntry(name: name, data: text, severity: severity, stamp: stamp)
            progress.outcome.sent += 1
            do throws(TransportError) {
                _ = try await connection.send(entry)
                progress.acknowledged(since: sentAt)
            } catch {
                progress.fail(error)
            }
            progress.show()
        }
    }
}

/// How long `send` sends, and which part of that it measures.
struct SendWindow: Sendable {
    /// In seconds, before what is measured.
    var warmup: Double
    /// What is measured, in seconds.
    var duration: Double

    /// When what is measured begins and ends, on ``MonotonicClock``.
    func span(from start: UInt64) -> Range<UInt64> {
        let begin = start + UInt64(warmup * 1e9)
        return begin..<begin + UInt64(duration * 1e9)
    }
}

/// What was measured in a window.
struct SendFigures: Sendable, Equatable {
    var messages = 0
    var seconds = 0.0
    var p50Microseconds = 0.0
    var p99Microseconds = 0.0

    var messagesPerSecond: Double { seconds > 0 ? Double(messages) / seconds : 0 }
}

/// What became of the entries.
struct SendOutcome: Sendable {
    var sent = 0
    var acked = 0
    var failed = 0
    var firstFailure: String?
    var seconds = 0.0
    /// Nil where no window was asked for.
    var figures: SendFigures?

    func print(asJSON: Bool) {
        if asJSON {
            var object: [String: any Encodable & Sendable] = [
                "sent": sent, "acked": acked, "failed": failed, "seconds": rounded(seconds),
            ]
            if let firstFailure { object["first_failure"] = firstFailure }
            if let figures {
                object["messages"] = figures.messages
                object["total_messages"] = acked
                object["seconds"] = rounded(figures.seconds)
                object["messages_per_s"] = rounded(figures.messagesPerSecond)
                object["p50_us"] = rounded(figures.p50Microseconds)
                object["p99_us"] = rounded(figures.p99Microseconds)
            }
            JSONLines().print(object)
            return
        }
        let rate = seconds > 0 ? Int(Double(acked) / seconds) : 0
        Swift.print("sent \(sent), acknowledged \(acked), failed \(failed) in \(format(seconds)) s: \(rate) msgs/s")
        if let figures {
            let latency = String(format: "p50 %.1f us, p99 %.1f us", figures.p50Microseconds, figures.p99Microseconds)
            Swift.print(
                "measured for \(format(figures.seconds)) s: \(Int(figures.messagesPerSecond)) msgs/s, \(latency)")
        }
        if let firstFailure { FileHandle.standardError.write(Data("first failure: \(firstFailure)\n".utf8)) }
    }

    private func rounded(_ number: Double) -> Double {
        (number * 1e6).rounded() / 1e6
    }

    private func format(_ seconds: Double) -> String {
        String(format: "%.3f", seconds)
    }
}
