import Glibc

/// How one figure of one cell changed from one run to another.
package struct ComparisonLine: Sendable {
    /// How it changed.
    package enum Change: String, Sendable, Hashable {
        case better
        case worse
        case unchanged
        /// There is a difference, and neither direction is the better one.
        case changed
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
    /// The medians of both runs, in the figure's unit; nil of a figure that is divided by the floor's.
    var medians: (old: Double, new: Double)?

    /// Whether it says most of its cell: the longest gap where something goes wrong, the 99th percentile under an open load, the
    /// throughput else, which of cold connections is how many are dialed a second.
    package var isPrimary: Bool {
        guard cell.fault == .none else { return figure == .decidingFaultTime }
        return figure == (cell.load.ratePerSecond == nil ? .throughput : .ackP99)
    }

    /// Whether there is a difference.
    package var isChanged: Bool { change == .better || change == .worse || change == .changed }

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
            let direction: Change = !pair.figure.isJudged ? .changed : score.median > 1 ? .better : .worse
            let change = isReal ? direction : isSteady ? .unchanged : .undecided
            let isScore = pair.figure == .throughput
            return ComparisonLine(
                cell: pair.cell, figure: pair.figure, ratio: isScore ? score : score.inverse ?? score, pAdjusted: p,
                change: change, loss: isScore ? 1 - score.median : 1 / score.median - 1, least: least,
                medians: pair.medians)
        }
    }
}

/// The scores of one cell in two runs.
struct FigurePair: Sendable {
    var cell: Cell
    var figure: ComparedFigure
    var old: [Double]
    var new: [Double]
    /// What the controls of both runs may differ by together, as a part of 1; of an event, which has none, what can be told.
    var noise: Double
    /// The medians of the values as they are; nil where scores are divided by the floor's.
    var medians: (old: Double, new: Double)?

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
        guard !figure.isOfEvent else { return ofEvent(cell, figure) }
        let (before, after) = (values(cell, figure, old), values(cell, figure, new))
        guard !before.isEmpty, !after.isEmpty else { return nil }
        // Errors that have nothing to do with each other.
        let controls = hypot(noise(cell, figure, old), noise(cell, figure, new))
        let noise = hypot(controls, floorChange(cell, figure))
        return FigurePair(cell: cell, figure: figure, old: before, new: after, noise: noise)
    }

    /// To which power of the floor's change others may have changed beside it.
    ///
    /// A machine whose neighbours are at work is not as much slower for all, which no control sees: the rate of grpc by that of tcp went
    /// with the power of 0.13 (64 in flight) to 0.25 (1 in flight) of tcp's own.
    private static let powerOfFloorChange = 1.0 / 3

    /// The same of what an event comes to, as it is: it is made of timers, of what starts again and of entries that were due
    /// meanwhile, and not of how fast the machine is; and the floor's has a spread of its own.
    private func ofEvent(_ cell: Cell, _ figure: ComparedFigure) -> FigurePair? {
        func of(_ report: Report) -> (scores: [Double], median: Double)? {
            let rows = report.rows.of(cell)
            return Median.of(Sample(rows, figure.value).all).map { (Sample(rows, figure.score).all, $0) }
        }
        guard let before = of(old), let after = of(new) else { return nil }
        let shortest = max(min(before.median, after.median), figure.resolution(in: cell.point))
        let noise = shortest > 0 ? figure.resolution(in: cell.point) / shortest : 0
        return FigurePair(
            cell: cell, figure: figure, old: before.scores, new: after.scores, noise: noise,
            medians: (before.median, after.median))
    }

    private func values(_ cell: Cell, _ figure: ComparedFigure, _ report: Report) -> [Double] {
        let own = Sample(report.rows.of(cell), figure.score)
        return floorValues(cell, figure, report).map(own.ratios) ?? own.all
    }

    /// The floor's scores under a cell's load; nil where nothing is divided by them.
    private func floorValues(_ cell: Cell, _ figure: ComparedFigure, _ report: Report) -> Sample? {
        guard let floor else { return nil }
        var base = cell
        base.transport = floor
        var control = base
        control.role = .control
        // Where it is measured twice in a round, the noise of a ratio is less by the mean of the two.
        return Sample(report.rows.of(base), figure.score)
            .averaged(with: Sample(report.rows.of(control), figure.score))
    }

    /// What a cell may have changed by because the floor did, as a part of 1; 0 where nothing is divided by it.
    private func floorChange(_ cell: Cell, _ figure: ComparedFigure) -> Double {
        guard let before = floorValues(cell, figure, old).flatMap({ Median.of($0.all) }),
            let after = floorValues(cell, figure, new).flatMap({ Median.of($0.all) }), before > 0, after > 0
        else { return 0 }
        return pow(max(before / after, after / before), Self.powerOfFloorChange) - 1
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
