/// That the choice of a transport matters less where the logger itself has work to do: said of a load under which most of the
/// transports in question tie for the first place, and of no other.
struct SlowLoggerSentence: Sendable {
    private let standings: Standings
    private let best: Standings.Place
    /// The same load with no work, where it was measured.
    private let usual: Standings?

    /// One for each load with work under which it holds.
    static func all(of all: [Standings]) -> [SlowLoggerSentence] {
        all.compactMap { SlowLoggerSentence($0, among: all) }
    }

    /// - Returns: nil where it does not hold, or nothing is ranked.
    private init?(_ standings: Standings, among all: [Standings]) {
        guard standings.point.loggerWork != .none, let best = standings.best, best.row.rank != nil,
            !standings.ties.isEmpty, 2 * (standings.ties.count + 1) > standings.rivals.count + 1
        else { return nil }
        (self.standings, self.best) = (standings, best)
        var load = standings.point
        load.loggerWork = .none
        usual = all.first { $0.point == load }
    }

    /// All of it.
    ///
    /// `With 1 ms of work an entry in the logger, grpc and http tie at 100 B and 64 in flight.`
    var text: String {
        var load = standings.point
        load.loggerWork = .none
        let names = Verdict.list([best.name] + standings.ties.map(\.name), "and")
        let which = standings.ties.count == standings.rivals.count ? "" : ", most of those in question,"
        return "With \(standings.point.loggerWork.amount) of work an entry in the logger, \(names)\(which) tie at "
            + "\(LoadSentence.shortPlace(load))\(contrast)."
    }

    /// What comes first without work, where that is one alone.
    private var contrast: String {
        guard let first = usual?.best, first.row.rank != nil, usual?.ties.isEmpty == true else { return "" }
        return "; with none, \(first.name) comes first alone"
    }
}
