/// How many rounds there were, for people.
enum RoundsText {
    /// `7 rounds`; with a time budget also `6 to 15 rounds`, where some cells were measured further than others.
    static func of(_ rows: [SummaryRow], _ suite: Suite, _ what: String = "rounds") -> String {
        let counts = rows.map { $0.count + $0.invalidCount }
        guard suite.timeBudget != nil, let least = counts.min(), let most = counts.max(), least < most else {
            let rounds = suite.timeBudget == nil ? suite.rounds : counts.max() ?? suite.rounds
            return rounds == 1 ? "1 round" : "\(rounds) \(what)"
        }
        return "\(least) to \(most) \(what)"
    }
}
