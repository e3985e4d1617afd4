/// Which transports can be told apart by a figure, at one point of a suite where something goes wrong, or more is offered than is
/// carried.
struct EventStandings: Sendable {
    /// The figure.
    let figure: ComparedFigure
    /// All pairs, within rank classes.
    let comparisons: [Comparison]
    /// By transport: those of one promise that share a letter cannot be told apart, and an `a` is of the least; empty where too few
    /// rounds are valid.
    let letters: [String: String]
    /// Of each promise that several transports have, those that none of the others is better than, in the order of the suite.
    private let firsts: [(all: Int, first: [String])]

    init(_ figure: ComparedFigure, at point: LoadPoint, in report: Report) {
        self.figure = figure
        let order = report.suite.transports
        let families = Summary(suite: report.suite, floor: report.record.floor)
            .comparisons(of: figure, at: point, of: report.rows)
        comparisons = families.sorted { $0.key < $1.key }.flatMap(\.value)
        let rankings = families.sorted { $0.key < $1.key }.map(\.value).compactMap { family -> Ranking? in
            guard family.contains(where: { Comparison.canTell(rounds: $0.rounds) }) else { return nil }
            return Ranking(order.filter { name in family.contains { $0.has(name) } }, family)
        }
        letters = rankings.reduce(into: [:]) { all, ranking in
            all.merge(LetterGroups(ranking).letters) { first, _ in first }
        }
        firsts = rankings.map { ranking in
            (ranking.places.count, order.filter { ranking.places[$0]?.best == 1 })
        }
    }

    /// `The longest gap is the shortest with grpc or netrpc.`; nothing where nothing is ranked.
    var sentence: String {
        firsts.map { all, first in
            first.count == all
                ? "The \(figure.rawValue)s of \(Verdict.list(first, "and")) cannot be told apart."
                : "The \(figure.rawValue) is the \(figure == .largestGap ? "shortest" : "least") with \(Verdict.list(first, "or"))."
        }.joined(separator: " ")
    }

    /// Which differences would have been found, and which were not told, for a table; or why none were.
    func notes(rounds: Int) -> [String] {
        guard !comparisons.isEmpty else { return [] }
        guard !letters.isEmpty else { return ["not ranked: \(Comparison.tooFew(rounds: rounds))"] }
        return DecisionNotes(comparisons).sentences.map { "\(figure.rawValue): \($0)" }
    }
}
