/// What changed from one run to another: cell by cell, as faster, slower, or not to be told.
package struct RunComparison: Sendable {
    /// How a cell changed.
    package enum Change: String, Sendable, Hashable {
        case faster
        case slower
        case same = "cannot be told"
    }

    /// One cell that both runs have measured.
    package struct Line: Sendable {
        /// The cell.
        package var cell: Cell
        /// The new run's value by the old one's; of latency under an open load, of throughput otherwise.
        package var ratio: Estimate
        /// How likely such a difference is by chance, corrected for all cells.
        package var pAdjusted: Double
        /// How it changed.
        package var change: Change
        /// By how much it became worse, as a part of 1; negative where it became better.
        package var loss: Double
    }

    /// The cells that both runs have measured, in the order of the new run.
    package let lines: [Line]
    /// What the floor itself changed by, where the others are compared relative to it: the machine, or code that all share.
    package let machine: [(point: String, ratio: Double)]

    /// Compares two runs.
    ///
    /// Runs are not interleaved, and machines drift by more than builds differ. So a value is divided by that of the floor
    /// in the same round, where both runs have one; what the floor changed by is told apart. Each run's control bounds the
    /// error of that run's values; a change has the errors of both, and what a control cannot see, because it is the same
    /// for a whole run: so it must exceed the sum of the two.
    /// - Parameter absolute: compare the values as they are.
    package init(old: Report, new: Report, absolute: Bool = false) {
        let shared = new.summary.map(\.cell).filter { cell in
            cell.load == .closed || cell.load.ratePerSecond != nil
        }.filter { cell in old.summary.contains { $0.cell == cell } }
        let floor = new.record.floor
        let isRelative = !absolute && old.record.floor == floor && shared.contains { $0.transport == floor }
        var candidates: [(cell: Cell, old: [Double], new: [Double], noise: Double)] = []
        var machine: [(point: String, ratio: Double)] = []
        for cell in shared {
            let (before, after) = (Self.sample(cell, old), Self.sample(cell, new))
            guard !before.values.isEmpty, !after.values.isEmpty else { continue }
            let noise = Self.noise(cell, old) + Self.noise(cell, new)
            guard isRelative else {
                candidates.append((cell, before.all, after.all, noise))
                continue
            }
            if cell.transport == floor {
                guard let from = Median.of(before.all), let to = Median.of(after.all), from > 0 else { continue }
                machine.append((cell.point.text, to / from))
                continue
            }
            var base = cell
            base.transport = floor
            let (oldFloor, newFloor) = (Self.sample(base, old), Self.sample(base, new))
            candidates.append((cell, before.ratios(to: oldFloor), after.ratios(to: newFloor), noise))
        }
        let adjusted = Holm.adjust(candidates.map { MannWhitney($0.old, $0.new).p })
        let bootstrap = Bootstrap(seed: new.suite.seed)
        lines = zip(candidates, adjusted).compactMap { candidate, p in
            guard let ratio = bootstrap.ratio(of: candidate.new, to: candidate.old), ratio.median > 0 else {
                return nil
            }
            let isReal = p < Comparison.level && max(ratio.median, 1 / ratio.median) - 1 > candidate.noise
            // Scores are larger where a transport is better, also those of latencies.
            let change: Change = !isReal ? .same : ratio.median > 1 ? .faster : .slower
            let isClosed = candidate.cell.load == .closed
            return Line(
                cell: candidate.cell, ratio: isClosed ? ratio : ratio.inverse ?? ratio, pAdjusted: p, change: change,
                loss: isClosed ? 1 - ratio.median : 1 / ratio.median - 1)
        }
        self.machine = machine
    }

    /// The lines that became worse by more than a part of 1, for sure.
    package func regressions(beyond part: Double) -> [Line] {
        lines.filter { $0.change == .slower && $0.loss > part }
    }

    /// What the run's control differs by under the cell's load, as a part of 1.
    private static func noise(_ cell: Cell, _ report: Report) -> Double {
        (report.summary.first { $0.cell == cell }?.aaNoisePercent ?? 0) / 100
    }

    private static func sample(_ cell: Cell, _ report: Report) -> Sample {
        Summary(suite: report.suite, floor: report.record.floor).sample(
            cell.transport, at: cell.point, of: report.rows)
    }

    /// The comparison for a terminal, a line a cell.
    package var text: String {
        var text = machine.map { line in
            "the floor itself, \(line.point): \(NumberText.significant(line.ratio)) times "
                + "(the machine, or code that all transports share)\n"
        }.joined()
        let width = lines.map { $0.cell.name.count }.max() ?? 0
        for line in lines {
            let name = line.cell.name + String(repeating: " ", count: width - line.cell.name.count)
            let what = line.cell.load == .closed ? "throughput" : "p99"
            text += "\(name)  \(line.change.rawValue): \(what) \(NumberText.significant(line.ratio.median)) times"
            text += line.ratio.interval { NumberText.significant($0) }
            text += ", p \(DecimalText.format(line.pAdjusted, places: 4))\n"
        }
        return text
    }
}
