import LoggerService

/// A figure that runs are compared by.
package enum ComparedFigure: String, Sendable, Hashable, CaseIterable {
    case throughput
    case ackP99 = "p99"
    case cpu = "CPU"

    /// The figure of a row, as a score: larger is better.
    func score(_ row: ResultRow) -> Double? {
        switch self {
        // Under an open load all carry the same.
        case .throughput: row.planned.cell.load.ratePerSecond == nil ? row.throughput : nil
        case .ackP99: row.ackLatency?.knownP99Us.map { 1 / max($0, 0.001) }
        case .cpu: row.totalCPUUsPerMessage.flatMap { $0 > 0 ? 1 / $0 : nil }
        }
    }
}

/// How one figure of one cell changed from one run to another.
package struct ComparisonLine: Sendable {
    /// How it changed.
    package enum Change: String, Sendable, Hashable {
        case better
        case worse
        case unchanged
        case undecided = "cannot be told"
    }

    /// The cell.
    package var cell: Cell
    /// The figure.
    package var figure: ComparedFigure
    /// The new run's value by the old one's.
    package var ratio: Estimate
    /// How likely such a difference is by chance, corrected for all cells.
    package var pAdjusted: Double
    /// How it changed.
    package var change: Change
    /// By how much it became worse, as a part of 1; negative where it became better.
    package var loss: Double
    /// The least change that could have been seen, as a part of 1; nil where none could.
    package var least: Double?

    /// Whether it says most of its cell: the 99th percentile under an open load, the throughput else, which of cold connections
    /// is how many are dialed a second.
    package var isPrimary: Bool { figure == (cell.load.ratePerSecond == nil ? .throughput : .ackP99) }

    /// Whether there is a difference.
    package var isChanged: Bool { change == .better || change == .worse }

    /// The size of the difference, in either direction.
    var size: Double { ratio.median > 0 ? max(ratio.median, 1 / ratio.median) - 1 : .infinity }
}

extension ComparisonLine {
    /// All cells' values of a figure, with Holm's correction over them.
    static func all(_ pairs: [FigurePair], tolerance: Double) -> [ComparisonLine] {
        let adjusted = Holm.adjust(pairs.map { MannWhitney($0.old, $0.new).p })
        return zip(pairs, adjusted).compactMap { pair, p in
            guard let score = Estimate(ratioOf: pair.new, to: pair.old), score.median > 0 else { return nil }
            let size = max(score.median, 1 / score.median) - 1
            let isReal = p < Comparison.level && size > pair.noise
            let least = pair.leastVisible(tests: pairs.count)
            let isSteady = (least.map { $0 <= tolerance } ?? false) && size <= tolerance
            let change: Change =
                isReal ? (score.median > 1 ? .better : .worse) : isSteady ? .unchanged : .undecided
            let isScore = pair.figure == .throughput
            return ComparisonLine(
                cell: pair.cell, figure: pair.figure, ratio: isScore ? score : score.inverse ?? score, pAdjusted: p,
                change: change, loss: isScore ? 1 - score.median : 1 / score.median - 1, least: least)
        }
    }
}

/// The scores of one cell in two runs.
struct FigurePair: Sendable {
    var cell: Cell
    var figure: ComparedFigure
    var old: [Double]
    var new: [Double]
    /// What the controls of both runs may differ by together, as a part of 1.
    var noise: Double

    /// The least change that would have been called one, with the spread that the values have; nil where none would.
    func leastVisible(tests: Int) -> Double? {
        guard let from = Median.of(old), let to = Median.of(new), from > 0, to > 0 else { return nil }
        func isSeen(_ factor: Double) -> Bool {
            let shifted = new.map { $0 * from / to * factor }
            return MannWhitney(old, shifted).p * Double(tests) < Comparison.level
        }
        guard isSeen(1000) else { return nil }
        var (low, high) = (1.0, 1000.0)
        while high / low > 1.001 {
            let middle = (low * high).squareRoot()
            if isSeen(middle) { high = middle } else { low = middle }
        }
        return max(noise, high - 1)
    }
}

/// Takes the scores of cells out of two runs.
struct FigurePairs: Sendable {
    var old: Report
    var new: Report
    /// The transport that values are divided by in the same round; nil for the values themselves.
    var floor: String?

    /// The scores of a cell; nil where one of the runs has none.
    func of(_ cell: Cell, _ figure: ComparedFigure) -> FigurePair? {
        let (before, after) = (values(cell, figure, old), values(cell, figure, new))
        guard !before.isEmpty, !after.isEmpty else { return nil }
        let noise = noise(cell, figure, old) + noise(cell, figure, new)
        return FigurePair(cell: cell, figure: figure, old: before, new: after, noise: noise)
    }

    private func values(_ cell: Cell, _ figure: ComparedFigure, _ report: Report) -> [Double] {
        let own = Sample(report.rows.of(cell), figure.score)
        guard let floor else { return own.all }
        var base = cell
        base.transport = floor
        return own.ratios(to: Sample(report.rows.of(base), figure.score))
    }

    /// What the run's control differs by from the same transport under the cell's load.
    private func noise(_ cell: Cell, _ figure: ComparedFigure, _ report: Report) -> Double {
        var twin = cell
        twin.transport = report.suite.controlTransport ?? cell.transport
        var control = twin
        control.role = .control
        let ratios = Sample(report.rows.of(control), figure.score).ratiosByRound(
            to: Sample(report.rows.of(twin), figure.score))
        return Comparison.noiseBound(ratios)
    }
}
