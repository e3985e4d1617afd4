/// A cell over time: where it stood still, and where it was slow.
struct Timeline: Sendable {
    /// A place in time.
    struct Place: Sendable, Hashable {
        /// In seconds since the cell's measured part began.
        var seconds: Double
        /// How long it was, or how slow, in microseconds.
        var microseconds: Double
    }

    /// How many times the median p99 of a cell's bins a bin's p99 is from which it is called slow.
    static let slowFactor = 10.0
    /// The fewest bins that say something of a cell's time.
    static let fewestBins = 10

    /// What was measured.
    let cell: Cell
    /// The round it was measured in.
    let block: Int
    /// Its bins, in their order.
    let bins: [TimelineBin]
    /// The median of the bins' p99, in microseconds; nil where none has so many entries.
    let medianP99Us: Double?
    /// When something was made to go wrong, in seconds; nil where nothing was.
    let faultSeconds: Double?
    /// The bins with a p99 of at least ``slowFactor`` times that.
    let slow: [Place]

    /// - Returns: nil where there are too few bins.
    init?(_ row: ResultRow, bins: [TimelineBin]) {
        guard bins.count >= Self.fewestBins else { return nil }
        (cell, block, self.bins) = (row.planned.cell, row.planned.block, bins)
        let median = Median.of(bins.compactMap(\.p99Us))
        medianP99Us = median
        faultSeconds = row.faultAtMs.map { $0 / 1000 }
        slow = bins.compactMap { bin in
            guard let median, let p99 = bin.p99Us, p99 >= Self.slowFactor * median else { return nil }
            return Place(seconds: bin.startMs / 1000, microseconds: p99)
        }
    }

    /// How often nothing was acknowledged for a while, though an entry waited for it.
    var pauseCount: Double { bins.map { Double($0.pauses) }.reduce(0, +) }

    /// The longest pause that began in each bin, of those that have one.
    var pauses: [Place] {
        bins.compactMap { bin in
            bin.longestPauseUs.map { Place(seconds: bin.startMs / 1000, microseconds: $0) }
        }
    }

    /// The longest pause.
    var longestPause: Place? { pauses.max { $0.microseconds < $1.microseconds } }

    /// How long it lasted, in seconds.
    var seconds: Double { bins.last.map { ($0.startMs + $0.widthMs) / 1000 } ?? 0 }

    /// The same in at most so many bins, each of which has several: their rate, and the largest of their percentiles.
    func coarser(most: Int) -> [TimelineBin] {
        let size = (bins.count + most - 1) / most
        guard size > 1 else { return bins }
        return stride(from: 0, to: bins.count, by: size).map { start in
            let group = bins[start..<min(bins.count, start + size)]
            return group.dropFirst().reduce(into: bins[start]) { sum, bin in
                sum.widthMs += bin.widthMs
                sum.acked &+= bin.acked
                sum.p99Us = [sum.p99Us, bin.p99Us].compactMap(\.self).max()
                sum.maxUs = [sum.maxUs, bin.maxUs].compactMap(\.self).max()
            }
        }
    }

    /// The cells of a run that have bins and may be trusted, in the order in which they were measured.
    static func all(_ rows: [ResultRow], _ bins: [TimelineBin]) -> [Timeline] {
        let byRun = Dictionary(grouping: bins, by: \.runID)
        return rows.filter { $0.isValid && $0.planned.cell.role == .cell }.compactMap { row in
            byRun[row.runID].flatMap { Timeline(row, bins: $0) }
        }
    }
}

/// All valid rounds of one cell over time.
struct CellTimelines: Sendable {
    /// The transport.
    let transport: String
    /// One a round.
    let rounds: [Timeline]

    /// The rounds of each transport under a load, in the order of `transports`.
    static func all(_ timelines: [Timeline], at point: LoadPoint, of transports: [String]) -> [CellTimelines] {
        transports.compactMap { transport in
            let rounds = timelines.filter { $0.cell.transport == transport && $0.cell.point == point }
            return rounds.isEmpty ? nil : CellTimelines(transport: transport, rounds: rounds)
        }
    }

    /// The round with the longest pause, or else with the slowest bin, or the first one: the one to look at.
    var worst: Timeline {
        func worse(_ one: Timeline, _ other: Timeline) -> Bool {
            (one.longestPause?.microseconds ?? 0, one.slow.map(\.microseconds).max() ?? 0)
                < (other.longestPause?.microseconds ?? 0, other.slow.map(\.microseconds).max() ?? 0)
        }
        return rounds.dropFirst().reduce(rounds[0]) { worse($0, $1) ? $1 : $0 }
    }
}
