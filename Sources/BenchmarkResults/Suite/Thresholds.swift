/// What the cells of a suite must keep for the command to succeed; nil asks nothing.
package struct Thresholds: Sendable, Hashable, Codable {
    /// The least throughput of a cell's median, in entries per second.
    package var minThroughput: Double?
    /// The largest 99th percentile of the acknowledged latency of a cell's median, in microseconds.
    package var maxAckP99Us: Double?

    /// Creates thresholds that ask nothing.
    package init() {}
}
