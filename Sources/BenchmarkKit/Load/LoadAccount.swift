import BenchmarkResults
package import Broker
import Histogram

/// What a load of a source's entries has come to so far.
package struct LoadAccount: Sendable {
    private var result: LoadResult

    init(_ result: LoadResult) {
        self.result = result
    }

    /// An account of nothing.
    package init() {
        self.init(LoadResult(start: 0, isOpen: false))
    }

    /// What several connections have come to together.
    package init(merging accounts: [LoadAccount]) {
        self.init(LoadResult.merging(accounts.map(\.result)) ?? LoadResult(start: 0, isOpen: false))
    }

    /// Entries handed to the transport, and those that could not be.
    package var sent: Int { Int(result.sent) }
    /// Entries acknowledged.
    package var acked: Int { Int(result.acked) }
    /// Entries of which no byte can have been acted upon.
    package var notSent: Int { Int(result.notSent) }
    /// Entries that may have arrived.
    package var unknown: Int { Int(result.unknown) }
    /// Entries that the peer did not take.
    package var rejected: Int { Int(result.rejected) }
    /// What became of the first entry that failed.
    package var firstFailure: TransportError? { result.firstFailure }
    /// From the load's start to the last fate that is known, in seconds; for a load with a rate, to the end of its time.
    package var seconds: Double { result.elapsed }
    /// The median from the time at which an entry was to be sent to its acknowledgement, in microseconds.
    package var p50Us: Double { Double(result.latency.valueAtPercentile(50)) / 1e3 }
    /// The 99th percentile of the same.
    package var p99Us: Double { Double(result.latency.valueAtPercentile(99)) / 1e3 }

    /// The ends of a percentile's 95% interval, in microseconds; nil where fewer than ten entries took longer, so that it is none.
    package func interval(at percentile: Double) -> (low: Double, high: Double)? {
        Percentiles.interval(of: result.latency, at: percentile)
    }

    /// How much of a rate was carried, 1 for all of it; nil where entries came too late to be sent at it.
    ///
    /// The last entry's interval counts, also where it was the last there was.
    package func part(ofRate rate: Double) -> Double? {
        let starved = Double(result.starved) / 1e9
        guard starved <= Self.mostStarved * result.elapsed, rate > 0 else { return nil }
        let due = max(result.elapsed - starved, Double(result.sent) / rate) * rate
        return due > 0 ? Double(result.acked) / due : nil
    }

    /// For which part of the time a source may have had no entry that was due: standard input is read in pieces.
    private static let mostStarved = 0.05

    /// Whether so much of a rate is all of it, beside the one entry by which a count can differ.
    package func isKept(_ part: Double) -> Bool {
        part >= Thresholds.usualRateKept - 1 / Double(max(1, sent))
    }
}
