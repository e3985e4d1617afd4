package import Broker

/// What one cell measured over all rounds, a row of `summary.csv`; nil is what was not measured.
package struct SummaryRow: Sendable {
    /// The cell.
    package var cell: Cell
    /// How the protocol was used.
    package var mode: String
    /// How entries were encoded.
    package var codec: String
    /// What an acknowledgement promised.
    package var acknowledgementClass: String
    /// Where an acknowledged entry is.
    package var durability: Durability
    /// What played the broker.
    package var brokerImplementation: String
    /// What played the logger.
    package var loggerImplementation: String
    /// Whether what was acknowledged was held against the logger's own account.
    package var isReconciled: Bool
    /// The number of valid rows that the figures are made of.
    package var count: Int
    /// The number of rows that were left out because they are not valid.
    package var invalidCount: Int
    /// The throughput, in entries per second.
    package var throughput: Estimate?
    /// What decides under the load by that of the floor in the same round.
    package var ratioToFloor: Estimate?
    /// The same by that of the baseline.
    package var ratioToBaseline: Estimate?
    /// The CPU time of all processes by that of the baseline in the same round.
    package var cpuRatioToBaseline: Estimate?
    /// How likely such a difference from the baseline is by chance, corrected for all comparisons under this load.
    package var pAdjusted: Double?
    /// Whether there is no difference from the baseline that could be told; nil for the baseline itself.
    package var isTiedWithBaseline: Bool?
    /// The best place that it may have among transports of the same acknowledgement class under this load: 1 and the number of
    /// those that are better for sure; nil where too little was measured.
    package var rank: Int?
    /// The worst place that it may have: the number of those transports less those that are worse for sure.
    package var worstRank: Int?
    /// The transports of that class that it cannot be told from.
    package var tiedWith: [String] = []
    /// Those of them that it is equal to for sure, within ``Comparison/margin``.
    package var equalTo: [String] = []
    /// The least difference from each of the others of its class that nine of ten such runs would find, in percent.
    package var leastDifferencePercent: Double?
    /// What two measurements of the same transport differ by under this load, in percent.
    package var aaNoisePercent: Double?
    /// What of a rate's noise lies within processes under this load, and what between them; nil where that was not measured.
    var processNoise: ProcessNoise?
    /// The throughput by the rate that entries are due at; nil for a closed load.
    package var rateKept: Estimate?
    /// The medians of the rows' other figures, by their columns.
    var medians: [String: Estimate] = [:]
    /// The medians of rows that the audit does not trust, by their columns, where there are no others: to be shown, and never
    /// to be ranked.
    var untrusted: [String: Double] = [:]
}

extension SummaryRow {
    /// What it is ranked among.
    package var rankClass: String { RankClass.name(acknowledgementClass, isReconciled: isReconciled) }

    /// The places that it may have: `2`, or `2 to 4` where others cannot be told from it; nil where nothing is ranked.
    package var place: String? {
        guard let rank else { return nil }
        guard let worstRank, worstRank > rank else { return String(rank) }
        return "\(rank) to \(worstRank)"
    }

    /// The figures whose medians are columns of `summary.csv` too, in their order there.
    static let medianColumns = columns([
        "ack_p50_us", "ack_p99_us", "delivered_p99_us", "broker_cpu_us_per_msg", "logger_cpu_us_per_msg",
        "queue_cpu_us_per_msg", "wire_tx_bytes_per_msg", "wire_rx_bytes_per_msg", "broker_rss_peak_bytes",
        "logger_rss_peak_bytes", "arrival_error_p99_us",
    ])

    /// Those that came later, whose columns stand behind all others.
    static let addedMedianColumns = columns(ResultColumns.storing.map(\.column.name))

    /// Those that came later still.
    static let latestMedianColumns = columns(ResultColumns.cold.map(\.column.name))

    /// Those of what a fault came to.
    static let faultMedianColumns = columns(ResultColumns.faultTimes.map(\.column.name))

    /// Those of what came of more than is carried.
    static let overloadMedianColumns = columns(ResultColumns.overloading.map(\.column.name))

    /// Those of who is in the middle.
    static let throughMedianColumns = columns(ResultColumns.throughFigures.map(\.column.name))

    private static func columns(_ names: [String]) -> [ResultColumn] {
        names.compactMap { name in ResultColumns.all.first { $0.column.name == name } }
    }

    /// The rows' median acknowledged latency, in microseconds.
    package var ackP50: Estimate? { medians["ack_p50_us"] }
    /// The rows' 99th percentile of the acknowledged latency, in microseconds.
    package var ackP99: Estimate? { medians["ack_p99_us"] }
    /// The rows' 99th percentile of the delivered latency, in microseconds.
    package var deliveredP99: Estimate? { medians["delivered_p99_us"] }
    /// The broker's CPU time, in microseconds per message.
    package var brokerCPU: Estimate? { medians["broker_cpu_us_per_msg"] }
    /// The logger's CPU time, in microseconds per message.
    package var loggerCPU: Estimate? { medians["logger_cpu_us_per_msg"] }
    /// The companions' CPU time, in microseconds per message.
    package var queueCPU: Estimate? { medians["queue_cpu_us_per_msg"] }
    /// The CPU time of the store's server, in microseconds per message.
    package var storeCPU: Estimate? { medians["store_cpu_us_per_msg"] }
    /// The CPU time of the broker in the middle, in microseconds per message.
    package var throughCPU: Estimate? { medians["through_cpu_us_per_msg"] }
    /// The median CPU time of each of the processes that take part, in microseconds per message: broker, logger, message broker,
    /// server of the store, broker in the middle.
    var cpuParts: [Double] { [brokerCPU, loggerCPU, queueCPU, storeCPU, throughCPU].compactMap { $0?.median } }
    /// Whether rows are valid and have too few entries for the p99 that decides under a rate.
    var lacksP99: Bool { count > 0 && cell.load.decidingFigure == .ackP99 && ackP99 == nil }
    /// Bytes sent on the broker's sockets, per message.
    package var wireTx: Estimate? { medians["wire_tx_bytes_per_msg"] }
    /// Bytes received on the broker's sockets, per message.
    package var wireRx: Estimate? { medians["wire_rx_bytes_per_msg"] }
    /// The broker's largest resident set, in bytes.
    package var brokerRSS: Estimate? { medians["broker_rss_peak_bytes"] }
    /// The logger's largest resident set, in bytes.
    package var loggerRSS: Estimate? { medians["logger_rss_peak_bytes"] }
}

extension SummaryRow {
    /// The medians of a cell's valid rows.
    init(_ transport: String, _ point: LoadPoint, _ rows: [ResultRow]) {
        func estimate(_ value: (ResultRow) -> Double?) -> Estimate? {
            Estimate(medianOf: Sample(rows, value).all)
        }
        let first = rows.first
        cell = Cell(
            transport: transport, payloadBytes: point.payloadBytes, inFlight: point.inFlight,
            connections: point.connections, load: point.load, churn: point.churn, store: point.store,
            socket: point.socket, network: point.network, rabbitMQSide: point.rabbitMQSide, tls: point.tls,
            parties: point.parties, loggerWork: point.loggerWork, fault: point.fault,
            retries: point.retries, through: point.through)
        mode = first?.mode ?? ""
        codec = first?.codec ?? ""
        acknowledgementClass = first?.acknowledgementClass ?? ""
        durability = first?.durability ?? .nothing
        // A row of a logger that was lost before it names nobody.
        brokerImplementation = rows.lazy.map(\.brokerImplementation).first { !$0.isEmpty } ?? ""
        loggerImplementation = rows.lazy.map(\.loggerImplementation).first { !$0.isEmpty } ?? ""
        isReconciled = rows.allSatisfy(\.isReconciled)
        count = rows.filter(\.isValid).count
        invalidCount = rows.count - count
        throughput = estimate(\.throughput)
        rateKept = estimate(\.rateKept)
        let figures =
            Self.medianColumns + Self.addedMedianColumns + Self.latestMedianColumns + Self.faultMedianColumns
            + Self.overloadMedianColumns + Self.throughMedianColumns
        for figure in figures { medians[figure.column.name] = estimate(figure.number) }
        guard count == 0 else { return }
        // Of what failed, figures say nothing at all.
        let measured = rows.filter { !$0.hasFailed }
        untrusted["throughput_msgs_per_s"] = Median.of(measured.compactMap(\.throughput))
        for figure in figures {
            untrusted[figure.column.name] = Median.of(measured.compactMap(figure.number))
        }
    }
}
