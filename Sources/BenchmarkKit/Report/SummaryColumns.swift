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
        .text("ack_class") { $0.row.acknowledgementClass },
        .count("payload_bytes") { $0.row.cell.payloadBytes },
        .count("in_flight") { $0.row.cell.inFlight },
        .text("load_model") { $0.suite.load.name },
        .figure("target_rate_per_s") { $0.suite.load.ratePerSecond },
        .text("placement") { $0.suite.placement.rawValue },
    ]

    private static let estimates: [Column] = [
        .count("n") { $0.row.count },
        .count("n_invalid") { $0.row.invalidCount },
        .figure("median_msgs_per_s") { $0.row.throughput?.median },
        .figure("ci_low_msgs_per_s") { $0.row.throughput?.low },
        .figure("ci_high_msgs_per_s") { $0.row.throughput?.high },
        .figure("ratio_to_floor", places: 4) { $0.row.ratioToFloor?.median },
        .figure("ratio_to_floor_ci_low", places: 4) { $0.row.ratioToFloor?.low },
        .figure("ratio_to_floor_ci_high", places: 4) { $0.row.ratioToFloor?.high },
        .notMeasured("ratio_to_baseline"),
        .notMeasured("ratio_to_baseline_ci_low"),
        .notMeasured("ratio_to_baseline_ci_high"),
        .notMeasured("p_adjusted"),
        .notMeasured("rank"),
        .notMeasured("tied_with"),
        .notMeasured("aa_noise_pct"),
    ]

    private static let medians: [Column] = [
        .figure("ack_p50_us") { $0.row.ackP50Us },
        .figure("ack_p99_us") { $0.row.ackP99Us },
        .figure("delivered_p99_us") { $0.row.deliveredP99Us },
        .figure("broker_cpu_us_per_msg") { $0.row.brokerCPUUsPerMessage },
        .figure("logger_cpu_us_per_msg") { $0.row.loggerCPUUsPerMessage },
        .figure("queue_cpu_us_per_msg") { $0.row.queueCPUUsPerMessage },
    ]
}
