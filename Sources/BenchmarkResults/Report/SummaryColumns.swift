/// A row of `summary.csv` with the suite it belongs to.
struct ReportedSummary: Sendable {
    var row: SummaryRow
    var suite: Suite
}

/// The columns of `summary.csv`, in their order.
enum SummaryColumns {
    typealias Column = CSVColumn<ReportedSummary>

    static let all: [Column] = subject + estimates + medians

    static let header = all.map(\.name)

    /// The whole file.
    static func file(_ rows: [SummaryRow], suite: Suite) -> String {
        let records = rows.map { row in
            CSV.record(all.map { $0.field(ReportedSummary(row: row, suite: suite)) })
        }
        return CSV.record(header) + records.joined()
    }

    private static let subject: [Column] = [
        .count("schema_version") { _ in ResultColumns.schemaVersion },
        .text("suite") { $0.suite.name },
        .text("transport") { $0.row.cell.transportName },
        .text("mode") { $0.row.mode },
        .text("codec") { $0.row.codec },
        .text("variant") { $0.row.cell.variant },
        .text("ack_class") { $0.row.acknowledgementClass },
        .count("payload_bytes") { $0.row.cell.payloadBytes },
        .count("connections") { $0.row.cell.connections },
        .count("in_flight") { $0.row.cell.inFlight },
        .text("load_model") { $0.row.cell.load.name },
        .figure("target_rate_per_s") { $0.row.cell.load.ratePerSecond },
        .text("placement") { $0.suite.placement.rawValue },
    ]

    private static let estimates: [Column] =
        [
            .count("n") { $0.row.count },
            .count("n_invalid") { $0.row.invalidCount },
            .figure("median_msgs_per_s") { $0.row.throughput?.median },
            .figure("ci_low_msgs_per_s") { $0.row.throughput?.low },
            .figure("ci_high_msgs_per_s") { $0.row.throughput?.high },
        ] + ratio("ratio_to_floor", { $0.ratioToFloor }) + ratio("ratio_to_baseline", { $0.ratioToBaseline })
        + ratio("cpu_ratio_to_baseline", { $0.cpuRatioToBaseline }) + [
            .text("ratio_of") { $0.row.cell.load == .closed ? "throughput" : "ack_p99" },
            .figure("p_adjusted", places: 6) { $0.row.pAdjusted },
            .count("rank") { $0.row.rank },
            .text("tied_with") { $0.row.tiedWith.joined(separator: " ") },
            .figure("aa_noise_pct") { $0.row.aaNoisePercent },
        ]

    private static let medians: [Column] =
        estimate("ack_p50_us", { $0.ackP50 }) + estimate("ack_p99_us", { $0.ackP99 })
        + estimate("delivered_p99_us", { $0.deliveredP99 }) + estimate("broker_cpu_us_per_msg", { $0.brokerCPU })
        + estimate("logger_cpu_us_per_msg", { $0.loggerCPU }) + estimate("queue_cpu_us_per_msg", { $0.queueCPU })
        + estimate("wire_tx_bytes_per_msg", { $0.wireTx }) + estimate("wire_rx_bytes_per_msg", { $0.wireRx })
        + estimate("broker_rss_peak_bytes", { $0.brokerRSS }, places: 0)
        + estimate("logger_rss_peak_bytes", { $0.loggerRSS }, places: 0)
        + estimate("arrival_error_p99_us", { $0.arrivalErrorP99 })

    private static func ratio(
        _ name: String, _ value: @escaping @Sendable (SummaryRow) -> Estimate?
    ) -> [Column] {
        estimate(name, value, places: 4)
    }

    private static func estimate(
        _ name: String, _ value: @escaping @Sendable (SummaryRow) -> Estimate?, places: Int = 3
    ) -> [Column] {
        [
            .figure(name, places: places) { value($0.row)?.median },
            .figure("\(name)_ci_low", places: places) { value($0.row)?.low },
            .figure("\(name)_ci_high", places: places) { value($0.row)?.high },
        ]
    }
}
