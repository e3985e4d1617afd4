import BenchmarkResults
import Broker
import Foundation
import LoggerService

/// Measures one cell: loads it, reconciles it with the ledger, and works out its row.
struct CellMeasurement: Sendable {
    var suite: Suite
    var planned: PlannedCell
    var descriptor: TransportDescriptor
    var clientOptions: ClientOptions
    var companions: [CompanionProcess]
    var loggerPID: pid_t
    var ledger: any LedgerClient
    /// What all run ids of the benchmark start with, at most 7 bytes.
    var runPrefix: String
    var reconciliation: Reconciliation
    /// Whether every entry's times are kept.
    var keepsSamples = false
    /// Where it is told what the measured part has come to so far.
    var live: LiveFigures?
    /// What the load may take beyond its own duration before it is given up.
    var slack: Duration

    init(
        suite: Suite, planned: PlannedCell, descriptor: TransportDescriptor, clientOptions: ClientOptions,
        companions: [CompanionProcess], loggerPID: pid_t, ledger: any LedgerClient, runPrefix: String,
        backlog: @escaping @Sendable () async throws -> Int? = { nil }
    ) {
        self.suite = suite
        self.planned = planned
        self.descriptor = descriptor
        self.clientOptions = clientOptions
        self.companions = companions
        self.loggerPID = loggerPID
        self.ledger = ledger
        self.runPrefix = runPrefix
        reconciliation = Reconciliation(ledger: ledger, backlog: backlog)
        slack = clientOptions.connectTimeout + clientOptions.answerTimeout * 2 + reconciliation.limit + .seconds(2)
    }

    /// Measures the cell.
    ///
    /// A transport that fails makes an invalid row, not an error.
    /// - Throws: `CancellationError`; ``BenchmarkError`` when the ledger cannot be reached before the load.
    func measure() async throws -> MeasuredCell {
        let payloads = try PayloadPool(byteCount: planned.cell.payloadBytes, kind: suite.payload, seed: suite.seed)
        let offset = LoadPhase.currentWallClockOffset()
        let warmup = phase("w", payloads, seconds: suite.warmup, offset)
        let measured = phase("m", payloads, seconds: suite.duration, offset)
        var builder = ResultRowBuilder(
            runID: measured.run, planned: planned, descriptor: descriptor, target: clientOptions.target,
            peerVersion: peerVersion)
        try await ledger.announce(run: warmup.run, sealed: payloads.isSealed)
        try await ledger.announce(run: measured.run, sealed: payloads.isSealed)

        let meters = CellMeters(
            logger: loggerPID, companions: companions, transport: descriptor.selector, target: clientOptions.target)
        FreedMemory.giveBack()
        let memory = (broker: PeakMemory(startingNowFor: getpid()), logger: PeakMemory(startingNowFor: loggerPID))
        let load = CellLoad(
            warmup: warmup, measured: measured, connections: planned.cell.connections, meters: meters,
            reconciliation: reconciliation)
        var loadResult: LoadResult?
        switch await run(load) {
        case .failure(let reason):
            try Task.checkCancellation()
            builder.fail(reason.message)
        case .success(.failedInWarmup(let result)):
            builder.add(warmup: result)
        case .success(.measured(let result, let before, var after)):
            builder.add(result)
            do {
                let report = try await settle(result, measured.run, meters, &after)
                builder.add(report, acked: result.acked)
            } catch {
                try Task.checkCancellation()
                builder.fail("the ledger could not be read: \(error)")
            }
            builder.add(before: before, after: after, acked: result.acked, spun: result.spun)
            builder.audit(result, Audit())
            loadResult = result
        }
        builder.row.brokerRSSPeakBytes = memory.broker?.bytes
        builder.row.loggerRSSPeakBytes = memory.logger?.bytes
        return MeasuredCell(row: builder.row, load: loadResult)
    }

    /// Runs the load, and gives it up when it does not end by itself.
    private func run(_ load: CellLoad) async -> Result<CellLoad.Outcome, BenchmarkError> {
        let limit = Duration.seconds(suite.warmup + suite.duration) + slack
        do {
            return .success(
                try await BoundedTask.run(limit: limit) {
                    try await load.run(over: descriptor.makeClient(clientOptions))
                })
        } catch BoundedTask.Failure.overdue {
            return .failure(
                BenchmarkError("the load did not end within \(limit.components.seconds) s and was given up"))
        } catch is CancellationError {
            return .failure(BenchmarkError("the load did not end within \(limit.components.seconds) s"))
        } catch {
            return .failure(BenchmarkError("\(error)"))
        }
    }

    /// Waits for the ledger.
    ///
    /// What was still on its way at the last acknowledgement is part of the receivers' work.
    private func settle(
        _ result: LoadResult, _ run: String, _ meters: CellMeters, _ reading: inout CellMeters.Reading
    ) async throws -> RunReport {
        let first = try await ledger.report(run: run)
        guard first.unique < result.acked else { return first }
        let report = try await reconciliation.settle(run: run, acked: result.acked)
        meters.readReceivers(into: &reading)
        return report
    }

    /// The run id's last letter tells the warm-up from what is measured.
    private func phase(_ letter: String, _ payloads: PayloadPool, seconds: Double, _ offset: Int64) -> LoadPhase {
        LoadPhase(
            run: "\(runPrefix)-\(planned.number)\(letter)", inFlight: planned.cell.inFlight, load: planned.cell.load,
            payloads: payloads, duration: UInt64(seconds * 1e9), wallClockOffset: offset,
            messagesPerOperation: suite.messagesPerOperation, isBare: planned.cell.role == .bareLoop, spin: spin,
            seed: suite.seed &+ UInt64(planned.block),
            keepsSamples: keepsSamples && letter == "m", live: letter == "m" ? live : nil)
    }

    /// How long before its time an entry is waited for on the core, in nanoseconds.
    ///
    /// Not where that would take the time of others: on a core shared with the logger, on an event loop shared with another
    /// connection, or on the last core.
    private var spin: UInt64 {
        let isAlone = suite.placement == .free && planned.cell.connections < GrantedCores.count
        return isAlone ? UInt64((suite.spinUs ?? 0) * 1000) : 0
    }

    private var peerVersion: String? {
        let versions = companions.filter { $0.transports.contains(descriptor.selector) }.compactMap(\.version)
        return versions.isEmpty ? nil : versions.joined(separator: " ")
    }
}

/// What came of a cell: its row, and the histograms and samples behind it; nil where nothing was measured.
struct MeasuredCell: Sendable {
    var row: ResultRow
    var load: LoadResult?
}
