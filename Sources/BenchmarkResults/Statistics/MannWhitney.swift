import Glibc

/// The rank test of Mann and Whitney (1947): whether one of two samples tends to be larger, two-sided.
///
/// Exact where one sample has at most 8 values and no value occurs twice, as all orders are then equally likely; else the
/// normal approximation with corrections for continuity and ties. The same rule as that of scipy.stats.mannwhitneyu, with
/// which the tests compare it.
struct MannWhitney: Sendable {
    /// The number of pairs in which the first sample's value is the larger one; a tie counts half.
    let u: Double
    /// How likely so uneven an order is where both samples come from one distribution; 1 for an empty sample.
    let p: Double

    init(_ first: [Double], _ second: [Double]) {
        let ranks = Ranks(first + second)
        let (n, m) = (first.count, second.count)
        let rankSum = ranks.values.prefix(n).reduce(0, +)
        u = rankSum - Double(n * (n + 1)) / 2
        guard n > 0, m > 0 else {
            p = 1
            return
        }
        let larger = max(u, Double(n * m) - u)
        if min(n, m) <= 8 && ranks.tieTerm == 0 {
            p = min(1, 2 * Self.exactTail(larger, n, m))
        } else {
            p = min(1, 2 * Self.normalTail(larger, n, m, tieTerm: ranks.tieTerm))
        }
    }

    /// How likely `u` or more is.
    private static func exactTail(_ u: Double, _ n: Int, _ m: Int) -> Double {
        let counts = counts(n, m)
        return counts[Int(u.rounded(.up))...].reduce(0, +) / counts.reduce(0, +)
    }

    /// The number of orders with each u.
    private static func counts(_ n: Int, _ m: Int) -> [Double] {
        // The number of orders with each u is a coefficient of the Gaussian binomial: the product over i of
        // (1 - q^(m+i)) / (1 - q^i).
        let (fewer, more) = (min(n, m), max(n, m))
        var counts = [Double](repeating: 0, count: n * m + 1)
        counts[0] = 1
        for i in 1...fewer {
            for index in stride(from: counts.count - 1, through: more + i, by: -1) where index - more - i >= 0 {
                counts[index] -= counts[index - more - i]
            }
            for index in counts.indices where index >= i { counts[index] += counts[index - i] }
        }
        return counts
    }

    /// The place, from 1, among the quotients of all pairs of two samples, sorted, of the lower end of the interval that the
    /// test does not reject, where it comes nearest to 95%; and what that covers.
    static func cut(_ n: Int, _ m: Int) -> (place: Int, coverage: Double) {
        guard n <= mostExact, m <= mostExact else {
            let spread = (Double(n * m) / 12 * Double(n + m + 1)).squareRoot()
            return (max(1, Int(Double(n * m) / 2 - 1.96 * spread)), Estimate.confidence)
        }
        let counts = counts(n, m)
        let all = counts.reduce(0, +)
        var (best, sum) = ((place: 1, coverage: 0.0), 0.0)
        for (u, count) in counts.enumerated() {
            sum += count
            let coverage = 1 - 2 * sum / all
            guard u == 0 || (coverage - Estimate.confidence).magnitude < (best.coverage - Estimate.confidence).magnitude
            else { break }
            best = (u + 1, coverage)
        }
        return best
    }

    /// The most values of which all orders are counted for an interval.
    private static let mostExact = 40

    private static func normalTail(_ u: Double, _ n: Int, _ m: Int, tieTerm: Double) -> Double {
        let total = Double(n + m)
        let product = Double(n * m)
        let variance = product / 12 * (total + 1 - tieTerm / (total * (total - 1)))
        guard variance > 0 else { return 1 }
        let z = (u - product / 2 - 0.5) / variance.squareRoot()
        return erfc(z / 2.0.squareRoot()) / 2
    }
}

/// The ranks of values, from 1 for the smallest; values that are equal share the mean of their ranks.
struct Ranks: Sendable {
    /// The rank of each value, in the values' order.
    private(set) var values: [Double]
    /// The sum of t^3 - t over groups of t equal values: 0 where all differ.
    private(set) var tieTerm = 0.0

    init(_ sample: [Double]) {
        values = [Double](repeating: 0, count: sample.count)
        let order = sample.indices.sorted { sample[$0] < sample[$1] }
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, sample[order[end]] == sample[order[start]] { end += 1 }
            let shared = Double(start + 1 + end) / 2
            for index in order[start..<end] { values[index] = shared }
            let t = Double(end - start)
            tieTerm += t * t * t - t
            start = end
        }
    }
}
