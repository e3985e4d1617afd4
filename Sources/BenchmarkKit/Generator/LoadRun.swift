import BenchmarkResults
import Broker
import TransportIO

/// What a load generator does for a job: the warm-up, and the stretch that is measured, on the same connections.
struct LoadRun: Sendable {
    var warmup: LoadPhase
    var measured: LoadPhase
    /// In how many slices it is measured, each with the duration of ``measured``; nil for one piece.
    var slices: Int?
    /// What comes behind it, where the word says at which rate.
    var afterwards: LoadPhase?
    var connections: Int
    /// The port of the target, whose sockets' bytes are counted; nil for connections that do not stay, as closing a socket ends its
    /// counters.
    var port: Int?
    /// How many connections were dialed so far, where they do not stay.
    var dials: DialCount?
    /// Told what came of the warm-up; the word to go on, nil where it is not to.
    var word: @Sendable (LoadResult) async -> GeneratorWord?
    /// Told that a slice is over; whether to go on with the next.
    var rest: @Sendable () async -> Bool = { false }
    /// Told that what is measured begins, and that it has ended.
    var mark: @Sendable (GeneratorLine.Mark) -> Void

    /// Opens the connections and runs both phases on them; the measured one starts on all of them together.
    /// - Returns: what was measured; nil where it is not to go on after the warm-up.
    /// - Throws: `TransportError` when there is no connection; `CancellationError`.
    func run(over transport: some ClientTransport) async throws -> LoadResult? {
        try await transport.withConnections(connections) { connections in
            let warm = try await run(warmup, on: connections)
            let before = port.flatMap(WireBytes.init(toPort:))
            guard let word = await self.word(warm) else { return nil }
            var measured = measured
            if let rate = word.ratePerS { measured.load = .open(ratePerSecond: rate) }
            mark(.begin)
            guard var result = try await runSlices(of: measured, on: connections) else { return nil }
            mark(.end)
            // Only then are the connections closed, as closing a socket ends its counters.
            result.wire = before.flatMap { before in port.flatMap(WireBytes.init(toPort:))?.since(before) }
            if var afterwards, let rate = word.afterwardsRatePerS {
                afterwards.load = .open(ratePerSecond: rate)
                result.afterwards = Afterwards(
                    try await run(afterwards, on: connections), ratePerSecond: rate,
                    since: result.start &+ measured.duration)
            }
            return result
        }
    }

    /// Runs what is measured, in one piece or in slices; nil where it is not to go on after one of these.
    private func runSlices(of phase: LoadPhase, on connections: [any PacedConnection]) async throws -> LoadResult? {
        guard let slices else { return try await run(phase, on: connections) }
        let tallies = LatencyTallies(isOpen: false)
        var recorders: [LoadRecorder] = []
        var leads = SliceLeads(of: phase)
        for slice in 0..<slices {
            if slice > 0, await !rest() { return nil }
            let (start, earlier) = (MonotonicClock.now &+ leads.next(), recorders)
            recorders = await sideBySide(phase, tallies, on: connections) { index, own, tally, connection in
                await LoadGenerator.run(
                    slice: own, from: start, after: earlier.isEmpty ? nil : earlier[index],
                    isLate: slice >= slices / 2, tally, on: connection)
            }
            try Task.checkCancellation()
            if recorders.contains(where: \.isStopped) { break }
        }
        return Self.result(of: recorders)
    }

    /// Runs a phase on all connections; what came of it, together, with the connections that were dialed meanwhile.
    private func run(_ phase: LoadPhase, on connections: [any PacedConnection]) async throws -> LoadResult {
        let before = dials?.count
        var result = try await load(phase, on: connections)
        result.dialed = before.flatMap { before in dials.map { $0.count - before } }
        return result
    }

    private func load(_ phase: LoadPhase, on connections: [any PacedConnection]) async throws -> LoadResult {
        guard phase.duration > 0 else { return LoadResult(start: 0, isOpen: false) }
        let tallies = LatencyTallies(isOpen: phase.load != .closed)
        let recorders = await sideBySide(phase, tallies, on: connections) { _, own, tally, connection in
            await LoadGenerator.run(own, tally, on: connection)
        }
        try Task.checkCancellation()
        return Self.result(of: recorders)
    }

    private typealias Share =
        @Sendable (_ index: Int, LoadPhase, LatencyTally, any PacedConnection) async -> LoadRecorder

    /// Runs each connection's share of a phase beside the others'; their recorders, in the order of the connections.
    private func sideBySide(
        _ phase: LoadPhase, _ tallies: LatencyTallies, on connections: [any PacedConnection], _ run: @escaping Share
    ) async -> [LoadRecorder] {
        await withTaskGroup(of: (index: Int, recorder: LoadRecorder).self) { group in
            for (index, connection) in connections.enumerated() {
                let (own, tally) = (phase.shared(index, of: connections.count), tallies.tally(of: connection))
                group.addTask { (index, await run(index, own, tally, connection)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.index < $1.index }.map(\.recorder)
        }
    }

    private static func result(of recorders: [LoadRecorder]) -> LoadResult {
        LoadResult.merging(recorders.map { $0.finish() }) ?? LoadResult(start: 0, isOpen: false)
    }
}

/// How long entries are sent before each slice of a phase, so that as many are in flight as may be: at least a quarter of the
/// slice, and up to as much again.
///
/// Of entries that all take the same time, the same number would be answered in each slice if all began alike, however little
/// was missing to one more.
struct SliceLeads {
    private let shortest: UInt64
    private var generator: SplitMix64

    init(of phase: LoadPhase) {
        shortest = phase.duration / 4
        generator = SplitMix64(seed: phase.seed)
    }

    /// The next slice's, in nanoseconds.
    mutating func next() -> UInt64 {
        shortest &+ UInt64(generator.next(below: Int(shortest) + 1))
    }
}
