import Glibc

/// What a value changed by between two runs, beside what the floor changed by: an analysis of covariance (Fisher 1932; Cochran
/// 1957, Biometrics 13, 261-281) of logarithms.
///
/// A machine that becomes slower makes some slower than others: what is waited for, and how much memory is touched, differ. By which
/// power of the floor's value another one goes, the rounds of both runs tell, as none of them is as fast as the next. Before they
/// have told anything it is the first power, give or take a quarter, which is where that of this project's transports was found; so
/// that a run whose rounds are all alike says something, too (a ridge towards 1; Hoerl and Kennard 1970).
struct AnalysisOfCovariance: Sendable {
    /// The logarithms of a value and of the floor's, in one round.
    struct Round: Sendable, Hashable {
        var value: Double
        var floor: Double
    }

    /// By which power of the floor's change the value changes, as a rule.
    let power: Double
    /// The logarithm of what the value changed by, if the floor had not changed.
    let difference: Double
    /// Its standard error; nil where there are too few rounds.
    let standardError: Double?
    private let freedom: Double

    /// How far the power may be from 1, before anything is known: a standard deviation.
    private static let powerSpread = 0.25

    /// Nil where one of the runs has no rounds.
    /// - Parameter runSpread: what two runs of one build differ by that their rounds do not tell of: a standard deviation, of
    ///   logarithms.
    init?(old: [Round], new: [Round], runSpread: Double = 0) {
        guard let before = Means(old), let after = Means(new) else { return nil }
        let moved = after.floor - before.floor
        freedom = Double(old.count + new.count - 3)
        let sums = Sums(old, before) + Sums(new, after)
        guard min(old.count, new.count) >= PairedTest.leastRounds else {
            (power, standardError) = (1, nil)
            difference = after.value - before.value - moved
            return
        }
        let free = sums.floor > 0 ? sums.product / sums.floor : 1
        let known = sums.residual(free) / freedom / (Self.powerSpread * Self.powerSpread)
        // Nothing varies at all.
        power = sums.floor + known > 0 ? (sums.product + known) / (sums.floor + known) : 1
        difference = after.value - before.value - power * moved
        let variance = sums.residual(power) / freedom
        let leverage = sums.floor + known > 0 ? moved * moved / (sums.floor + known) : 0
        let ofRounds = variance * (1 / Double(old.count) + 1 / Double(new.count) + leverage)
        standardError = (ofRounds + runSpread * runSpread).squareRoot()
    }

    /// How likely so large a difference is where there is none; 1 where there are too few rounds.
    var p: Double {
        guard let standardError, difference != 0 else { return 1 }
        return StudentT.twoSided(difference / standardError, freedom: freedom)
    }

    /// What the value is by that of before; 95% certain.
    var ratio: Estimate {
        guard let half = leastVisible(level: 1 - Estimate.confidence) else {
            return Estimate(median: exp(difference), low: nil, high: nil)
        }
        return Estimate(median: exp(difference), low: exp(difference - half), high: exp(difference + half))
    }

    /// The logarithm of the least change that the test calls one at that level; nil where there are too few rounds.
    func leastVisible(level: Double) -> Double? {
        standardError.map { $0 * StudentT.quantile(twoSided: level, freedom: freedom) }
    }

    private struct Means {
        var value = 0.0
        var floor = 0.0

        init?(_ rounds: [Round]) {
            guard !rounds.isEmpty else { return nil }
            value = rounds.map(\.value).reduce(0, +) / Double(rounds.count)
            floor = rounds.map(\.floor).reduce(0, +) / Double(rounds.count)
        }
    }

    /// Sums of squares and products of the distances from the means.
    private struct Sums {
        var value = 0.0
        var floor = 0.0
        var product = 0.0

        init(_ rounds: [Round], _ means: Means) {
            for round in rounds {
                let (own, floor) = (round.value - means.value, round.floor - means.floor)
                value += own * own
                self.floor += floor * floor
                product += own * floor
            }
        }

        /// What is left of the values' squares when the floor's part is taken out of them.
        func residual(_ power: Double) -> Double { max(0, value - 2 * power * product + power * power * floor) }

        static func + (first: Sums, second: Sums) -> Sums {
            var sum = first
            sum.value += second.value
            sum.floor += second.floor
            sum.product += second.product
            return sum
        }
    }
}
