import BenchmarkKit
import Broker
import Synchronization
import TransportIO

/// A number of entries to be sent with some of them in flight at once, by the load generator of the benchmarks.
final class SendJob: Sendable {
    private let source: EntrySource
    private let inFlight: Int
    private let window: SendWindow?
    /// Asks for the outcome so far, on the connection's event loop; nil before there is a connection.
    private let account = Mutex<(@Sendable () async -> SendOutcome)?>(nil)

    /// - Parameter window: how long to send; nil for as long as there are entries.
    init(source: EntrySource, inFlight: Int, window: SendWindow?) {
        (self.source, self.inFlight, self.window) = (source, inFlight, window)
    }

    /// Sends all entries, or until the task is cancelled; throws only when no connection can be made.
    func run<Transport: ClientTransport>(over transport: Transport) async throws -> SendOutcome {
        try await transport.withConnection { connection in
            let paced = try connection.paced
            return await withTaskCancellationHandler {
                await run(on: paced)
            } onCancel: {
                source.stop()
            }
        }
    }

    private func run<Connection: PacedConnection>(on connection: isolated Connection) async -> SendOutcome {
        let progress = SendProgress()
        let ticker = Task { try await progress.run { await self.soFar() } }
        defer {
            ticker.cancel()
            progress.erase()
        }
        let start = MonotonicClock.now
        var before: LoadAccount?
        if let window, window.warmup > 0 {
            before = await run(for: window.warmup, since: start, after: nil, on: connection)
        }
        let measured = await run(for: window?.duration, since: start, after: before, on: connection)
        return SendOutcome(before, measured, since: start, isMeasured: window != nil)
    }

    /// Sends for so many seconds, or for as long as there are entries.
    private func run<Connection: PacedConnection>(
        for seconds: Double?, since start: UInt64, after before: LoadAccount?, on connection: isolated Connection
    ) async -> LoadAccount {
        let isMeasured = window != nil
        let load = SourcedLoad(of: source, inFlight: inFlight, duration: seconds.map { UInt64($0 * 1e9) })
        account.withLock {
            $0 = {
                SendOutcome(before, await load.account(on: connection), since: start, isMeasured: isMeasured)
            }
        }
        // Those who wait for a line do not see the time.
        let timer = seconds.map { seconds in
            Task { [source] in
                guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
                source.release()
            }
        }
        defer { timer?.cancel() }
        await load.run(on: connection)
        return load.account(on: connection)
    }

    /// What became of the entries so far, with what is to be said of standard input.
    func outcomeSoFar() async -> SendOutcome {
        await soFar() ?? SendOutcome()
    }

    private func soFar() async -> SendOutcome? {
        let account = account.withLock { $0 }
        return await account?()
    }

    /// What is to be said of standard input; nil where it is not read.
    var remarks: LineReader.Remarks? { source.lines?.remarks }
}

/// How long `send` sends, and which part of that it measures.
struct SendWindow: Sendable {
    /// In seconds, before what is measured.
    var warmup: Double
    /// What is measured, in seconds.
    var duration: Double
}
