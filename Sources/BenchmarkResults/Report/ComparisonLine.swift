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
    /// The medians of both runs, in the figure's unit; nil of a figure that is looked at beside the floor's.
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
        let adjusted = Holm.adjust(pairs.map(\.test.p))
        return zip(pairs, adjusted).compactMap { pair, p in
            guard let score = pair.test.ratio, score.median > 0 else { return nil }
            let size = max(score.median, 1 / score.median) - 1
            let noise = pair.figure.isOfEvent ? pair.noise : max(pair.noise, min(Comparison.margin, tolerance))
            let isReal = p < Comparison.level && size > noise
            let least = pair.test.leastVisible(level: Comparison.level / Double(pairs.count)).map { max($0, noise) }
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

/// One figure of one cell in two runs.
struct FigurePair: Sendable {
    var cell: Cell
    var figure: ComparedFigure
    var test: FigureTest
    /// What is no change, as a part of 1: what the controls of both runs differ by together; of an event, which has none, what can be
    /// told.
    var noise: Double
    /// The medians of the values as they are; nil where the floor's are taken out of them.
    var medians: (old: Double, new: Double)?
}

/// Whether the scores of a cell, of which larger ones are better, are others in one run than in another.
enum FigureTest: Sendable {
    /// Beside the floor's in the same rounds.
    case besideFloor(AnalysisOfCovariance)
    /// As they are.
    case ranks(old: [Double], new: [Double])

    /// How likely so large a difference is by chance.
    var p: Double {
        switch self {
        case .besideFloor(let analysis): analysis.p
        case .ranks(let old, let new): MannWhitney(old, new).p
        }
    }

    /// The new run's by the old one's; nil where that is nothing.
    var ratio: Estimate? {
        switch self {
        case .besideFloor(let analysis): analysis.ratio
        case .ranks(let old, let new): Estimate(ratioOf: new, to: old)
        }
    }

    /// The least change that would have been called one at that level, with the spread that the values have, as a part of 1; nil where
    /// none would.
    func leastVisible(level: Double) -> Double? {
        switch self {
        case .besideFloor(let analysis): analysis.leastVisible(level: level).map { exp($0) - 1 }
        case .ranks(let old, let new): Self.leastVisible(old, new, level: level)
        }
    }

    private static func leastVisible(_ old: [Double], _ new: [Double], level: Double) -> Double? {
        guard let from = Median.of(old), let to = Median.of(new), from > 0, to > 0 else { return nil }
        func isSeen(_ factor: Double) -> Bool { MannWhitney(old, new.map { $0 * from / to * factor }).p < level }
        guard isSeen(1000) else { return nil }
        var (low, high) = (1.0, 1000.0)
        while high / low > 1.001 {
            let middle = (low * high).squareRoot()
            if isSeen(middle) { high = middle } else { low = middle }
        }
        return high - 1
    }
}

/// Takes the scores of cells out of two runs.
struct FigurePairs: Sendable {
    var old: Report
    var new: Report
    /// The transport beside which values are looked at, in the same round; nil for the values themselves.
    var floor: String?

    /// The scores of a cell; nil where one of the runs has none.
    func of(_ cell: Cell, _ figure: ComparedFigure) -> FigurePair? {
        guard !figure.isOfEvent else { return ofEvent(cell, figure) }
        guard let test = test(cell, figure) else { return nil }
        // Errors that have nothing to do with each other. A run without a control is taken to be as the other.
        let controls = (old: noise(cell, figure, old), new: noise(cell, figure, new))
        let noise = hypot(controls.old ?? controls.new ?? 0, controls.new ?? controls.old ?? 0)
        return FigurePair(cell: cell, figure: figure, test: test, noise: noise)
    }

    private func test(_ cell: Cell, _ figure: ComparedFigure) -> FigureTest? {
        guard let floor else {
            let (before, after) = (scores(cell, figure, old).all, scores(cell, figure, new).all)
            return before.isEmpty || after.isEmpty ? nil : .ranks(old: before, new: after)
        }
        return AnalysisOfCovariance(
            old: rounds(cell, figure, old, beside: floor), new: rounds(cell, figure, new, beside: floor),
            runSpread: figure.runSpread
        ).map { .besideFloor($0) }
    }

    private func scores(_ cell: Cell, _ figure: ComparedFigure, _ report: Report) -> Sample {
        Sample(report.rows.of(cell), figure.score)
    }

    /// The scores of the rounds that have the floor's as well.
    private func rounds(
        _ cell: Cell, _ figure: ComparedFigure, _ report: Report, beside floor: String
    ) -> [AnalysisOfCovariance.Round] {
        var (base, control) = (cell, cell)
        base.transport = floor
        (control.transport, control.role) = (floor, .control)
        // Where it is measured twice in a round, the noise of the two is less by their mean.
        let floors = scores(base, figure, report).averaged(with: scores(control, figure, report))
        return scores(cell, figure, report).values.sorted { $0.key < $1.key }.compactMap { round, score in
            guard let floor = floors.values[round], floor > 0, score > 0 else { return nil }
            return AnalysisOfCovariance.Round(value: log(score), floor: log(floor))
        }
    }

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
            cell: cell, figure: figure, test: .ranks(old: before.scores, new: after.scores), noise: noise,
            medians: (before.median, after.median))
    }

    /// What the run's control differs by from the same transport under the cell's load, as a part of 1; nil where there is none.
    private func noise(_ cell: Cell, _ figure: ComparedFigure, _ report: Report) -> Double? {
        var twin = cell
        twin.transport = report.suite.controlTransport ?? cell.transport
        var control = twin
        control.role = .control
        return Comparison.noise(scores(control, figure, report).ratiosByRound(to: scores(twin, figure, report)))
    }
}
