import Broker

/// A row of `summary.csv` with the suite it belongs to.
struct ReportedSummary: Sendable {
    var row: SummaryRow
    var report: Report

    var suite: Suite { report.suite }
}

/// The columns of `summary.csv`, in their order.
enum SummaryColumns {
    typealias Column = CSVColumn<ReportedSummary>

    static let all: [Column] = subject + estimates + medians + added + latest

    static let header = all.map(\.name)

    /// The whole file.
    static func file(_ report: Report) -> String {
        Column.file(report.summary.map { ReportedSummary(row: $0, report: report) }, all)
    }

    private static let subject: [Column] = [
        .count("schema_version", "The version of the columns' meanings.") { _ in ResultColumns.schemaVersion },
        .text("suite", "The suite's name.") { $0.suite.name },
        .text("transport", "The transport, without its variant.") { $0.row.cell.transportName },
        .text("mode", "How the protocol was used.") { $0.row.mode },
        .text("codec", "How entries were encoded.") { $0.row.codec },
        .text("variant", "The transport's variant; empty for its default.") { $0.row.cell.variant },
        .text("ack_class", "What an acknowledgement promised.") { $0.row.acknowledgementClass },
        .count("payload_bytes", in: "B", "The length of an entry's text.") { $0.row.cell.payloadBytes },
        .count("connections", "The connections that share the entries in flight.") { $0.row.cell.connections },
        .count("in_flight", "How many entries may be unacknowledged at once.") { $0.row.cell.inFlight },
        .text("load_model", "When entries are sent: closed, open at a rate, or cold.") { $0.row.cell.load.name },
        .figure("target_rate_per_s", in: "msgs/s", "The rate that entries of an open load are due at.") {
            $0.row.cell.load.ratePerSecond
        },
        .text("placement", "Which cores broker and logger ran on.") { $0.suite.placement.rawValue },
    ]

    private static let estimates: [Column] =
        [
            .count("n", "The valid rows that the figures are made of.") { $0.row.count },
            .count("n_invalid", "The rows that were left out because they are not valid.") { $0.row.invalidCount },
            .figure("median_msgs_per_s", in: "msgs/s", "The median of the throughput.") {
                $0.row.throughput?.median
            },
            .figure("ci_low_msgs_per_s", in: "msgs/s", "The lower end of its 95% interval.") {
                $0.row.throughput?.low
            },
            .figure("ci_high_msgs_per_s", in: "msgs/s", "The upper end.") { $0.row.throughput?.high },
        ]
        + estimate(
            "ratio_to_floor", places: 4,
            "What decides under the load (ratio_of) by that of the floor in the same round."
        ) { $0.ratioToFloor }
        + estimate("ratio_to_baseline", places: 4, "The same by that of the baseline.") { $0.ratioToBaseline }
        + estimate(
            "cpu_ratio_to_baseline", places: 4,
            "The CPU time of all processes by that of the baseline in the same round."
        ) { $0.cpuRatioToBaseline } + [
            .text(
                "ratio_of",
                "What the ratios are of: throughput, ack_p99 under an open load, or ack_p50 of cold connections."
            ) {
                $0.row.cell.load.decidingFigure.rawValue
            },
            .figure(
                "p_adjusted", places: 6,
                "How likely such a difference from the baseline is by chance, corrected for all comparisons (Holm)."
            ) { $0.row.pAdjusted },
            .count("rank", "The best place that it may have among those of its ack_class under this load.") {
                $0.row.rank
            },
            .text("tied_with", "Those of them that it cannot be told from.") { $0.row.tiedWith.joined(separator: " ") },
            .figure(
                "aa_noise_pct", in: "%", "What two measurements of the same transport differ by under this load."
            ) { $0.row.aaNoisePercent },
        ]

    private static let medians = medians(of: SummaryRow.medianColumns)

    private static func medians(of figures: [ResultColumn]) -> [Column] {
        figures.flatMap { figure in
            let column = figure.column
            return estimate(
                column.name, in: column.unit, places: figure.places, "The median of that column of results.csv."
            ) {
                $0.medians[column.name]
            }
        }
    }

    /// Columns that came later stand behind the others, so that the place of none changes.
    private static let added: [Column] =
        [.text("name", "The transport with its variant, by which rows can be grouped.") { $0.row.cell.transport }]
        + estimate("rate_kept", places: 4, "The throughput by the rate that entries of an open load are due at.") {
            $0.rateKept
        } + [
            .text(
                "rate_reached", "true, or false where less than 98% was carried, beside what random arrivals explain."
            ) { reported in reported.report.isRateKept(reported.row).map { $0 ? "true" : "false" } },
            .text("durability", "Where an acknowledged entry is.") { $0.row.durability.rawValue },
            .count("rank_worst", "The worst place that it may have: as rank where none is tied with it.") {
                $0.row.worstRank
            },
            .text(
                "equal_to",
                "Those of tied_with that it differs from by at most \(NumberText.trimmed(100 * Comparison.margin))%, for sure."
            ) {
                $0.row.equalTo.joined(separator: " ")
            },
            .figure(
                "least_difference_pct", in: "%",
                "The least difference from any of its ack_class that nine of ten such runs would find."
            ) { $0.row.leastDifferencePercent },
            .figure(
                "ci_coverage", places: 4,
                "How often the intervals of so few rounds have the true value in them: 0.95 from six rounds on."
            ) { $0.row.throughput.flatMap { $0.low == nil ? nil : $0.coverage } },
            .figure(
                "noise_within_pct", in: "%",
                "The standard deviation of a rate within a process under this load, of the transport measured twice."
            ) { $0.row.processNoise.map { $0.within * 100 } },
            .figure("noise_between_pct", in: "%", "The same between processes.") {
                $0.row.processNoise.map { $0.between * 100 }
            },
            .text("store", "Where the logger kept an entry; empty where nobody knows.") {
                $0.row.isReconciled ? $0.row.cell.store.rawValue : nil
            },
        ] + medians(of: SummaryRow.addedMedianColumns)

    /// Behind those, as they came later still.
    private static let latest: [Column] =
        [
            .text("socket", "Over what sockets broker and logger spoke.") { $0.row.cell.socket.rawValue },
            .text("network", "What lay between broker and logger.") { $0.row.cell.network.text },
            .text("broker_impl", "What played the broker.") { $0.row.brokerImplementation },
            .text("logger_impl", "What played the logger; an address is a black box.") { $0.row.loggerImplementation },
            .flag(
                "reconciled",
                "Whether what was acknowledged was held against the logger's account; ranks are among the same."
            ) {
                $0.row.isReconciled
            },
            .text("tls_setting", "Whether the suite had them speak TLS: off, on or mutual.") {
                $0.row.cell.tls.rawValue
            },
        ] + medians(of: SummaryRow.latestMedianColumns) + [
            .text("broker_setting", "Who the suite had play the broker.") { $0.row.cell.parties.broker.rawValue },
            .text("logger_setting", "Who the suite had play the logger.") { $0.row.cell.parties.logger.rawValue },
            .text("rabbitmq_side", "Which end of the link RabbitMQ was at; empty where it was at none.") {
                $0.suite.hasRabbitMQ(behind: $0.row.cell.network) ? $0.row.cell.rabbitMQSide.rawValue : nil
            },
            .count("churn", "After how many entries a connection was closed and another one dialed; 0 is for never.") {
                $0.row.cell.churn
            },
            .text("fault", "What was made to go wrong; empty for nothing.") { $0.row.cell.fault.column },
        ] + medians(of: SummaryRow.faultMedianColumns) + [
            .count("logger_work_us", in: "us", "How long each entry kept the logger busy, of a core; 0 is for none.") {
                $0.row.cell.loggerWork.microseconds
            },
            .figure(
                "overload", places: 2, "How many times what was carried was offered; empty where that told no rate."
            ) {
                $0.row.cell.load.overload
            },
        ] + medians(of: SummaryRow.overloadMedianColumns) + [
            .text("retries", "Who sent again what the fault made fail; empty where nothing was made to go wrong.") {
                $0.row.cell.fault == .none ? nil : $0.row.cell.retries.rawValue
            },
            .text("through", "Who was between broker and logger: none or broker.") { $0.row.cell.through.rawValue },
        ] + medians(of: SummaryRow.throughMedianColumns)

    private static func estimate(
        _ name: String, in unit: String = "", places: Int, _ meaning: String,
        _ value: @escaping @Sendable (SummaryRow) -> Estimate?
    ) -> [Column] {
        [
            .figure(name, in: unit, places: places, meaning) { value($0.row)?.median },
            .figure("\(name)_ci_low", in: unit, places: places, "The lower end of its 95% interval.") {
                value($0.row)?.low
            },
            .figure("\(name)_ci_high", in: unit, places: places, "The upper end.") { value($0.row)?.high },
        ]
    }
}
