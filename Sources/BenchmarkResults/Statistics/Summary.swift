import Metrics

/// Works out the rows of `summary.csv` from those of `results.csv`.
///
/// Only valid rows count. A ratio compares rows of the same round. Transports are ranked by the ``DecidingFigure`` of the load.
struct Summary: Sendable {
    var suite: Suite
    /// The transport that the others are divided by.
    var floor: String

    /// The rows, in the order of the suite's cells; cells without any measurement, and controls, have none.
    func rows(of results: [ResultRow]) -> [SummaryRow] {
        let byPoint = Dictionary(grouping: results, by: \.planned.cell.point)
        return suite.points.flatMap { point in
            byPoint[point].map { rows(at: point, $0) } ?? []
        }
    }

    /// The transport that sentences compare with: the one asked for, the usual one where it is measured, or the floor.
    var baseline: String? {
        if let baseline = suite.baseline { return baseline }
        return suite.transports.first { $0 == suite.references?.baseline } ?? suite.transports.first { $0 == floor }
            ?? suite.transports.first
    }

    /// What is compared under one load: larger is better.
    func sample(_ transport: String, at point: LoadPoint, of results: [ResultRow]) -> Sample {
        let rows = results.filter {
            $0.planned.cell.point == point && $0.planned.cell.transport == transport && $0.planned.cell.role == .cell
        }
        return Sample(rows, point.load.decidingFigure.score)
    }

    /// All comparisons under one load, within rank classes.
    func comparisons(at point: LoadPoint, of results: [ResultRow]) -> [Comparison] {
        let own = results.filter { $0.planned.cell.point == point }
        return families(at: point, own).values.flatMap(\.self)
    }

    /// The comparisons within each rank class; ranks are given within one, so that the correction is over its pairs.
    private func families(at point: LoadPoint, _ results: [ResultRow]) -> [String: [Comparison]] {
        // What a fault comes to, or more than can be carried, says nothing of who carries more, or sooner.
        guard point.isSteady else { return [:] }
        let samples = suite.transports.map { (transport: $0, sample: sample($0, at: point, of: results)) }
        let classes = Dictionary(grouping: samples.filter { !$0.sample.values.isEmpty }) { sample in
            results.filter { $0.planned.cell.transport == sample.transport }.rankClass
        }
        let control = control(results, point.load.decidingFigure.score)
        let looks = Looks(suite)
        return classes.mapValues { Comparison.all($0, control: control, looks: looks) }
    }

    /// All comparisons of a figure at a point where something goes wrong, or more is offered than is carried, by rank class: the better
    /// one is the one with less of it.
    ///
    /// Such cells have no control; but no difference counts that is smaller than what can be told of the figure.
    func comparisons(
        of figure: ComparedFigure, at point: LoadPoint, of results: [ResultRow]
    ) -> [String: [Comparison]] {
        let own = results.filter { $0.planned.cell.point == point && $0.planned.cell.role == .cell }
        let rows = Dictionary(grouping: own, by: \.planned.cell.transport)
        let samples = suite.transports.map { (transport: $0, sample: Sample(rows[$0] ?? [], figure.score)) }
        let classes = Dictionary(grouping: samples.filter { !$0.sample.values.isEmpty }) { sample in
            rows[sample.transport]?.rankClass ?? ""
        }
        let medians = rows.mapValues { Median.of(Sample($0, figure.value).all) ?? 0 }
        return classes.mapValues { samples in
            Comparison.all(samples, looks: Looks(suite)).map { one in
                var one = one
                let difference = ((medians[one.first] ?? 0) - (medians[one.second] ?? 0)).magnitude
                if difference <= figure.resolution(in: point) { one.better = nil }
                return one
            }
        }
    }

    /// The control's values by those of the same transport, by their round.
    private func control(_ results: [ResultRow], _ score: (ResultRow) -> Double?) -> [Int: Double] {
        let control = results.filter { $0.planned.cell.role == .control }
        guard let transport = control.first?.planned.cell.transport else { return [:] }
        let twin = results.filter { $0.planned.cell.role == .cell && $0.planned.cell.transport == transport }
        return Sample(control, score).ratiosByRound(to: Sample(twin, score))
    }

    private func rows(at point: LoadPoint, _ results: [ResultRow]) -> [SummaryRow] {
        let figure = point.load.decidingFigure
        let score = figure.score
        let own = results.filter { $0.planned.cell.role == .cell }
        let byTransport = Dictionary(grouping: own, by: \.planned.cell.transport)
        let measured = suite.transports.filter { byTransport[$0] != nil }
        let samples = measured.map { (transport: $0, sample: Sample(byTransport[$0] ?? [], score)) }
        let sampleOf = Dictionary(uniqueKeysWithValues: samples.map { ($0.transport, $0.sample) })
        let noise = Comparison.noise(control(results, score))
        let processNoise = ProcessNoise(results)
        let families = families(at: point, results)
        let rankings = families.compactMapValues { family -> Ranking? in
            guard family.contains(where: { Comparison.canTell(rounds: $0.rounds) }) else { return nil }
            return Ranking(measured.filter { name in family.contains { $0.has(name) } }, family)
        }
        return measured.map { transport in
            let rows = byTransport[transport] ?? []
            var row = SummaryRow(transport, point, rows)
            func ratio(to other: String?) -> Estimate? {
                guard let other, let own = sampleOf[transport], let divisor = sampleOf[other] else { return nil }
                let ratios = own.ratios(to: divisor)
                // A ratio of latencies reads the other way round than one of their inverses; and the median of an even number
                // of inverses is not the inverse of the median.
                return Estimate(medianOf: figure.isLatency ? ratios.map { 1 / $0 } : ratios)
            }
            row.ratioToFloor = ratio(to: floor)
            row.ratioToBaseline = ratio(to: baseline)
            row.cpuRatioToBaseline = baseline.flatMap { name in
                let divisor = Sample(byTransport[name] ?? [], \.totalCPUUsPerMessage)
                return Estimate(medianOf: Sample(rows, \.totalCPUUsPerMessage).ratios(to: divisor))
            }
            let own = families[row.rankClass]?.filter { $0.has(transport) } ?? []
            let comparison = own.first { transport != baseline && $0.has(baseline ?? "") }
            row.pAdjusted = comparison?.pAdjusted
            row.isTiedWithBaseline = comparison.map { !$0.isSignificant }
            if let place = rankings[row.rankClass]?.places[transport] {
                row.rank = place.best
                row.worstRank = place.worst
                row.tiedWith = place.tiedWith
                row.equalTo = place.equalTo
                row.leastDifferencePercent = own.compactMap(\.leastDifference).max().map { $0 * 100 }
            }
            row.aaNoisePercent = noise.map { $0 * 100 }
            row.processNoise = processNoise
            return row
        }
    }
}

extension ResultRow {
    /// The CPU time of all processes that take part, in microseconds per acknowledged entry.
    var totalCPUUsPerMessage: Double? {
        guard let broker = brokerCPUUsPerMessage, let logger = loggerCPUUsPerMessage else { return nil }
        return broker + logger + (queueCPUUsPerMessage ?? 0) + (storeCPUUsPerMessage ?? 0)
            + (throughCPUUsPerMessage ?? 0)
    }
}
