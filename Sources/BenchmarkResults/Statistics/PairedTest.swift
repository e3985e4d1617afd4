import Glibc

/// Whether two transports differ, by the ratios of their values within rounds.
///
/// Rows of one round were measured one after the other, so that a machine that drifts drifts out of their ratio. Where there
/// is no difference, either of the two is as likely to be the larger: the logarithms of the ratios lie around 0 evenly, which
/// both tests ask for. With few rounds it is Student's test, as a test of ranks has no small p-value there; from 15 on that of
/// Wilcoxon, which a round gone wrong does not disturb. The number of rounds alone decides, so that there is one test.
struct PairedTest: Sendable {
    /// The fewest rounds that say anything of a spread.
    static let leastRounds = 4
    /// From so many rounds on ranks are compared.
    static let firstRanked = 15

    /// The logarithms of the ratios.
    let values: [Double]
    /// How likely so large a difference is where there is none; 1 where there are too few rounds.
    let p: Double
    /// The logarithm of the ratio that the test is about: the mean, or the median of the Walsh averages.
    let center: Double
    /// The Walsh averages, sorted, where ranks are compared.
    private let averages: [Double]

    init(_ values: [Double]) {
        self.values = values
        let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
        guard values.count < Self.firstRanked else {
            p = SignedRank(values).p
            averages = values.indices.flatMap { one in values[...one].map { (values[one] + $0) / 2 } }.sorted()
            center = Median.of(sorted: averages) ?? 0
            return
        }
        averages = []
        center = mean
        guard values.count >= Self.leastRounds else {
            p = 1
            return
        }
        let error = Self.standardError(values, mean)
        p = mean == 0 ? 1 : StudentT.twoSided(mean / error, freedom: Double(values.count - 1))
    }

    private static func standardError(_ values: [Double], _ mean: Double) -> Double {
        let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        return (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
    }

    /// The logarithms of the ratios that the test at that level, two-sided, would not reject; nil where it rejects none.
    func interval(level: Double) -> ClosedRange<Double>? {
        guard averages.isEmpty else {
            guard let cut = SignedRank.cut(values.count, level: level) else { return nil }
            return averages[cut - 1]...averages[averages.count - cut]
        }
        guard values.count >= Self.leastRounds else { return nil }
        let freedom = Double(values.count - 1)
        let half = StudentT.quantile(twoSided: level, freedom: freedom) * Self.standardError(values, center)
        return center - half...center + half
    }

    /// The difference that the test at that level finds in nine of ten runs with such a spread: what the level asks for, and
    /// what chance may take away.
    func leastDifference(level: Double) -> Double? {
        guard let asked = interval(level: level), let chance = interval(level: 2 * (1 - Self.power)) else { return nil }
        return (asked.upperBound - asked.lowerBound + chance.upperBound - chance.lowerBound) / 2
    }

    /// How often a difference of that size is found.
    static let power = 0.9
}
