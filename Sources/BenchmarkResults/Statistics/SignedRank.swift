import Glibc

/// The test of Wilcoxon (1945) for values that lie as often and as far above 0 as below it, two-sided.
///
/// Exact for at most 50 values that all differ in size; else the normal approximation with a correction for ties. Zeros are
/// left out. The same rules as those of scipy.stats.wilcoxon, with which the tests compare it.
struct SignedRank: Sendable {
    /// How likely so uneven signs are where there is no tendency; 1 for nothing.
    let p: Double

    /// The most values of which all signs are counted.
    static let mostExact = 50

    init(_ differences: [Double]) {
        let values = differences.filter { $0 != 0 }
        let n = values.count
        guard n > 0 else {
            p = 1
            return
        }
        let ranks = Ranks(values.map(\.magnitude))
        let positive = zip(values, ranks.values).filter { $0.0 > 0 }.map(\.1).reduce(0, +)
        let whole = Double(n * (n + 1)) / 2
        let smaller = min(positive, whole - positive)
        if n <= Self.mostExact && n == differences.count && ranks.tieTerm == 0 {
            p = min(1, 2 * Self.tails(n)[Int(smaller)])
        } else {
            let variance = Double(n * (n + 1) * (2 * n + 1)) / 24 - ranks.tieTerm / 48
            p = min(1, erfc((whole / 2 - smaller) / (2 * variance).squareRoot()))
        }
    }

    /// How likely each sum of the positive ranks, or a smaller one, is.
    private static func tails(_ n: Int) -> [Double] {
        // The number of sets of ranks with each sum: the coefficients of the product of (1 + q^i).
        var counts = [Double](repeating: 0, count: n * (n + 1) / 2 + 1)
        counts[0] = 1
        for i in 1...n {
            for index in stride(from: counts.count - 1, through: i, by: -1) { counts[index] += counts[index - i] }
        }
        let all = pow(2, Double(n))
        var sum = 0.0
        return counts.map { count in
            sum += count
            return sum / all
        }
    }

    /// The place, from 1, of the Walsh average (the mean of two values, or of one with itself) that is the lower end of the
    /// interval at that level, two-sided; nil where so few values have none.
    static func cut(_ n: Int, level: Double) -> Int? {
        guard n > Self.mostExact else {
            let place = tails(n).firstIndex { 2 * $0 > level } ?? 0
            return place > 0 ? place : nil
        }
        let spread = (Double(n * (n + 1) * (2 * n + 1)) / 24).squareRoot()
        // The normal quantile is that of Student's t with as many degrees of freedom as one likes.
        let place = Double(n * (n + 1)) / 4 - StudentT.quantile(twoSided: level, freedom: 1e7) * spread
        return place >= 1 ? Int(place) : nil
    }
}
