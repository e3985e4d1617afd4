import BenchmarkResults
import Broker
import Glibc
import Synchronization

/// One run of a benchmark: measures a suite's cells, round by round, and keeps their rows.
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
        /// Which cores are whose.
        var pinning: CPUPinning
        /// The groups of cells that a round has; nil for all of the suite's.
        var groups: [[Cell]]?
        /// Whether its rows are the benchmark's results.
        var isMain = false
    }

    init(configuration: BenchmarkConfiguration, suite: Suite) throws(BenchmarkError) {
        self.configuration = configuration
        main = Stage(
            suite: suite, file: try ResultsFile(path: configuration.folder.resultsFile),
            pinning: try CPUPinning(suite.placement), isMain: true)
        overhead = try suite.overhead.map { suite throws(BenchmarkError) in
            Stage(
                suite: suite, file: try ResultsFile(path: configuration.folder.overheadFile),
                pinning: try CPUPinning(suite.placement), groups: suite.overheadPairs)
        }
        log = try HistogramLog(
            path: configuration.folder.histogramFile, startedAt: Double(MonotonicClock.wallTime) / 1e9)
        let record = RunRecord(
            suite: suite, environment: configuration.environment,
            floor: suite.references?.floor ?? suite.controlTransport ?? "",
            startedAt: UTCTime.now.extended, command: configuration.command)
        try ResultsFile.replace(configuration.folder.recordFile, with: record.text)
        if suite.hasTimeline {
            try ResultsFile.replace(configuration.folder.timelineFile, with: TimelineColumns.file([]))
        }
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

    /// Measures every cell, in the order of the schedule, and then what shows the lab's own cost.
    /// - Throws: `CancellationError`; ``BenchmarkError`` when a logger's account or the file cannot be had any more.
    func measureAll() async throws {
        // One that is killed is another process afterwards.
        func others() -> [pid_t] { [getpid()] + configuration.companions.compactMap(\.pid) }
        if let cores = main.pinning.description { configuration.progress.show(.placed(cores)) }
        try main.pinning.pinOthers(others())
        defer { main.pinning.release(others()) }
        for stage in [main, overhead].compactMap(\.self) {
            let timeLeft = Mutex(TimeLeft(suite: stage.suite))
            let (before, start) = (rows.count, MonotonicClock.now)
            var schedule = RoundSchedule(
                suite: stage.suite, floor: floor, groups: stage.groups, after: before)
            while let round = schedule.next(
                after: Array(rows.dropFirst(before)), seconds: Double(MonotonicClock.now - start) / 1e9)
            {
                try Task.checkCancellation()
                let last = before + schedule.count
                for (processes, cells) in Self.byProcesses(round, of: stage.suite) {
                    let setting = processes.setting
                    // One after the other of a round has a name of its own.
                    let number = processes.cell == nil ? "" : "\(cells[0].number)-"
                    let parties = RoundParties(
                        label: (stage.isMain ? "" : "lab-") + number, round: cells, setting: setting,
                        suite: stage.suite,
                        configuration: configuration)
                    do {
                        try await parties.run { [self] pairs in
                            // Those of loopback were put there before.
                            if pairs.main.link != nil {
                                try stage.pinning.pinOthers(pairs.main.companions.compactMap(\.pid))
                            }
                            for load in byTurns(cells, of: stage.suite) {
                                try await measure(load, stage, last: last, pairs, timeLeft)
                            }
                        }
                    } catch let error as BenchmarkError
                        where (configuration.outlivesLoggers || setting.parties.logger != .swift) && !rows.isEmpty
                    {
                        try Task.checkCancellation()
                        try giveUp(cells, stage, last: last, error)
                    }
                }
            }
        }
    }

    /// The cells of a round by the processes that they have in common, in the round's order.
    private static func byProcesses(
        _ round: [PlannedCell], of suite: Suite
    ) -> [(processes: Suite.Processes, cells: [PlannedCell])] {
        var groups: [(processes: Suite.Processes, cells: [PlannedCell])] = []
        for planned in round {
            let processes = suite.processes(of: planned.cell)
            if let index = groups.firstIndex(where: { $0.processes == processes }) {
                groups[index].cells.append(planned)
            } else {
                groups.append((processes, [planned]))
            }
        }
        return groups
    }

    /// The cells that are measured together, one after the other: those of a load that have turns, each of the others by itself.
    private func byTurns(_ cells: [PlannedCell], of suite: Suite) -> [[PlannedCell]] {
        var loads: [[PlannedCell]] = []
        for planned in cells {
            let index = loads.firstIndex { load in
                load[0].cell.point == planned.cell.point && configuration.isSliced(load[0].cell, in: suite)
            }
            if let index, configuration.isSliced(planned.cell, in: suite) {
                loads[index].append(planned)
            } else {
                loads.append([planned])
            }
        }
        return loads
    }

    /// Measures cells of a stage whose last one, as far as it is decided, has that number: one, or several by turns.
    private func measure(
        _ load: [PlannedCell], _ stage: Stage, last: Int, _ pairs: RoundParties.Pairs,
        _ timeLeft: borrowing Mutex<TimeLeft>
    ) async throws {
        try Task.checkCancellation()
        let start = MonotonicClock.now
        let measurements = try await measurements(of: load, stage, pairs)
        let count = last + (stage.isMain ? overheadCells : 0)
        let soFar = timeLeft.withLock { $0 }
        let cells = try await showingProgress(measurements, of: count) { [self] elapsed in
            secondsLeft(stage, soFar, cells: last - rows.count, underWay: load.count, elapsed: elapsed)
        }
        let seconds = Double(MonotonicClock.now - start) / 1e9 / Double(load.count)
        for (planned, cell) in zip(load, cells) {
            try keep(cell, of: planned, stage, last: last, after: seconds, timeLeft)
        }
    }

    /// Keeps what came of a cell, which took so many seconds, and shows it.
    private func keep(
        _ cell: MeasuredCell, of planned: PlannedCell, _ stage: Stage, last: Int, after seconds: Double,
        _ timeLeft: borrowing Mutex<TimeLeft>
    ) throws(BenchmarkError) {
        try stage.file.append(
            ReportedResult(row: cell.row, suite: stage.suite, environment: configuration.environment))
        if stage.isMain, let load = cell.load { try keep(load, of: planned) }
        if stage.isMain, !cell.timeline.isEmpty {
            try ResultsFile.append(TimelineColumns.records(cell.timeline), to: configuration.folder.timelineFile)
        }
        measured.withLock { $0.append(cell.row) }
        let now = timeLeft.withLock { timeLeft in
            timeLeft.add(seconds)
            return timeLeft
        }
        let left = secondsLeft(stage, now, cells: last - rows.count)
        let count = last + (stage.isMain ? overheadCells : 0)
        configuration.progress.show(.measured(cell.row, planned, of: count, secondsLeft: left))
    }

    /// Keeps rows of the cells of a round that were still to be measured when its logger was lost.
    private func giveUp(_ cells: [PlannedCell], _ stage: Stage, last: Int, _ error: BenchmarkError) throws {
        let done = Set(rows.map(\.planned.number))
        for planned in cells where !done.contains(planned.number) {
            guard let transport = configuration.registry.first(where: { $0.selector == planned.cell.transport }) else {
                continue
            }
            var builder = ResultRowBuilder(
                runID: "\(runPrefix)-\(planned.number)m", planned: planned, descriptor: transport, target: "",
                peerVersion: nil)
            if let earlier = rows.first(where: { $0.planned.cell.transport == transport.selector }) {
                builder.row.isReconciled = earlier.isReconciled
            }
            builder.fail(error.message)
            try stage.file.append(
                ReportedResult(row: builder.row, suite: stage.suite, environment: configuration.environment))
            measured.withLock { $0.append(builder.row) }
            configuration.progress.show(.measured(builder.row, planned, of: last, secondsLeft: 0))
        }
    }

    /// The number of cells of the stage behind the main one.
    private var overheadCells: Int {
        overhead.map { $0.suite.rounds * ($0.groups?.map(\.count).reduce(0, +) ?? 0) } ?? 0
    }

    /// The transport that the others are divided by.
    private var floor: String { main.suite.references?.floor ?? main.suite.controlTransport ?? "" }

    private func secondsLeft(
        _ stage: Stage, _ timeLeft: TimeLeft, cells: Int, underWay: Int = 1, elapsed: Double = 0
    ) -> Double {
        let later = stage.isMain ? overhead : nil
        return timeLeft.seconds(cells: cells, underWay: underWay, elapsed: elapsed)
            + (later.map { TimeLeft(suite: $0.suite).seconds(cells: overheadCells) } ?? 0)
    }

    /// Keeps what the row's figures were taken from.
    private func keep(_ load: LoadResult, of planned: PlannedCell) throws(BenchmarkError) {
        let since = Double(load.start > startedAt ? load.start - startedAt : 0) / 1e9
        try log.append(load.latency, tag: planned.tag, secondsSinceStart: since, duration: load.elapsed)
    }

    /// The measurements of cells that are measured together.
    private func measurements(
        of load: [PlannedCell], _ stage: Stage, _ pairs: RoundParties.Pairs
    ) async throws -> [CellMeasurement] {
        var measurements: [CellMeasurement] = []
        for planned in load {
            measurements.append(try await measurement(of: planned, stage, pairs.pair(for: planned.cell)))
        }
        guard configuration.isSliced(load[0].cell, in: stage.suite) else { return measurements }
        let turns = SliceTurns(of: load.map(\.number), seed: stage.suite.seed &+ UInt64(load[0].block))
        var processes: [[pid_t]] = []
        for measurement in measurements {
            processes.append([try await measurement.generator.party().pid, measurement.loggerPID].compactMap(\.self))
        }
        for index in measurements.indices {
            measurements[index].turns = CellLoad.Turns(all: turns, member: load[index].number)
            measurements[index].fellows = processes.enumerated().filter { $0.offset != index }.flatMap(\.element)
        }
        return measurements
    }

    private func measurement(
        of planned: PlannedCell, _ stage: Stage, _ pair: RoundParties.Pair
    ) async throws(BenchmarkError) -> CellMeasurement {
        let selector = planned.cell.transport
        guard let descriptor = configuration.registry.first(where: { $0.selector == selector }) else {
            throw LoggerProcess.missing(selector)
        }
        let address = configuration.addresses[selector]
        let logger = address == nil ? pair.logger : nil
        var target = address ?? logger?.targets[descriptor.receiver] ?? ""
        if address == nil, !target.isEmpty { configuration.adjustTarget(descriptor, pair.seat, &target) }
        var measurement = CellMeasurement(
            suite: stage.suite, planned: planned, descriptor: descriptor, target: target,
            companions: pair.companions, generator: pair.generator, loggerPID: await logger?.life.pid,
            ledger: logger == nil ? nil : pair.ledger, runPrefix: runPrefix,
            backlog: { [backlog = configuration.backlog] in try await backlog(descriptor, pair.seat) })
        measurement.logger = (logger?.ready.name ?? target, logger?.ready.version ?? "")
        if address != nil, let remote = configuration.remote {
            (measurement.remote, measurement.logger) = (remote, remote.identity)
        }
        measurement.life = logger?.life
        measurement.queueLabel = configuration.queueLabel(pair.seat)
        measurement.pinning = stage.pinning
        measurement.store = pair.store
        if planned.cell.through != .none {
            measurement.middle = try configuration.middle(descriptor, target)
        }
        measurement.link = pair.link
        measurement.certificate = pair.seat.certificate
        if configuration.keepsRawSamples, stage.isMain {
            measurement.rawFile = configuration.folder.rawFile(of: planned)
        }
        measurement.live = LiveFigures()
        return measurement
    }

    /// How often the progress is shown: a cell of the default suite takes half a second.
    private static let progressInterval = Duration.milliseconds(200)

    /// Measures cells, and shows what the first has come to and the time left, at its start and while it runs.
    private func showingProgress(
        _ measurements: [CellMeasurement], of count: Int,
        secondsLeft: @escaping @Sendable (_ elapsed: Double) -> Double
    ) async throws -> [MeasuredCell] {
        let progress = configuration.progress
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let start = MonotonicClock.now
                while !Task.isCancelled {
                    let left = secondsLeft(Double(MonotonicClock.now - start) / 1e9)
                    let soFar = measurements[0].live?.soFar
                    progress.show(.measuring(measurements[0].planned, of: count, soFar: soFar, secondsLeft: left))
                    try? await Task.sleep(for: Self.progressInterval)
                }
            }
            defer { group.cancelAll() }
            return try await Self.measure(measurements)
        }
    }

    /// Measures cells side by side, where they are several; in their order.
    private static func measure(_ measurements: [CellMeasurement]) async throws -> [MeasuredCell] {
        guard measurements.count > 1 else { return [try await measurements[0].measure()] }
        return try await withThrowingTaskGroup(of: (index: Int, cell: MeasuredCell).self) { group in
            for (index, measurement) in measurements.enumerated() {
                group.addTask {
                    let result: Result<MeasuredCell, any Error>
                    do { result = .success(try await measurement.measure()) } catch { result = .failure(error) }
                    // The others' turns go on without it, whatever became of it.
                    if let turns = measurement.turns { await turns.all.leave(turns.member) }
                    return (index, try result.get())
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.index < $1.index }.map(\.cell)
        }
    }
}
