/// What one cell measured over all rounds, a row of `summary.csv`; nil is what was not measured.
public struct SummaryRow: Sendable {
    /// The cell.
    public var cell: Cell
    /// How the protocol was used.
    public var mode: String
    /// How entries were encoded.
    public var codec: String
    /// What an acknowledgement promised.
    public var acknowledgementClass: String
    /// The number of valid rows that the figures are made of.
    public var count: Int
    /// The number of rows that were left out because they are not valid.
    public var invalidCount: Int
    /// The median of the throughput, in entries per second.
    public var throughput: Estimate?
    /// The median, over the rounds, of the throughput by that of the floor in the same round.
    public var ratioToFloor: Estimate?
    /// The median of the rows' median acknowledged latency, in microseconds.
    public var ackP50Us: Double?
    /// The median of the rows' 99th percentile of the acknowledged latency, in microseconds.
    public var ackP99Us: Double?
    /// The median of the rows' 99th percentile of the delivered latency, in microseconds.
    public var deliveredP99Us: Double?
    /// The median of the broker's CPU time, in microseconds per message.
    public var brokerCPUUsPerMessage: Double?
    /// The median of the logger's CPU time, in microseconds per message.
    public var loggerCPUUsPerMessage: Double?
    /// The median of the companions' CPU time, in microseconds per message.
    public var queueCPUUsPerMessage: Double?
}

/// A median with its 95% bootstrap interval; the interval is nil for a single value.
public struct Estimate: Sendable, Hashable {
    /// The median.
    public var median: Double
    /// The interval's lower end.
    public var low: Double?
    /// The interval's upper end.
    public var high: Double?
}
