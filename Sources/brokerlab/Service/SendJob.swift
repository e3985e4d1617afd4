import Broker
import Synchronization
import Terminal

/// A number of entries to be sent with some of them in flight at once.
final class SendJob: Sendable {
    private let source: EntrySource
    private let name: String
    private let severity: Severity
    private let run: String?
    private let inFlight: Int
    private let window: SendWindow?
    /// Asks for the outcome so far, on the connection's event loop; nil before there is a connection.
    private let account = Mutex<(@Sendable () async -> SendOutcome)?>(nil)

    /// - Parameter window: how long to send; nil for as long as there are entries.
    init(
        source: EntrySource, name: String, severity: Severity, run: String?, inFlight: Int, window: SendWindow?
    ) {
        (self.source, self.name, self.severity) = (source, name, severity)
        (self.run, self.inFlight, self.window) = (run, inFlight, window)
    }

    /// Sends all entries, or until the task is cancelled; throws only when no connection can be made.
    func run<Transport: ClientTransport>(over transport: Transport) async throws -> SendOutcome {
        try await transport.withConnection { connection in
            let start = MonotonicClock.now
            let progress = SendProgress(span: window?.span(from: start), start: start)
            account.withLock { $0 = { await Self.outcome(of: progress, on: connection) } }
            // Those who wait for a line do not see the time.
            let timer = window.map { window in
                Task { [source] in
                    guard (try? await Task.sleep(for: .seconds(window.warmup + window.duration))) != nil else { return }
                    source.stop()
                }
            }
            defer { timer?.cancel() }
            await withTaskCancellationHandler {
                await withTaskGroup { group in
                    for _ in 0..<inFlight {
                        group.addTask { await self.work(on: connection, progress) }
                    }
                    await group.waitForAll()
                }
            } onCancel: {
                source.stop()
            }
            return Self.outcome(of: progress, on: connection)
        }
    }

    /// What became of the entries so far, with what is to be said of standard input.
    func outcomeSoFar() async -> SendOutcome {
        let account = account.withLock { $0 }
        return await account?() ?? SendOutcome()
    }

    /// What is to be said of standard input; nil where it is not read.
    var remarks: LineReader.Remarks? { source.lines?.remarks }

    private static func outcome<Connection: TransportConnection>(
        of progress: SendProgress, on connection: isolated Connection
    ) -> SendOutcome {
        progress.end()
        return progress.outcome
    }

    private func work<Connection: TransportConnection>(
        on connection: isolated Connection, _ progress: SendProgress
    ) async {
        while !Task.isCancelled, let sentAt = progress.begin() {
            switch source.take() {
            case .entry(let number, let text):
                let stamp = run.map { RunStamp(run: $0, sequence: number, sentAt: MonotonicClock.wallTime) }
                let entry = LogEntry(name: name, data: text, severity: severity, stamp: stamp)
                progress.outcome.sent += 1
                do throws(TransportError) {
                    _ = try await connection.send(entry)
                    progress.acknowledged(since: sentAt)
                } catch {
                    progress.outcome.add(error)
                }
                progress.show()
            case .unfit(_, let error):
                progress.outcome.sent += 1
                progress.outcome.add(error)
            case .none: await source.wait()
            case .end: return
            }
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
