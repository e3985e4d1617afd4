import Histogram

/// How much later than due packets were handed on.
final class Lateness {
    /// The latest that is told apart, in nanoseconds: later ones count as that.
    private static let latest: UInt64 = 60_000_000_000

    private var histogram = Histogram<UInt32>(highestTrackableValue: latest)

    /// Counts a packet that was late by so many nanoseconds.
    func record(_ nanoseconds: UInt64) {
        histogram.record(min(nanoseconds, Self.latest))
    }

    /// The median and the 99th percentile since the last time, in microseconds; nil where there was no packet.
    func take() -> (p50: Double?, p99: Double?) {
        defer { histogram = Histogram(highestTrackableValue: Self.latest) }
        guard histogram.totalCount > 0 else { return (nil, nil) }
        return (Double(histogram.valueAtPercentile(50)) / 1000, Double(histogram.valueAtPercentile(99)) / 1000)
    }
}
