/// Percentiles of a latency, in microseconds; nil are those beyond which too few values lie.
package struct Percentiles: Sendable, Hashable {
    /// The median.
    package var p50Us: Double?
    /// The 90th percentile.
    package var p90Us: Double?
    /// The 99th percentile.
    package var p99Us: Double?
    /// The 99.9th percentile.
    package var p999Us: Double?

    /// None.
    package init() {}
}
