/// Two transports under one load.
struct Comparison: Sendable, Hashable {
    /// The level of all tests.
    static let level = 0.05

    var first: String
    var second: String
    /// The first's value by the second's, in rounds that have both.
    var ratio: Estimate?
    /// How likely such an order of the values is where there is no difference.
    var p: Double
    /// The same, corrected for all comparisons under this load.
    var pAdjusted: Double
    /// The smallest difference that this load's control would let pass, as a part of 1; nil without a control.
    var noise: Double?

    /// Whether there is a difference: significant after the correction, and larger than the machine's own noise.
    var isSignificant: Bool {
        guard let ratio = ratio?.median, ratio > 0, pAdjusted < Self.level else { return false }
        return max(ratio, 1 / ratio) - 1 > (noise ?? 0)
    }

    /// Whether so many rounds can tell so many transports apart: the smallest p-value that the test has, after the
    /// correction, is below the level.
    static func canTell(transports: Int, rounds: Int) -> Bool {
        guard transports > 1, rounds > 1 else { return false }
        let pairs = Double(transports * (transports - 1) / 2)
        let separated = MannWhitney((0..<rounds).map(Double.init), (rounds..<2 * rounds).map(Double.init))
        return separated.p * pairs < level
    }

    /// Why nothing is ranked under a load, and what to do about it.
    static func whyNotRanked(_ rows: [SummaryRow], rounds: Int) -> String {
        let classes = Dictionary(grouping: rows, by: \.acknowledgementClass).mapValues(\.count)
        let most = classes.values.max() ?? 1
        guard most > 1 else { return "nothing here has another of its acknowledgement class beside it" }
        // What the rounds would have been enough for, had all of them been valid.
        guard canTell(transports: most, rounds: rounds) else {
            let needed = (rounds...1000).first { canTell(transports: most, rounds: $0) } ?? rounds
            return "\(rounds == 1 ? "1 round is" : "\(rounds) rounds are") too few to tell \(most) transports apart; "
                + "take --rounds \(max(needed, 7))"
        }
        return "too few of the \(rounds) rounds are valid to tell the transports apart; quiet the machine"
    }

    /// All pairs of transports, with Holm's correction over all of them.
    static func all(
        _ samples: [(transport: String, sample: Sample)], noise: Double?, bootstrap: Bootstrap
    ) -> [Comparison] {
        var comparisons: [Comparison] = []
        for (index, first) in samples.enumerated() {
            for second in samples[(index + 1)...] {
                comparisons.append(
                    Comparison(
                        first: first.transport, second: second.transport,
                        ratio: bootstrap.estimate(first.sample.ratios(to: second.sample)),
                        p: MannWhitney(first.sample.all, second.sample.all).p, pAdjusted: 1, noise: noise))
            }
        }
        for (index, p) in Holm.adjust(comparisons.map(\.p)).enumerated() { comparisons[index].pAdjusted = p }
        return comparisons
    }
}

/// The machine's own noise under one load: what two measurements of the same transport differ by.
struct ControlNoise: Sendable, Hashable {
    /// The largest difference that the interval of the control's ratio allows, as a part of 1.
    var part: Double

    /// - Parameter ratios: the control's values by those of the same transport, round by round.
    init?(ratios: [Double], bootstrap: Bootstrap) {
        guard let estimate = bootstrap.estimate(ratios), estimate.median > 0 else { return nil }
        let ends = [estimate.low ?? estimate.median, estimate.high ?? estimate.median].filter { $0 > 0 }
        part = ends.map { max($0, 1 / $0) - 1 }.max() ?? 0
    }
}
