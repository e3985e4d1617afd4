/// Percentiles of a latency, in microseconds.
package struct LatencySummary: Codable, Sendable, Hashable {
    /// The number of values.
    package var count: UInt64
    /// The median.
    package var p50Us: Double
    /// The 90th percentile.
    package var p90Us: Double
    /// The 99th percentile.
    package var p99Us: Double
    /// The 99.9th percentile.
    package var p999Us: Double
    /// The largest value.
    package var maxUs: Double
    /// The arithmetic mean.
    package var meanUs: Double
    /// The highest percentile beyond which enough values lie for it to be one; 100 where nobody has looked.
    package var highestKnown = 100.0

    enum CodingKeys: String, CodingKey {
        case count
        case p50Us = "p50_us"
        case p90Us = "p90_us"
        case p99Us = "p99_us"
        case p999Us = "p999_us"
        case maxUs = "max_us"
        case meanUs = "mean_us"
    }

    /// Creates a summary.
    package init(
        count: UInt64, p50Us: Double, p90Us: Double, p99Us: Double, p999Us: Double, maxUs: Double, meanUs: Double
    ) {
        self.count = count
        self.p50Us = p50Us
        self.p90Us = p90Us
        self.p99Us = p99Us
        self.p999Us = p999Us
        self.maxUs = maxUs
        self.meanUs = meanUs
    }
}

extension LatencySummary {
    /// How many values must lie beyond a percentile for it to be one.
    package static let leastBeyond = 10.0

    /// The highest percentile of so many values that is one.
    package static func highestPercentile(of count: UInt64) -> Double {
        // A millionth is the rounding of 99.9.
        count > 0 ? 100 * (1 - leastBeyond / Double(count)) + 1e-6 : 0
    }

    /// How many values it takes for a percentile to be one.
    package static func fewest(for percentile: Double) -> UInt64 {
        UInt64((leastBeyond / (1 - percentile / 100)).rounded())
    }

    /// The median; nil of too few values.
    package var knownP50Us: Double? { highestKnown >= 50 ? p50Us : nil }
    /// The 99th percentile; nil of too few values.
    package var knownP99Us: Double? { highestKnown >= 99 ? p99Us : nil }
    /// The 99.9th percentile; nil of too few values.
    package var knownP999Us: Double? { highestKnown >= 99.9 ? p999Us : nil }
}
