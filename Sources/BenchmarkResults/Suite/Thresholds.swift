/// What the cells of a suite must keep for the command to succeed; nil asks nothing.
package struct Thresholds: Sendable, Hashable, Codable {
    /// How much of a rate must have been carried where the suite does not say.
    package static let usualRateKept = 0.98

    /// The least throughput of every cell's median, in entries per second.
    package var minThroughput: Double?
    /// The largest 99th percentile of the acknowledged latency of every cell's median, in microseconds.
    package var maxAckP99Us: Double?
    /// The part of its rate that every cell of an open load must carry; nil for the usual one.
    package var minRateKept: Double?
    /// What single cells must keep; nil in records of before there were such.
    package var rules: [Threshold]?

    /// Creates thresholds that ask nothing but that rates are kept.
    package init() {}

    /// All that is asked for by the suite.
    package var all: [Threshold] {
        let bounds = [
            minThroughput.map { Threshold.Bound(figure: .throughput, limit: $0) },
            maxAckP99Us.map { Threshold.Bound(figure: .ackP99, limit: $0) },
            minRateKept.flatMap { $0 > 0 ? Threshold.Bound(figure: .rateKept, limit: $0) : nil },
        ].compactMap { $0 }
        return (bounds.isEmpty ? [] : [Threshold(bounds: bounds)]) + (rules ?? [])
    }

    /// What is asked for though the suite does not say so: that the rates are kept.
    package var implied: [Threshold] {
        guard minRateKept == nil else { return [] }
        return [Threshold(bounds: [Threshold.Bound(figure: .rateKept, limit: Self.usualRateKept)])]
    }
}
