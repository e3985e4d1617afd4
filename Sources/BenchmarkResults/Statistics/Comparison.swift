import Glibc
import Metrics

/// Two transports under one load: which is the better one, or that they are equal, or that neither can be told.
package struct Comparison: Sendable, Hashable {
    /// The level of all tests.
    package static let level = 0.05
    /// What counts as equal, as a part of 1: who chooses a transport looks at something else then.
    package static let margin = 0.02

    /// One of the two.
    package var first: String
    /// The other.
    package var second: String
    /// The first's value by the second's, in rounds that have both.
    package var ratio: Estimate?
    /// The number of such rounds.
    package var rounds: Int
    /// The better one; nil where no difference was found.
    package var better: String?
    /// By how much they differ at most, for sure, as a part of 1; nil where there are too few rounds to say.
    package var atMost: Double?
    /// How likely such an order of the values is where there is no difference, corrected for all comparisons under this load
    /// and for all looks.
    package var pAdjusted: Double
    /// What the control differed from itself by, as a part of 1: no smaller difference counts; nil without a control.
    package var noise: Double?
    /// The least difference that nine of ten such runs would find, as a part of 1; nil where there are too few rounds.
    package var leastDifference: Double?
    /// How many rounds it would take to decide it, as far as those measured tell; nil where it is decided, or cannot be.
    package var roundsToDecide: Int?

    /// Whether there is a difference: significant after the correction, and larger than the machine's own noise.
    package var isSignificant: Bool { better != nil }

    /// Whether they are equal for sure, as far as it matters (a test of equivalence: Schuirmann 1987).
    package var isEqual: Bool { better == nil && (atMost.map { $0 <= Self.margin } ?? false) }

    /// Whether further rounds may tell something.
    package var isOpen: Bool { !isSignificant && !isEqual }

    /// Whether it compares that transport.
    package func has(_ transport: String) -> Bool { first == transport || second == transport }

    /// The one of the two that is not that one.
    package func other(than transport: String) -> String { first == transport ? second : first }

    /// Whether so many rounds can tell anything.
    package static func canTell(rounds: Int) -> Bool { rounds >= PairedTest.leastRounds }

    /// That so many rounds tell nothing, and what to do about it.
    static func tooFew(rounds: Int) -> String {
        "\(rounds == 1 ? "1 round is" : "\(rounds) rounds are") too few to tell transports apart; take --rounds 7"
    }

    /// Why nothing is ranked under a load, and what to do about it.
    static func whyNotRanked(_ rows: [SummaryRow], rounds: Int) -> String {
        let classes = Dictionary(grouping: rows, by: \.rankClass).mapValues(\.count)
        guard classes.values.max() ?? 1 > 1 else {
            return "nothing here has another of its acknowledgement class beside it"
        }
        // What the rounds would have been enough for, had all of them been valid.
        guard canTell(rounds: rounds) else {
            return tooFew(rounds: rounds)
        }
        if rows.contains(where: \.lacksP99) {
            let fewest = NumberText.whole(LatencySummary.fewest(for: 99))
            return "a p99 takes \(fewest) entries a cell; take a longer --duration"
        }
        return "too few of the \(rounds) rounds are valid to tell the transports apart; quiet the machine"
    }
}

extension Comparison {
    /// All pairs of a family, look by look.
    ///
    /// At each look the pairs that are not known to differ are tested, with the correction of Holm over them, at the look's
    /// share of the level; what is decided, also that two are equal, stays so. The chance that even one difference is found
    /// that is none is below the level: until the first such error, those left out differ, so that the correction is over all
    /// that do not; and the looks' shares add up to the level (Maurer and Bretz 2013, Statistics in Biopharmaceutical Research 5, 311-320, have the general case).
    ///
    /// - Parameters:
    ///   - samples: the values of each transport: larger is better.
    ///   - control: the ratios of the control to the same transport, by their round.
    static func all(
        _ samples: [(transport: String, sample: Sample)], control: [Int: Double] = [:], looks: Looks
    ) -> [Comparison] {
        var pairs: [Pair] = []
        for (index, first) in samples.enumerated() {
            for second in samples[(index + 1)...] { pairs.append(Pair(first, second)) }
        }
        let lastRound = samples.compactMap { $0.sample.values.keys.max() }.max() ?? 0
        for look in looks.reached(lastRound) {
            let noise = noise(control, until: look)
            let family = pairs.indices.filter { !pairs[$0].comparison.isSignificant }
            let tests = family.map { PairedTest(pairs[$0].values(until: look)) }
            let adjusted = Holm.adjust(tests.map { min(1, $0.p * Double(looks.count)) })
            for (place, index) in family.enumerated() where pairs[index].comparison.isOpen {
                pairs[index].look(
                    tests[place], pAdjusted: adjusted[place], noise: noise,
                    level: level / Double(looks.count * family.count))
            }
        }
        return pairs.map(\.comparison)
    }

    /// What the control differed from itself by, as a part of 1; nil without one.
    static func noise(_ control: [Int: Double], until look: Int = .max) -> Double? {
        Median.of(control.filter { $0.key <= look }.map(\.value)).flatMap { $0 > 0 ? max($0, 1 / $0) - 1 : nil }
    }

    /// A pair with its rounds.
    private struct Pair {
        var comparison: Comparison
        private let logRatios: [Int: Double]

        init(_ first: (transport: String, sample: Sample), _ second: (transport: String, sample: Sample)) {
            let ratios = first.sample.ratiosByRound(to: second.sample)
            logRatios = ratios.filter { $0.value > 0 }.mapValues { log($0) }
            comparison = Comparison(
                first: first.transport, second: second.transport, ratio: Estimate(medianOf: Array(ratios.values)),
                rounds: ratios.count, pAdjusted: 1)
        }

        /// The logarithms of the ratios of the rounds up to that one.
        func values(until look: Int) -> [Double] {
            logRatios.filter { $0.key <= look }.sorted { $0.key < $1.key }.map(\.value)
        }

        /// Takes in what a test says, at a level for it alone.
        mutating func look(_ test: PairedTest, pAdjusted: Double, noise: Double?, level: Double) {
            comparison.pAdjusted = min(comparison.pAdjusted, pAdjusted)
            comparison.noise = noise
            let size = exp(test.center.magnitude) - 1
            if pAdjusted < Comparison.level, size > noise ?? 0 {
                comparison.better = test.center > 0 ? comparison.first : comparison.second
            }
            // Both one-sided tests of the equivalence have the whole level.
            let farthest = test.interval(level: 2 * level).map { max($0.lowerBound.magnitude, $0.upperBound.magnitude) }
            if let farthest { comparison.atMost = min(comparison.atMost ?? .infinity, exp(farthest) - 1) }
            let least = test.leastDifference(level: level)
            comparison.leastDifference = least.flatMap { size in
                let least = max(exp(size) - 1, noise ?? 0)
                return least < Self.largestLeast ? least : nil
            }
            comparison.roundsToDecide = comparison.isOpen ? Self.roundsNeeded(test, least) : nil
        }

        /// A least difference as large as that says only that the rounds say nothing: tenfold.
        private static let largestLeast = 9.0

        /// In how many rounds the test finds the difference, or the equivalence, that the ratios of these suggest: the error
        /// becomes smaller by the square root of their number.
        private static func roundsNeeded(_ test: PairedTest, _ least: Double?) -> Int? {
            guard let least else { return nil }
            let distance = max(test.center.magnitude, log(1 + Comparison.margin) - test.center.magnitude)
            let rounds = Double(test.values.count) * (least / distance) * (least / distance)
            return rounds < 1000 ? max(test.values.count + 1, Int(rounds.rounded(.up))) : nil
        }
    }
}
