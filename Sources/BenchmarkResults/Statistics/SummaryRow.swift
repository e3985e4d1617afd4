import LoggerService

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
    /// The throughput, in entries per second.
    public var throughput: Estimate?
    /// The throughput, or the 99th percentile under an open load, by that of the floor in the same round.
    public var ratioToFloor: Estimate?
    /// The same by that of the baseline.
    public var ratioToBaseline: Estimate?
    /// The CPU time of all processes by that of the baseline in the same round.
    public var cpuRatioToBaseline: Estimate?
    /// How likely such a difference from the baseline is by chance, corrected for all comparisons under this load.
    public var pAdjusted: Double?
    /// Whether there is no difference from the baseline that could be told; nil for the baseline itself.
    public var isTiedWithBaseline: Bool?
    /// The place among transports of the same acknowledgement class under this load; nil where too little was measured.
    public var rank: Int?
    /// The transports of that class that it cannot be told from.
    public var tiedWith: [String] = []
    /// What two measurements of the same transport differ by under this load, in percent.
    public var aaNoisePercent: Double?
    /// The rows' median acknowledged latency, in microseconds.
    public var ackP50: Estimate?
    /// The rows' 99th percentile of the acknowledged latency, in microseconds.
    public var ackP99: Estimate?
    /// The rows' 99th percentile of the delivered latency, in microseconds.
    public var deliveredP99: Estimate?
    /// The broker's CPU time, in microseconds per message.
    public var brokerCPU: Estimate?
    /// The logger's CPU time, in microseconds per message.
    public var loggerCPU: Estimate?
    /// The companions' CPU time, in microseconds per message.
    public var queueCPU: Estimate?
    /// Bytes sent on the broker's sockets, per message.
    public var wireTx: Estimate?
    /// Bytes received on the broker's sockets, per message.
    public var wireRx: Estimate?
    /// The broker's largest resident set, in bytes.
    public var brokerRSS: Estimate?
    /// The logger's largest resident set, in bytes.
    public var loggerRSS: Estimate?
    /// How late the load generator itself was, in microseconds at the 99th percentile; open load only.
    public var arrivalErrorP99: Estimate?
}

extension SummaryRow {
    /// The medians of a cell's valid rows.
    init(_ transport: String, _ point: LoadPoint, _ rows: [ResultRow], _ bootstrap: Bootstrap) {
        func estimate(_ value: (ResultRow) -> Double?) -> Estimate? {
            bootstrap.estimate(Sample(rows, value).all)
        }
        let first = rows.first
        cell = Cell(
            transport: transport, payloadBytes: point.payloadBytes, inFlight: point.inFlight,
            connections: point.connections, load: point.load)
        mode = first?.mode ?? ""
        codec = first?.codec ?? ""
        acknowledgementClass = first?.acknowledgementClass ?? ""
        count = rows.filter(\.isValid).count
        invalidCount = rows.count - count
        throughput = estimate(\.throughput)
        ackP50 = estimate { $0.ackLatency?.p50Us }
        ackP99 = estimate { $0.ackLatency?.p99Us }
        deliveredP99 = estimate { $0.deliveredLatency?.p99Us }
        brokerCPU = estimate(\.brokerCPUUsPerMessage)
        loggerCPU = estimate(\.loggerCPUUsPerMessage)
        queueCPU = estimate(\.queueCPUUsPerMessage)
        wireTx = estimate(\.wireTxBytesPerMessage)
        wireRx = estimate(\.wireRxBytesPerMessage)
        brokerRSS = estimate { $0.brokerRSSPeakBytes.map { Double($0) } }
        loggerRSS = estimate { $0.loggerRSSPeakBytes.map { Double($0) } }
        arrivalErrorP99 = estimate(\.arrivalErrorP99Us)
    }
}
