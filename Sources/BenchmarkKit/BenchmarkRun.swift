import BenchmarkResults
import Broker
import Glibc
import Synchronization

/// One run of a benchmark: measures the plan's cells against a logger and keeps their rows.
final class BenchmarkRun: Sendable {
    private let configuration: BenchmarkConfiguration
    private let main: Stage
    private let overhead: Stage?
    private let log: HistogramLog
    private let startedAt = MonotonicClock.now
    private let measured = Mutex<[ResultRow]>([])
    /// What tells this run's entries from those of an earlier one that a message broker may still hold.
    private let runPrefix = String(UInt32.random(in: 0..<0x100_0000), radix: 16)

    /// Cells that are measured in rounds, and where their rows go.
    private struct Stage {
        var suite: Suite
        var file: ResultsFile
        /// The groups of cells that a round has; nil for all of the suite's.
        var groups: [[Cell]]?
        /// Whether its rows are the benchmark's results.
        var isMain = false
    }

    init(configuration: BenchmarkConfiguration, suite: Suite) throws(BenchmarkError) {
        self.configuration = configuration
        main = Stage(suite: suite, file: try ResultsFile(path: configuration.folder.resultsFile), isMain: true)
        overhead = try suite.overhead.map { suite throws(BenchmarkError) in
            Stage(
                suite: suite, file: try ResultsFile(path: configuration.folder.overheadFile),
                groups: suite.overheadPairs)
        }
        log = try HistogramLog(
            path: configuration.folder.histogramFile, startedAt: Double(MonotonicClock.wallTime) / 1e9)
        let record = RunRecord(
            suite: suite, environment: configuration.environment,
            floor: suite.references?.floor ?? suite.controlTransport ?? "",
            startedAt: UTCTime.now.extended, command: configuration.command)
        try ResultsFile.replace(configuration.folder.recordFile, with: record.text)
        if configuration.keepsRawSamples { try configuration.folder.makeRawFolder() }
    }

    /// The rows so far, of all stages.
    var rows: [ResultRow] { measured.withLock { $0 } }

    /// Times codecs and protocols by themselves, where the suite asks for it.
    /// - Throws: `CancellationError`; ``BenchmarkError`` that names the transport that failed.
    func measureLayers() throws {
        let suite = main.suite
        guard suite.decomposition == true, let makeWork = configuration.makeLayerWork else { return }
        configuration.progress.show(.measuringLayers)
        let measurement = LayerMeasurement(suite: suite, registry: configuration.registry, makeWork: makeWork)
        try ResultsFile.replace(configuration.folder.layersFile, with: LayerCost.file(try measurement.rows()))
    }

    /// Measures every cell, in the plan's order, and then what shows the lab's own cost.
    /// - Throws: `CancellationError`; ``BenchmarkError`` when the logger's account or the file cannot be had any more.
    func measureAll(with logger: LoggerProcess) async throws {
        guard let control = logger.targets[configuration.logger.controlTransport] else {
            throw missing(configuration.logger.controlTransport)
        }
        let ledger = try ControlClient(target: control)
        defer { ledger.close() }
        let pinning = try CPUPinning(processes: [getpid(), logger.pid])
        // The logger's pinning ends with the logger.
        defer { try? pinning.release() }
        for stage in [main, overhead].compactMap(\.self) {
            var timeLeft = TimeLeft(suite: stage.suite)
            let (before, start) = (rows.count, MonotonicClock.now)
            var schedule = RoundSchedule(
                suite: stage.suite, floor: floor, groups: stage.groups, after: before)
            while let round = schedule.next(
                after: Array(rows.dropFirst(before)), seconds: Double(MonotonicClock.now - start) / 1e9)
            {
                let last = before + schedule.count
                for planned in round {
                    try await measure(planned, stage, last: last, logger, ledger, pinning, &timeLeft)
                }
            }
        }
    }

    /// Measures a cell of a stage whose last one, as far as it is decided, has that number.
    private func measure(
        _ planned: PlannedCell, _ stage: Stage, last: Int, _ logger: LoggerProcess, _ ledger: ControlClient,
        _ pinning: CPUPinning, _ timeLeft: inout TimeLeft
    ) async throws {
        try Task.checkCancellation()
        // Again for each cell, for the threads that were started since.
        if stage.suite.placement == .oneCPU { try pinning.pinToOneCore() }
        let start = MonotonicClock.now
        let measurement = try measurement(of: planned, stage, logger, ledger)
        let count = last + (stage.isMain ? overheadCells : 0)
        let cell = try await showingProgress(measurement, of: count) { [self, timeLeft] elapsed in
            secondsLeft(stage, timeLeft, cells: last - planned.number + 1, elapsed: elapsed)
        }
        try stage.file.append(
            ReportedResult(row: cell.row, suite: stage.suite, environment: configuration.environment))
        if stage.isMain, let load = cell.load { try keep(load, of: planned) }
        measured.withLock { $0.append(cell.row) }
        timeLeft.add(Double(MonotonicClock.now - start) / 1e9)
        let left = secondsLeft(stage, timeLeft, cells: last - planned.number)
        configuration.progress.show(.measured(cell.row, planned, of: count, secondsLeft: left))
    }

    /// The number of cells of the stage behind the main one.
    private var overheadCells: Int {
        overhead.map { $0.suite.rounds * ($0.groups?.map(\.count).reduce(0, +) ?? 0) } ?? 0
    }

    /// The transport that the others are divided by.
    private var floor: String { main.suite.references?.floor ?? main.suite.controlTransport ?? "" }

    private func secondsLeft(_ stage: Stage, _ timeLeft: TimeLeft, cells: Int, elapsed: Double = 0) -> Double {
        let later = stage.isMain ? overhead : nil
        return timeLeft.seconds(cells: cells, elapsed: elapsed)
            + (later.map { TimeLeft(suite: $0.suite).seconds(cells: overheadCells) } ?? 0)
    }

    /// Keeps what the row's figures were taken from.
    private func keep(_ load: LoadResult, of planned: PlannedCell) throws(BenchmarkError) {
        let since = Double(load.start > startedAt ? load.start - startedAt : 0) / 1e9
        try log.append(load.latency, tag: planned.tag, secondsSinceStart: since, duration: load.elapsed)
        guard configuration.keepsRawSamples else { return }
        try ResultsFile.replace(configuration.folder.rawFile(of: planned), with: RawSamples.file(load))
    }

    private func measurement(
        of planned: PlannedCell, _ stage: Stage, _ logger: LoggerProcess, _ ledger: ControlClient
    ) throws(BenchmarkError) -> CellMeasurement {
        let selector = planned.cell.transport
        guard let descriptor = configuration.registry.first(where: { $0.selector == selector }),
            let target = logger.targets[descriptor.receiver]
        else { throw missing(selector) }
        let share = planned.cell.inFlight / planned.cell.connections
        var options = ClientOptions(target: target, maxInFlight: share)
        configuration.adjustClientOptions(descriptor, &options)
        var measurement = CellMeasurement(
            suite: stage.suite, planned: planned, descriptor: descriptor, clientOptions: options,
            companions: configuration.companions, loggerPID: logger.pid, ledger: ledger, runPrefix: runPrefix,
            backlog: { [backlog = configuration.backlog] in try await backlog(descriptor) })
        measurement.keepsSamples = configuration.keepsRawSamples && stage.isMain
        measurement.live = LiveFigures()
        return measurement
    }

    private func missing(_ transport: String) -> BenchmarkError {
        BenchmarkError("the logger announced no address for '\(transport)'. Have it listen there, or leave it out.")
    }

    /// How often the progress is shown: a cell of the default suite takes half a second.
    private static let progressInterval = Duration.milliseconds(200)

    /// Measures a cell, and shows what it has come to and the time left, at its start and while it runs.
    private func showingProgress(
        _ measurement: CellMeasurement, of count: Int, secondsLeft: @escaping @Sendable (_ elapsed: Double) -> Double
    ) async throws -> MeasuredCell {
        let progress = configuration.progress
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let start = MonotonicClock.now
                while !Task.isCancelled {
                    let left = secondsLeft(Double(MonotonicClock.now - start) / 1e9)
                    let soFar = measurement.live?.soFar
                    progress.show(.measuring(measurement.planned, of: count, soFar: soFar, secondsLeft: left))
                    try? await Task.sleep(for: Self.progressInterval)
                }
            }
            defer { group.cancelAll() }
            return try await measurement.measure()
        }
    }
}
