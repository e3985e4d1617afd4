import Broker
import LoggerService

/// Waits for the ledger to have what was acknowledged.
struct Reconciliation: Sendable {
    var ledger: any LedgerClient
    /// How long the ledger may stand still before the rest counts as lost, unless a message broker still holds entries.
    var patience: Duration = .seconds(5)
    /// How long all of it may take: a message broker that hands over a backlog by drops must not hold the suite for ever.
    var limit: Duration = .seconds(120)
    /// How many entries a message broker still holds; nil where there is none.
    var backlog: @Sendable () async throws -> Int? = { nil }

    /// The same for a queue that has that much more time to hand over what it holds.
    func lasting(beyond time: Duration) -> Reconciliation {
        var longer = self
        longer.limit += time
        return longer
    }

    /// The account of a run, as soon as it has `acked` different entries or gets no further.
    /// - Throws: what the ledger throws, or `CancellationError`.
    func settle(run: String, acked: UInt64) async throws -> RunReport {
        let start = ContinuousClock.now
        var lastProgress = start
        var report = try await ledger.report(run: run)
        // For most transports an entry is recorded before it is acknowledged, so the first answer is the last.
        var pause = Duration.milliseconds(2)
        while report.unique + (report.untracked ?? 0) < acked {
            let now = ContinuousClock.now
            guard now - start < limit else { break }
            if now - lastProgress >= patience {
                // One that cannot be asked gives nothing to wait for.
                guard let held = try? await backlog(), held > 0 else { break }
                lastProgress = ContinuousClock.now
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(50))
            let next = try await ledger.report(run: run)
            if next.received != report.received { lastProgress = ContinuousClock.now }
            report = next
        }
        return report
    }

    /// What a load generator says of each entry, held against the sequence numbers that have arrived: as soon as all are there that were
    /// acknowledged and no message broker holds any, or it gets no further.
    /// - Throws: what `arrived` throws, or `CancellationError`.
    func settle(
        _ fates: [EntryFate], _ arrived: @Sendable () async throws -> [UInt64]
    ) async throws -> FateReconciliation {
        let start = ContinuousClock.now
        var lastProgress = start
        var stored = try await arrived()
        while true {
            let found = FateReconciliation(fates, stored: stored)
            let now = ContinuousClock.now
            let held = (try? await backlog()) ?? 0
            if found.lost == 0, held == 0 { return found }
            if now - start >= limit || (held == 0 && now - lastProgress >= patience) { return found }
            try await Task.sleep(for: .milliseconds(50))
            let next = try await arrived()
            if next.count != stored.count || held > 0 { lastProgress = ContinuousClock.now }
            stored = next
        }
    }

    /// The account of what was measured, and what the receivers used until they had all of it.
    ///
    /// What was still on its way at the last acknowledgement is part of their work.
    /// - Returns: the account, and how many entries had been acknowledged and were not in it then.
    func settle(
        _ result: LoadResult, _ run: String, _ meters: CellMeters, _ reading: inout CellMeters.Reading
    ) async throws -> (report: RunReport, late: UInt64) {
        let first = try await ledger.report(run: run)
        guard first.unique < result.acked else { return (first, 0) }
        let report = try await settle(run: run, acked: result.acked)
        await meters.readReceivers(into: &reading)
        return (report, result.acked - first.unique)
    }
}
