import Metrics

/// How the transports stand under one load: which one to take, and what each of the others comes to beside it.
struct Standings: Sendable {
    /// A transport under the load.
    struct Place: Sendable {
        var row: SummaryRow
        /// What decides under the load by that of the best one in the same round: the median; of the
        /// medians where they have no round in common; 1 without a best one.
        var ratio: Double
        /// The groups that it is in: transports that share a letter cannot be told apart; none where nothing is ranked.
        var letters: String

        var name: String { row.cell.transport }
    }

    let point: LoadPoint
    /// Those with valid rows, in the order of the suite.
    let places: [Place]
    /// The best one of those in question.
    let best: Place?
    /// Those in question that cannot be told from the best one, and that none of those in question beats.
    let ties: [Place]
    /// What would tell one of those from the best one, those that take the fewest rounds first.
    let undecided: [(name: String, rounds: Int, seconds: Double)]
    /// The transports of the suite without a valid row.
    let silent: [String]
    /// Those with valid rows of too few entries for a p99, which decides under a rate.
    let withoutP99: [String]
    /// Those that did not carry the rate that was asked for.
    let late: [String]
    private let inQuestion: Set<String>
    private let floor: String

    /// - Parameters:
    ///   - point: the load.
    ///   - report: the run.
    init(of point: LoadPoint, in report: Report) {
        self.point = point
        floor = report.record.floor
        let all = report.summary.filter { $0.cell.point == point }
        let rows = all.filter { $0.count > 0 && Self.figure($0) != nil }
        withoutP99 = all.filter(\.lacksP99).map(\.cell.transport)
        silent = all.filter { row in !row.lacksP99 && !rows.contains { $0.cell == row.cell } }.map(\.cell.transport)
        let late = rows.filter { report.isRateKept($0) == false }.map(\.cell.transport)
        self.late = late
        let candidates = Self.candidates(rows, floor: floor)
        inQuestion = Set(candidates.map(\.cell.transport))
        let able = candidates.filter { !late.contains($0.cell.transport) }
        let comparisons = report.comparisons(at: point)
        // In rounds in common, which medians of all rounds need not be of.
        let names = Set(able.map(\.cell.transport))
        let beaten = Set(
            comparisons.compactMap { one in
                one.better.flatMap { names.contains($0) ? one.other(than: $0) : nil }
            })
        let unbeaten = able.filter { !beaten.contains($0.cell.transport) }
        let figure = point.load.decidingFigure
        let leader = (unbeaten.isEmpty ? able : unbeaten).min(by: figure.isBetter)
        let groups = Dictionary(grouping: rows, by: \.rankClass).values.map(
            LetterGroups.init)
        let best = leader.map { Sample(report.rows.of($0.cell), figure.value) }
        let places = rows.map { row in
            let paired = best.flatMap { Median.of(Sample(report.rows.of(row.cell), figure.value).ratios(to: $0)) }
            let unpaired = leader.flatMap { leader in
                Self.figure(leader).flatMap { best in Self.figure(row).map { $0 / best } }
            }
            return Place(
                row: row, ratio: paired ?? unpaired ?? 1,
                letters: groups.lazy.compactMap { $0.letters[row.cell.transport] }.first ?? "")
        }
        self.places = places
        self.best = places.first { $0.row.cell == leader?.cell }
        ties = places.filter { place in
            leader?.rank != nil && place.name != leader?.cell.transport
                && unbeaten.contains { $0.cell == place.row.cell }
                && leader?.tiedWith.contains(place.name) == true
        }
        let tied = Set(ties.map(\.name))
        let cells = report.suite.cells.count { $0.point == point }
        undecided = comparisons.compactMap { one in
            guard let name = leader?.cell.transport, one.has(name), tied.contains(one.other(than: name)),
                let rounds = one.roundsToDecide
            else { return nil }
            return (one.other(than: name), rounds, Double(rounds * cells) * report.suite.cellSeconds)
        }.sorted { $0.rounds < $1.rounds }
    }

    /// The others that the suite's question is about.
    var rivals: [Place] {
        ordered.filter { inQuestion.contains($0.name) && $0.name != best?.name }
    }

    /// What the question is not about: those whose promise is another one, and variants.
    var others: [Place] {
        ordered.filter { !inQuestion.contains($0.name) && $0.name != floor && $0.name != best?.name }
    }

    /// The floor, where it is not the best one itself.
    var yardstick: Place? { places.first { $0.name == floor && $0.name != best?.name } }

    /// The best first.
    private var ordered: [Place] { places.sorted { point.load.decidingFigure.isBetter($0.row, $1.row) } }

    /// What a suite asks about: transports as they are by default, with the promise that most of them keep; all but the floor
    /// where there are no two of them; and else the floor.
    private static func candidates(_ rows: [SummaryRow], floor: String) -> [SummaryRow] {
        let services = rows.filter { $0.cell.transport != floor }
        for own in [services.filter { $0.cell.variant == nil }, services] {
            let classes = Dictionary(grouping: own, by: \.rankClass)
            // Of as many, those that come first in the suite.
            let order = own.map(\.rankClass)
            let most = classes.values.map(\.count).max() ?? 0
            guard most > 1, let kind = order.first(where: { classes[$0]?.count == most }) else {
                continue
            }
            return own.filter { $0.rankClass == kind }
        }
        let kind = services.first?.rankClass
        return services.isEmpty ? rows : services.filter { $0.rankClass == kind }
    }

    /// What decides under a load.
    static func figure(_ row: SummaryRow) -> Double? {
        row.cell.load.decidingFigure.estimate(row).flatMap { $0.median > 0 ? $0.median : nil }
    }
}
