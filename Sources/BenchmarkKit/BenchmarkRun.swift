import Broker
import Glibc
import Synchronization

/// One run of a benchmark: measures the plan's cells against a logger and keeps their rows.
final class BenchmarkRun: Sendable {
    private let configuration: BenchmarkConfiguration
    private let suite: Suite
    private let plan: Plan
    private let file: ResultsFile
    private let log: HistogramLog
    private let startedAt = MonotonicClock.now
    private let measured = Mutex<[ResultRow]>([])
    /// What tells this run's entries from those of an earlier one that a message broker may still hold.
    private let runPrefix = String(UInt32.random(in: 0..<0x100_0000), radix: 16)

    init(configuration: BenchmarkConfiguration, suite: Suite) throws(BenchmarkError) {
        self.configuration = configuration
        self.suite = suite
        plan = Plan(suite: suite)
        file = try ResultsFile(path: configuration.folder.resultsFile)
        log = try HistogramLog(
            path: configuration.folder.histogramFile, startedAt: Double(MonotonicClock.wallTime) / 1e9)
        let record = RunRecord(
            suite: suite, environment: configuration.environment, floor: configuration.floor,
            startedAt: UTCTime.now.extended, command: configuration.command)
        try ResultsFile.replace(configuration.folder.recordFile, with: record.text)
        if configuration.keepsRawSamples { try configuration.folder.makeRawFolder() }
    }

    /// The rows so far.
    var rows: [ResultRow] { measured.withLock { $0 } }

    /// Times codecs and protocols by themselves, where the suite asks for it.
    /// - Throws: `CancellationError`; ``BenchmarkError`` that names the transport that failed.
    func measureLayers() throws {
        guard suite.decomposition == true, let makeWork = configuration.makeLayerWork else { return }
        configuration.progress.show(.measuringLayers)
        let measurement = LayerMeasurement(suite: suite, registry: configuration.registry, makeWork: makeWork)
        try ResultsFile.replace(configuration.folder.layersFile, with: LayerCost.file(try measurement.rows()))
    }

    /// Measures every cell, in the plan's order.
    /// - Throws: `CancellationError`; ``BenchmarkError`` when the logger's account or the file cannot be had any more.
    func measureAll(with logger: LoggerProcess) async throws {
        guard let control = logger.targets[configuration.logger.controlTransport] else {
            throw missing(configuration.logger.controlTransport)
        }
        let ledger = try ControlClient(target: control)
        defer { ledger.close() }
        let pinning = try CPUPinning(processes: [getpid(), logger.pid])
        // The logger's pinning ends with the logger.
        defer { if suite.placement == .oneCPU { try? pinning.release() } }
        var timeLeft = TimeLeft(suite: suite)
        for planned in plan.cells {
            try Task.checkCancellation()
            // Again for each cell, for the threads that were started since.
            if suite.placement == .oneCPU { try pinning.pinToOneCore() }
            let start = MonotonicClock.now
            var measurement = try measurement(of: planned, logger, ledger)
            let live = LiveFigures()
            measurement.live = live
            let cell = try await showingProgress(planned, live, timeLeft) { [measurement] in
                try await measurement.measure()
            }
            let row = cell.row
            try file.append(ReportedResult(row: row, suite: suite, environment: configuration.environment))
            if let load = cell.load, planned.cell.role != .bareLoop { try keep(load, of: planned) }
            measured.withLock { $0.append(row) }
            timeLeft.add(Double(MonotonicClock.now - start) / 1e9)
            let left = timeLeft.seconds(cells: plan.cells.count - planned.number)
            configuration.progress.show(.measured(row, planned, of: plan.cells.count, secondsLeft: left))
        }
    }

    /// Keeps what the row's figures were taken from.
    private func keep(_ load: LoadResult, of planned: PlannedCell) throws(BenchmarkError) {
        let since = Double(load.start > startedAt ? load.start - startedAt : 0) / 1e9
        try log.append(load.latency, tag: planned.tag, secondsSinceStart: since, duration: load.elapsed)
        guard configuration.keepsRawSamples else { return }
        try ResultsFile.replace(configuration.folder.rawFile(of: planned), with: RawSamples.file(load))
    }

    private func measurement(
        of planned: PlannedCell, _ logger: LoggerProcess, _ ledger: ControlClient
    ) throws(BenchmarkError) -> CellMeasurement {
        let selector = planned.cell.transport
        guard let descriptor = configuration.registry.first(where: { $0.selector == selector }),
            let target = logger.targets[descriptor.receiver]
        else { throw missing(selector) }
        let share = planned.cell.inFlight / planned.cell.connections
        var options = ClientOptions(target: target, maxInFlight: share)
        configuration.adjustClientOptions(descriptor, &options)
        var measurement = CellMeasurement(
            suite: suite, planned: planned, descriptor: descriptor, clientOptions: options,
            companions: configuration.companions, loggerPID: logger.pid, ledger: ledger, runPrefix: runPrefix)
        measurement.keepsSamples = configuration.keepsRawSamples
        return measurement
    }

    private func missing(_ transport: String) -> BenchmarkError {
        BenchmarkError("the logger announced no address for '\(transport)'. Have it listen there, or leave it out.")
    }

    /// How often the progress is shown: a cell of the default suite takes half a second.
    private static let progressInterval = Duration.milliseconds(200)

    /// Runs `work` and shows what it has come to and the time left, at its start and while it runs.
    private func showingProgress<Value: Sendable>(
        _ planned: PlannedCell, _ live: LiveFigures, _ timeLeft: TimeLeft,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let count = plan.cells.count
        let remaining = count - planned.number + 1
        let progress = configuration.progress
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let start = MonotonicClock.now
                while !Task.isCancelled {
                    let elapsed = Double(MonotonicClock.now - start) / 1e9
                    let left = timeLeft.seconds(cells: remaining, elapsed: elapsed)
                    progress.show(.measuring(planned, of: count, soFar: live.soFar, secondsLeft: left))
                    try? await Task.sleep(for: Self.progressInterval)
                }
            }
            defer { group.cancelAll() }
            return try await work()
        }
    }
}
