import Histogram

/// All that a run's raw results say: made from the files of its folder, right after the run or years later.
package struct Report: Sendable {
    let record: RunRecord
    /// The rows of `results.csv`.
    package let rows: [ResultRow]
    /// The rows of `summary.csv`.
    package let summary: [SummaryRow]
    let histograms: [String: Histogram<UInt32>]
    /// What a message's CPU time goes to, where the suite asked for it.
    let decompositions: [Decomposition]
    /// The rows of `overhead.csv`, where the suite asked for it.
    let pairs: [ResultRow]
    /// What the lab itself costs, of those.
    let overhead: [Overhead]
    /// The valid rows over time, where the suite asked for it.
    let timelines: [Timeline]

    var suite: Suite { record.suite }

    /// Reads the files of a folder.
    /// - Throws: ``BenchmarkError`` when there are none, or they cannot be read.
    package init(of folder: ResultsFolder) throws(BenchmarkError) {
        self.init(
            record: try RunRecord(path: folder.recordFile), rows: try ResultsReader(path: folder.resultsFile).rows,
            histograms: HistogramLog.read(folder.histogramFile), inner: try LayerCost.read(folder.layersFile),
            pairs: folder.hasOverheadFile ? try ResultsReader(path: folder.overheadFile).rows : [],
            bins: try TimelineColumns.read(folder.timelineFile))
    }

    init(
        record: RunRecord, rows: [ResultRow], histograms: [String: Histogram<UInt32>] = [:], inner: [LayerCost] = [],
        pairs: [ResultRow] = [], bins: [TimelineBin] = []
    ) {
        self.record = record
        self.rows = rows
        self.histograms = histograms
        let summary = Summary(suite: record.suite, floor: record.floor).rows(of: rows)
        self.summary = summary
        decompositions = summary.compactMap { Decomposition($0, among: summary, inner: inner) }
        self.pairs = pairs
        overhead = Overhead.all(pairs, of: record.suite)
        timelines = Timeline.all(rows, bins)
    }

    /// The transports under a load, over time.
    func timelines(at point: LoadPoint) -> [CellTimelines] {
        CellTimelines.all(timelines, at: point, of: suite.transports)
    }

    /// The cells that were measured in which nothing was made to go wrong, and no more offered than somebody said.
    var steadyCells: [Cell] { summary.map(\.cell).filter(\.isSteady) }

    /// The suite's sweeps, each with the crossovers on it.
    var sweeps: [(sweep: Sweep, crossovers: [Crossover])] {
        let statistics = Summary(suite: suite, floor: record.floor)
        return Sweep.all(of: suite).map { sweep in
            let own = summary.filter { sweep.points.contains($0.cell.point) }
            let classes = Dictionary(grouping: own, by: \.rankClass).values
            let crossovers = classes.flatMap { rows in
                Crossover.all(
                    in: sweep,
                    transports: suite.transports.filter { name in rows.contains { $0.cell.transport == name } },
                    samples: { statistics.sample($0, at: $1, of: self.rows) },
                    comparisons: { statistics.comparisons(at: $0, of: self.rows) })
            }
            return (sweep, crossovers)
        }
    }

    /// All pairs of transports under a load, within acknowledgement classes.
    package func comparisons(at point: LoadPoint) -> [Comparison] {
        Summary(suite: suite, floor: record.floor).comparisons(at: point, of: rows)
    }

    /// The highest rates carried, where rates were swept.
    var knees: [Knee] {
        suite.settings.filter { $0.fault == .none }.flatMap { setting in
            suite.transports.compactMap { transport in
                let own = rows.filter { row in
                    let cell = row.planned.cell
                    return cell.transport == transport && cell.setting == setting && cell.role == .cell
                }
                var knee = Knee(transport, rows: own, limitUs: suite.p99LimitUs)
                knee?.setting = setting
                return knee
            }
        }
    }

    /// The summary for programs: an array with an object a cell, by the columns of `summary.csv`.
    package var json: String {
        let own = thresholds
        let objects = summary.map { row in
            SummaryColumns.all.map { column in
                let text = column.field(ReportedSummary(row: row, report: self))
                let value = text.isEmpty ? "null" : Double(text) == nil ? JSONText.quoted(text) : text
                return "\(JSONText.quoted(column.name)):\(value)"
            }.joined(separator: ",")
                + ",\"thresholds\":[\(own.filter { $0.cell == row.cell }.map(\.json).joined(separator: ","))]"
        }
        return "[" + objects.map { "{\($0)}" }.joined(separator: ",\n ") + "]\n"
    }

    /// The table for a terminal.
    package var table: String {
        ResultTable(
            suite: suite, rows: summary, floor: record.floor, invalid: (rows + pairs).filter { !$0.isValid },
            overhead: overhead, thresholds: thresholdLines, promises: PromiseCosts.all(of: self),
            cold: ColdCosts.all(of: self), faults: FaultCosts.all(of: self), overloads: OverloadCosts.all(of: self),
            growth: Growth.all(of: self),
            settings: SettingContrast.allCases.flatMap { SettingRatios.all($0, of: self) },
            parties: PartyRatios.all(of: self),
            verdict: Verdict(of: self).sentences.map(\.text),
            isRateKept: isRateKept, comparisons: comparisons, timelines: timelines(at:)
        ).text
    }
}
