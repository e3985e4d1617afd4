import Metrics

/// Intervals between order statistics, which hold whatever distribution the values are from.
package enum OrderStatistics {
    /// The interval of the median, and the coverage it has; nil of fewer than two values.
    ///
    /// The k-th smallest and the k-th largest of n values have the median between them unless fewer than k values are below
    /// it or above it, whose number is binomial. Between the two pairs whose coverages are next to the one asked for lies the
    /// interval of Hettmansperger and Sheather (1986, Statistics & Probability Letters 4, 75-79). Up to five values have no
    /// pair that covers 95%: their interval is their range, and the coverage is that of it.
    static func medianInterval(_ values: [Double]) -> (low: Double, high: Double, coverage: Double)? {
        let sorted = values.sorted()
        let n = sorted.count
        guard n > 1 else { return nil }
        let below = Binomial(count: Double(n), chance: 0.5)
        func coverage(_ k: Int) -> Double { 1 - 2 * below.atMost(Double(k - 1)) }
        guard coverage(1) >= Estimate.confidence else { return (sorted[0], sorted[n - 1], coverage(1)) }
        var k = 1
        while k + 1 <= n / 2, coverage(k + 1) >= Estimate.confidence { k += 1 }
        let (wide, narrow) = (coverage(k), max(0, coverage(k + 1)))
        let part = (wide - Estimate.confidence) / (wide - narrow)
        let weight = Double(n - k) * part / (Double(k) + Double(n - 2 * k) * part)
        func between(_ outer: Double, _ inner: Double) -> Double { outer + weight * (inner - outer) }
        return (
            between(sorted[k - 1], sorted[k]), between(sorted[n - k], sorted[n - k - 1]), Estimate.confidence
        )
    }

    /// The ranks, from 1, between which the percentile of a distribution lies of which there are `count` values; nil where
    /// fewer than ten lie beyond it, which is too few to say anything of it.
    ///
    /// The number of values below the percentile is binomial; each end is where that comes nearest to 2.5%.
    package static func ranks(ofPercentile percentile: Double, count: UInt64) -> (low: UInt64, high: UInt64)? {
        guard percentile <= LatencySummary.highestPercentile(of: count) else { return nil }
        let below = Binomial(count: Double(count), chance: percentile / 100)
        let tail = (1 - Estimate.confidence) / 2
        /// The number for which the chance of so many or fewer comes nearest to `chance`.
        func nearest(_ chance: Double) -> UInt64 {
            var (low, high) = (UInt64(0), count)
            while low < high {
                let middle = low + (high - low) / 2
                if below.atMost(Double(middle)) < chance { low = middle + 1 } else { high = middle }
            }
            guard low > 0 else { return 0 }
            let (before, here) = (below.atMost(Double(low - 1)), below.atMost(Double(low)))
            return chance - before < here - chance ? low - 1 : low
        }
        return (min(count, nearest(tail) + 1), min(count, nearest(1 - tail) + 1))
    }
}
