/// What is due to the protocol, and what to who speaks it, under one load: every transport with every pair of parties.
struct PartyRatios: Sendable {
    /// A transport with a pair of parties.
    struct Line: Sendable {
        /// The medians.
        var row: SummaryRow
        /// Its figure that decides under the load by that of the same transport with the first pair, in the same round.
        var byPair: Estimate?
        /// The same by that of the first transport with the same pair.
        var byTransport: Estimate?

        var transport: String { row.cell.transport }
        var parties: PartyPair { row.cell.parties }
    }

    /// The load, with the first pair.
    var load: LoadPoint
    /// The transport that the others are held against.
    var transport: String
    /// Those of a transport stand together.
    var lines: [Line]
    /// The loggers that one load generator has ahead, and another one behind.
    var disagreements: [Disagreement]

    /// One for each load that was measured with more than one pair of parties, and in which nothing goes wrong.
    static func all(of report: Report) -> [PartyRatios] {
        let pairs = report.suite.usedPairs
        guard pairs.count > 1 else { return [] }
        return report.suite.steadyPoints.filter { $0.parties == pairs[0] }.compactMap { PartyRatios($0, pairs, report) }
    }

    private init?(_ load: LoadPoint, _ pairs: [PartyPair], _ report: Report) {
        let points = pairs.map { pair in
            var point = load
            point.parties = pair
            return point
        }
        let rows = report.suite.transports.flatMap { transport in
            points.compactMap { point in
                report.summary.first { $0.cell.point == point && $0.cell.transport == transport && $0.count > 0 }
            }
        }
        guard let reference = rows.first?.cell.transport, Set(rows.map(\.cell.parties)).count > 1 else { return nil }
        let samples = Dictionary(
            rows.map { ($0.cell, Sample(report.rows.of($0.cell), load.load.decidingFigure.value)) }
        ) { first, _ in first }
        func ratio(_ cell: Cell, _ change: (inout Cell) -> Void) -> Estimate? {
            var other = cell
            change(&other)
            guard let own = samples[cell], let divisor = samples[other] else { return nil }
            return Estimate(medianOf: own.ratios(to: divisor))
        }
        self.load = load
        transport = reference
        lines = rows.map { row in
            Line(
                row: row, byPair: ratio(row.cell) { $0.parties = pairs[0] },
                byTransport: ratio(row.cell) { $0.transport = reference })
        }
        disagreements = Disagreement.all(rows, samples)
    }

    /// What is divided by what: `rate`, or `p99` at a rate.
    var figure: String { load.load.decidingFigure.word }

    /// What they come to: how much is due to the one, and to the other, and whether the load generators agree.
    var sentences: [String] {
        [spreads].compactMap(\.self)
            + (disagreements.isEmpty ? agreement.map { [$0] } ?? [] : disagreements.map(\.text))
    }

    /// How far apart transports are with one pair, and pairs over one transport; nil where there is only one of either.
    private var spreads: String? {
        // Those of another promise are no alternative to one.
        let byProtocol = widest(\.byTransport) { "\($0.parties.name) \($0.row.rankClass)" }
        let bySpeaker = widest(\.byPair, within: \.transport)
        guard let byProtocol, let bySpeaker else { return nil }
        return
            "Transports of one promise differ by up to \(NumberText.ratio(byProtocol.factor)) times with the same parties "
            + "(\(byProtocol.of.parties.name)), and parties by up to \(NumberText.ratio(bySpeaker.factor)) times over the same "
            + "transport (\(bySpeaker.of.transport))."
    }

    /// The largest ratio of any two lines that have something in common, and the first of those; of as large ones those that come
    /// first.
    private func widest(
        _ ratio: KeyPath<Line, Estimate?>, within group: (Line) -> String
    ) -> (factor: Double, of: Line)? {
        var widest: (factor: Double, of: Line)?
        for line in lines {
            let ratios = lines.filter { group($0) == group(line) }.compactMap { $0[keyPath: ratio]?.median }
            guard ratios.count > 1, let low = ratios.min(), let high = ratios.max(), low > 0 else { continue }
            // Of what differs in the last digit alone, the first.
            if high / low > (widest?.factor ?? 0) * (1 + 1e-9) { widest = (high / low, line) }
        }
        return widest
    }

    /// That the load generators rank loggers alike; nil where there are no two of them for the same loggers.
    private var agreement: String? {
        let brokers = Dictionary(grouping: lines, by: \.parties.broker)
        let loggers = brokers.values.map { Set($0.map(\.parties.logger)) }
        guard brokers.count > 1, let shared = loggers.dropFirst().reduce(loggers.first, { $0?.intersection($1) }),
            shared.count > 1
        else { return nil }
        let names = brokers.keys.map(\.rawValue).sorted().joined(separator: " and ")
        return "The load generators of \(names) rank the loggers alike, as far as each tells them apart."
    }
}

extension PartyRatios {
    /// Two loggers of one promise that two load generators rank the other way round.
    struct Disagreement: Sendable {
        /// What the one has ahead.
        var first: Cell
        /// What the other has ahead.
        var second: Cell
        /// The one, and `first` by `second` as it sees them.
        var one: (broker: Party, ratio: Estimate)
        /// The other, and the same.
        var other: (broker: Party, ratio: Estimate)

        /// `swift has http to go ahead of ...`.
        var text: String {
            func name(_ cell: Cell) -> String { "\(cell.transport) to \(cell.parties.logger.rawValue)" }
            func times(_ ratio: Estimate) -> String { "\(DecimalText.format(ratio.median, places: 2)) times" }
            return
                "The load generators disagree: with that of \(one.broker.rawValue), \(name(first)) comes to \(times(one.ratio)) "
                + "\(name(second)), with that of \(other.broker.rawValue) to \(times(other.ratio))."
        }

        /// All of those, where both intervals leave out 1.
        fileprivate static func all(_ rows: [SummaryRow], _ samples: [Cell: Sample]) -> [Disagreement] {
            let brokers = rows.map(\.cell.parties.broker).reduce(into: [Party]()) { known, party in
                if !known.contains(party) { known.append(party) }
            }
            guard let own = brokers.first else { return [] }
            let seen = rows.filter { $0.cell.parties.broker == own }
            return brokers.dropFirst().flatMap { other in
                seen.indices.flatMap { index in
                    seen[(index + 1)...].filter { $0.rankClass == seen[index].rankClass }.compactMap { second in
                        disagreement(seen[index].cell, second.cell, own, other, samples)
                    }
                }
            }
        }

        private static func disagreement(
            _ first: Cell, _ second: Cell, _ one: Party, _ other: Party, _ samples: [Cell: Sample]
        ) -> Disagreement? {
            func ratio(_ broker: Party) -> Estimate? {
                var (left, right) = (first, second)
                (left.parties.broker, right.parties.broker) = (broker, broker)
                guard let left = samples[left], let right = samples[right] else { return nil }
                return Estimate(medianOf: left.ratios(to: right))
            }
            guard let here = ratio(one), let there = ratio(other), let low = here.low, let high = here.high,
                let lowThere = there.low, let highThere = there.high,
                (low > 1 && highThere < 1) || (high < 1 && lowThere > 1)
            else { return nil }
            return Disagreement(first: first, second: second, one: (one, here), other: (other, there))
        }
    }
}
