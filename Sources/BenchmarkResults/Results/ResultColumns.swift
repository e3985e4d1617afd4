import LoggerService

/// A row of `results.csv` with what all rows of the run have in common.
package struct ReportedResult: Sendable {
    var row: ResultRow
    var suite: Suite
    var environment: BenchmarkEnvironment

    /// A row of that run.
    package init(row: ResultRow, suite: Suite, environment: BenchmarkEnvironment) {
        self.row = row
        self.suite = suite
        self.environment = environment
    }

    var cell: Cell { row.planned.cell }
}

/// The columns of `results.csv`, in their order.
///
/// Names, units and order never change; a change of meaning raises ``schemaVersion``.
enum ResultColumns {
    static let schemaVersion = 1

    typealias Column = CSVColumn<ReportedResult>

    static let all: [Column] = run + subject + load + counts + figures + verdict + added

    static let header = all.map(\.name)

    static func fields(of result: ReportedResult) -> [String] {
        all.map { $0.field(result) }
    }

    private static let run: [Column] = [
        .count("schema_version") { _ in schemaVersion },
        .text("run_id") { $0.row.runID },
        .text("suite") { $0.suite.name },
        .text("started_at_utc") { $0.row.startedAt },
        .text("git_commit") { $0.environment.gitCommit },
        .text("host") { $0.environment.host },
        .text("os") { $0.environment.os },
        .text("cpu_model") { $0.environment.cpuModel },
        .count("cpu_count") { $0.environment.cpuCount },
        .text("swift_version") { $0.environment.swiftVersion },
    ]

    private static let subject: [Column] = [
        .text("transport") { $0.cell.transportName },
        .text("mode") { $0.row.mode },
        .text("codec") { $0.row.codec },
        .text("peer_version") { $0.row.peerVersion },
        .text("ack_class") { $0.row.acknowledgementClass },
        .flag("tls") { $0.row.isEncrypted },
        .text("placement") { $0.suite.placement.rawValue },
    ]

    private static let load: [Column] = [
        .count("payload_bytes") { $0.cell.payloadBytes },
        // Design, section 4: a connection of a transport may be a pool of sockets.
        .count("connections") { $0.cell.connections },
        .count("in_flight") { $0.cell.inFlight },
        .text("load_model") { $0.cell.load.name },
        .figure("target_rate_per_s") { $0.cell.load.ratePerSecond },
        .figure("warmup_s") { $0.suite.warmup },
        .figure("duration_s") { $0.suite.duration },
        .count("repetition") { $0.row.planned.block },
        .count("block") { $0.row.planned.block },
        .count("order_in_block") { $0.row.planned.orderInBlock },
        .count("seed") { $0.suite.seed },
    ]

    private static let counts: [Column] = [
        .count("sent") { $0.row.sent },
        .count("acked") { $0.row.acked },
        .count("delivered") { $0.row.delivered },
        .count("lost") { $0.row.lost },
        .count("duplicated") { $0.row.duplicated },
        .count("reordered") { $0.row.reordered },
        .count("corrupt") { $0.row.corrupt },
        .count("errors") { $0.row.errors },
    ]

    private static let figures: [Column] = [
        .figure("throughput_msgs_per_s") { $0.row.throughput },
        .figure("goodput_bytes_per_s") { result in
            result.row.throughput.map { $0 * Double(result.cell.payloadBytes) }
        },
        .figure("ack_p50_us") { $0.row.ackLatency?.p50Us },
        .figure("ack_p90_us") { $0.row.ackLatency?.p90Us },
        .figure("ack_p99_us") { $0.row.ackLatency?.p99Us },
        .figure("ack_p999_us") { $0.row.ackLatency?.p999Us },
        .figure("ack_max_us") { $0.row.ackLatency?.maxUs },
        .figure("ack_mean_us") { $0.row.ackLatency?.meanUs },
        .figure("delivered_p50_us") { $0.row.deliveredLatency?.p50Us },
        .figure("delivered_p90_us") { $0.row.deliveredLatency?.p90Us },
        .figure("delivered_p99_us") { $0.row.deliveredLatency?.p99Us },
        .figure("delivered_p999_us") { $0.row.deliveredLatency?.p999Us },
        .figure("delivered_max_us") { $0.row.deliveredLatency?.maxUs },
        .figure("uncorrected_p99_us") { $0.row.uncorrectedP99Us },
        .figure("schedule_slip_p99_us") { $0.row.scheduleSlipP99Us },
        .figure("broker_cpu_us_per_msg") { $0.row.brokerCPUUsPerMessage },
        .figure("logger_cpu_us_per_msg") { $0.row.loggerCPUUsPerMessage },
        .figure("queue_cpu_us_per_msg") { $0.row.queueCPUUsPerMessage },
        .count("broker_rss_peak_bytes") { $0.row.brokerRSSPeakBytes },
        .count("logger_rss_peak_bytes") { $0.row.loggerRSSPeakBytes },
        .figure("wire_tx_bytes_per_msg") { $0.row.wireTxBytesPerMessage },
        .figure("wire_rx_bytes_per_msg") { $0.row.wireRxBytesPerMessage },
        .figure("little_ratio") { $0.row.littleRatio },
        .figure("cpu_steal_pct") { $0.row.cpuStealPercent },
    ]

    private static let verdict: [Column] = [
        .flag("valid") { $0.row.isValid },
        .text("invalid_reason") { $0.row.invalidReason },
    ]

    /// Columns that came later stand behind the others, so that the place of none changes.
    private static let added: [Column] = [
        .text("variant") { $0.cell.variant },
        .text("role") { $0.cell.role.rawValue },
        .text("arrivals") { $0.cell.load.arrivals?.rawValue },
        .text("payload_kind") { $0.suite.payload.name },
        .count("messages_per_operation") { $0.suite.messagesPerOperation },
        .figure("arrival_error_p50_us") { $0.row.arrivalErrorP50Us },
        .figure("arrival_error_p99_us") { $0.row.arrivalErrorP99Us },
        .figure("generator_cpu_pct") { $0.row.generatorCPUPercent },
        .figure("foreign_cpu_pct") { $0.row.foreignCPUPercent },
        .figure("generator_wait_pct") { $0.row.generatorWaitPercent },
        .figure("stationarity_ratio", places: 4) { $0.row.stationarityRatio },
        .figure("clock_step_us") { $0.row.clockStepUs },
        .figure("generator_spin_pct") { $0.row.generatorSpinPercent },
    ]
}
