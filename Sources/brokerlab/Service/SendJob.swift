import Broker
import Foundation

/// A number of entries to be sent with some of them in flight at once.
struct SendJob: Sendable {
    var source: EntrySource
    var name: String
    var severity: Severity
    var run: String?
    var inFlight: Int

    /// Sends all entries; throws only when no connection can be made.
    func run<Transport: ClientTransport>(over transport: Transport) async throws -> SendOutcome {
        try await transport.withConnection { connection in
            let progress = SendProgress()
            let start = MonotonicClock.now
            await withTaskGroup { group in
                for _ in 0..<inFlight {
                    group.addTask { await work(on: connection, progress) }
                }
                await group.waitForAll()
            }
            progress.outcome.seconds = Double(MonotonicClock.now - start) / 1e9
            progress.end()
            return progress.outcome
        }
    }

    private func work<Connection: TransportConnection>(
        on connection: isolated Connection, _ progress: SendProgress
    ) async {
        while let (number, text) = await source.next() {
            let stamp = run.map { RunStamp(run: $0, sequence: number, sentAt: MonotonicClock.wallTime) }
            let entry = LogEntry(name: name, data: text, severity: severity, stamp: stamp)
            progress.outcome.sent += 1
            do throws(TransportError) {
                _ = try await connection.send(entry)
                progress.outcome.acked += 1
            } catch {
                progress.fail(error)
            }
            progress.show()
        }
    }
}

/// What became of the entries.
struct SendOutcome: Sendable {
    var sent = 0
    var acked = 0
    var failed = 0
    var firstFailure: String?
    var seconds = 0.0

    func print(asJSON: Bool) {
        if asJSON {
            var object: [String: any Encodable & Sendable] = [
                "sent": sent, "acked": acked, "failed": failed, "seconds": (seconds * 1e6).rounded() / 1e6,
            ]
            if let firstFailure { object["first_failure"] = firstFailure }
            JSONLines().print(object)
            return
        }
        let rate = seconds > 0 ? Int(Double(acked) / seconds) : 0
        Swift.print("sent \(sent), acknowledged \(acked), failed \(failed) in \(format(seconds)) s: \(rate) msgs/s")
        if let firstFailure { FileHandle.standardError.write(Data("first failure: \(firstFailure)\n".utf8)) }
    }

    private func format(_ seconds: Double) -> String {
        String(format: "%.3f", seconds)
    }
}

/// The running account of a job, on standard error once it takes more than two seconds.
///
/// Unchecked: touched on the connection's event loop only, by workers that are isolated to the connection.
private final class SendProgress: @unchecked Sendable {
    private static let interval: UInt64 = 1_000_000_000

    var outcome = SendOutcome()
    private var nextShow = MonotonicClock.now + 2 * SendProgress.interval
    private var hasShown = false
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var sinceClock = 0

    func fail(_ error: TransportError) {
        outcome.failed += 1
        outcome.firstFailure = outcome.firstFailure ?? "\(error)"
    }

    func show() {
        sinceClock += 1
        guard sinceClock >= 64 else { return }
        sinceClock = 0
        let now = MonotonicClock.now
        guard now >= nextShow else { return }
        nextShow = now + Self.interval
        hasShown = true
        let text = "sent \(outcome.sent), acknowledged \(outcome.acked), failed \(outcome.failed)"
        FileHandle.standardError.write(Data((isTerminal ? "\r\(text)" : "\(text)\n").utf8))
    }

    func end() {
        if hasShown && isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
    }
}
