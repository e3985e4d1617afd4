import Metrics
import Histogram

/// Times in a run's account, which takes memory for them with the first; without memory, they are not kept.
struct LedgerTimes {
    /// The longest time that is told apart, in nanoseconds: a minute.
    private static let longest: UInt64 = 60_000_000_000
    /// What a histogram takes, in bytes.
    private static let byteCount = 128 * 1024

    private var histogram: Histogram<UInt32>?
    private var hasMemory = true

    /// Adds a time, in nanoseconds.
    mutating func record(_ nanoseconds: UInt64, _ memory: LedgerMemory.Share) {
        guard hasMemory else { return }
        if histogram == nil {
            hasMemory = memory.take(Self.byteCount)
            guard hasMemory else { return }
            histogram = Histogram(highestTrackableValue: Self.longest)
        }
        _ = histogram?.record(min(nanoseconds, Self.longest))
    }

    /// Times of several accounts, in memory of their own: who shared an account's would have it copied with the next entry.
    struct Sum {
        private var histogram: Histogram<UInt32>?
        private var isWhole = true

        mutating func add(_ times: LedgerTimes) {
            isWhole = isWhole && times.hasMemory
            guard let other = times.histogram else { return }
            if histogram == nil { histogram = Histogram(highestTrackableValue: LedgerTimes.longest) }
            histogram?.add(other)
        }

        /// Their percentiles; nil where there are none, or not all of them were kept.
        var summary: LatencySummary? {
            guard isWhole, let histogram, histogram.totalCount > 0 else { return nil }
            func microseconds(_ percentile: Double) -> Double {
                Double(histogram.valueAtPercentile(percentile)) / 1000
            }
            return LatencySummary(
                count: histogram.totalCount, p50Us: microseconds(50), p90Us: microseconds(90), p99Us: microseconds(99),
                p999Us: microseconds(99.9), maxUs: Double(histogram.max) / 1000, meanUs: histogram.mean / 1000)
        }
    }
}
