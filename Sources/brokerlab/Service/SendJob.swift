import BenchmarkKit
import BenchmarkResults
import Broker
import Synchronization
import TransportIO

/// Entries to be sent by the load generator of the benchmarks.
final class SendJob: Sendable {
    /// How they are sent.
    struct Plan: Sendable {
        /// How many may be unacknowledged at once, over all connections.
        var inFlight = 1
        var connections = 1
        /// How many are due a second; nil for as many as are acknowledged.
        var rate: Double?
        /// How long to send; nil for as long as there are entries.
        var window: SendWindow?

        /// How many may be unacknowledged at once on a connection: the first ones have what cannot be shared evenly.
        func inFlight(on index: Int) -> Int {
            inFlight / connections + (index < inFlight % connections ? 1 : 0)
        }

        var load: LoadModel { rate.map { .open(ratePerSecond: $0) } ?? .closed }
    }

    private let source: EntrySource
    private let plan: Plan
    /// Asks for the outcome so far, on the connections' event loops; nil before there are connections.
    private let account = Mutex<(@Sendable () async -> SendOutcome)?>(nil)

    init(source: EntrySource, _ plan: Plan) {
        (self.source, self.plan) = (source, plan)
    }

    /// Sends all entries, or until the task is cancelled; throws only when a connection cannot be made.
    func run(over transport: some ClientTransport) async throws -> SendOutcome {
        try await transport.withConnections(plan.connections) { connections in
            await withTaskCancellationHandler {
                await run(on: connections)
            } onCancel: {
                source.stop()
            }
        }
    }

    private func run(on connections: [any PacedConnection]) async -> SendOutcome {
        let progress = SendProgress()
        let ticker = Task { try await progress.run { await self.soFar() } }
        defer {
            ticker.cancel()
            progress.erase()
        }
        let start = MonotonicClock.now
        var before: LoadAccount?
        if let window = plan.window, window.warmup > 0 {
            before = await run(for: window.warmup, since: start, after: nil, on: connections)
        }
        let measured = await run(for: plan.window?.duration, since: start, after: before, on: connections)
        return SendOutcome(before, measured, since: start, plan)
    }

    /// Sends for so many seconds, or for as long as there are entries.
    private func run(
        for seconds: Double?, since start: UInt64, after before: LoadAccount?, on connections: [any PacedConnection]
    ) async -> LoadAccount {
        let (begin, plan, tallies) = (MonotonicClock.now, plan, LatencyTallies(isOpen: plan.rate != nil))
        let loads = connections.enumerated().map { index, connection in
            let load = SourcedLoad(
                of: source, inFlight: plan.inFlight(on: index), load: plan.load,
                duration: seconds.map { UInt64($0 * 1e9) }, start: begin, share: (index, connections.count),
                over: connection, tallies)
            return (load: load, connection: connection)
        }
        account.withLock {
            $0 = { SendOutcome(before, await Self.account(of: loads), since: start, plan) }
        }
        // Those who wait for a line do not see the time.
        let timer = seconds.map { seconds in
            Task { [source] in
                guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
                source.release()
            }
        }
        defer { timer?.cancel() }
        await withTaskGroup { group in
            for (load, connection) in loads {
                group.addTask { await load.run(on: connection) }
            }
        }
        return await Self.account(of: loads)
    }

    private static func account(
        of loads: [(load: SourcedLoad, connection: any PacedConnection)]
    ) async -> LoadAccount {
        var accounts: [LoadAccount] = []
        for (load, connection) in loads { accounts.append(await load.account(on: connection)) }
        return LoadAccount(merging: accounts)
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
