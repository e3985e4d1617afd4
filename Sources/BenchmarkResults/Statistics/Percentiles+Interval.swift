package import Histogram

extension Percentiles {
    /// The ends of the 95% intervals of a histogram's percentiles: order statistics, as if no latency had to do with the one
    /// before it.
    /// - Parameter nanoseconds: the latencies.
    package static func interval(of nanoseconds: Histogram<UInt32>) -> (low: Percentiles, high: Percentiles) {
        var (low, high) = (Percentiles(), Percentiles())
        if let ends = interval(of: nanoseconds, at: 50) { (low.p50Us, high.p50Us) = (ends.low, ends.high) }
        if let ends = interval(of: nanoseconds, at: 90) { (low.p90Us, high.p90Us) = (ends.low, ends.high) }
        if let ends = interval(of: nanoseconds, at: 99) { (low.p99Us, high.p99Us) = (ends.low, ends.high) }
        if let ends = interval(of: nanoseconds, at: 99.9) { (low.p999Us, high.p999Us) = (ends.low, ends.high) }
        return (low, high)
    }

    /// The ends of the interval of one percentile; nil where it is none.
    package static func interval(
        of nanoseconds: Histogram<UInt32>, at percentile: Double
    ) -> (low: Double, high: Double)? {
        let count = UInt64(nanoseconds.totalCount)
        guard let ranks = OrderStatistics.ranks(ofPercentile: percentile, count: count) else { return nil }
        func value(_ rank: UInt64) -> Double {
            Double(nanoseconds.valueAtPercentile(100 * Double(rank) / Double(count))) / 1000
        }
        return (value(ranks.low), value(ranks.high))
    }
}
