/// After which rounds a run's differences are tested.
///
/// A run with a fixed number of rounds is tested once, at its end. One with a time budget is tested several times, as each
/// test decides what is measured further. So that the chance of even one difference that is none stays below the level
/// however often it is looked at, each look has an equal share of the level (Bonferroni; Pocock 1977 with bounds that need no
/// assumption on how the looks depend on each other), and a look after any other round is none.
struct Looks: Sendable, Hashable {
    /// The looks of a run with a time budget.
    static let planned = [6, 8, 11, 15, 20, 27, 36, 48, 64]

    /// The numbers of rounds; nil where there is one look, at whatever rounds there are.
    private let rounds: [Int]?

    /// - Parameter suite: the suite that is run.
    init(_ suite: Suite) {
        rounds = suite.timeBudget == nil ? nil : Self.planned
    }

    /// How many looks share the level.
    var count: Int { rounds?.count ?? 1 }

    /// Those that a run of so many whole rounds has had.
    func reached(_ wholeRounds: Int) -> [Int] {
        guard let rounds else { return wholeRounds > 0 ? [wholeRounds] : [] }
        return rounds.filter { $0 <= wholeRounds }
    }

    /// The number of rounds of the next one; nil behind the last.
    func next(after wholeRounds: Int) -> Int? { rounds?.first { $0 > wholeRounds } }
}
