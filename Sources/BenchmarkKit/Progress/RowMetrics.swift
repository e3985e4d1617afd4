import BenchmarkResults
import LoggerService
import Metrics

/// Rows of `results.csv` as metrics: the same numbers, in seconds and bytes; what a row has empty is not told of.
enum RowMetrics {
    /// A family of rows, and its values of one.
    private struct Column: Sendable {
        var family: MetricFamily
        var add: @Sendable (ResultRow, [MetricFamily.Label], inout MetricFamily) -> Void

        static func count(
            _ name: String, _ help: String, _ value: @escaping @Sendable (ResultRow) -> UInt64?
        ) -> Column {
            Column(family: MetricFamily(.counter, "brokerlab_bench_\(name)_entries_total", help)) {
                $2.add(value($0), $1)
            }
        }

        static func figure(
            _ name: String, _ help: String, _ value: @escaping @Sendable (ResultRow) -> Double?
        ) -> Column {
            Column(family: MetricFamily(.gauge, "brokerlab_bench_\(name)", help)) { $2.add(value($0), $1) }
        }

        /// A figure of each process.
        static func processes(
            _ name: String, _ help: String,
            _ values: @escaping @Sendable (ResultRow) -> [(process: String, value: Double?)]
        ) -> Column {
            Column(family: MetricFamily(.gauge, "brokerlab_bench_\(name)", help)) { row, labels, family in
                for (process, value) in values(row) { family.add(value, labels + [.init("process", process)]) }
            }
        }

        /// A percentile beyond which too few values lie is none.
        static func latency(
            _ name: String, _ help: String, _ value: @escaping @Sendable (ResultRow) -> LatencySummary?
        ) -> Column {
            Column(family: MetricFamily(.summary, "brokerlab_bench_\(name)_seconds", help)) { row, labels, family in
                guard let latency = value(row) else { return }
                family.add(quantile: 0.5, seconds(latency.knownP50Us), labels)
                family.add(quantile: 0.99, seconds(latency.knownP99Us), labels)
                family.add(quantile: 0.999, seconds(latency.knownP999Us), labels)
            }
        }
    }

    /// What every value of a row has, by which rows are told apart: `run_id` is that of the CSV.
    static func labels(of row: ResultRow) -> [MetricFamily.Label] {
        labels(of: row.planned) + [.init("run_id", row.runID)]
    }

    /// What tells cells and rounds apart; where a suite has several stores, networks or the like, the number alone does.
    static func labels(of planned: PlannedCell) -> [MetricFamily.Label] {
        let cell = planned.cell
        return [
            .init("transport", cell.transport), .init("payload_bytes", cell.payloadBytes),
            .init("in_flight", cell.inFlight), .init("connections", cell.connections),
            .init("role", cell.role.rawValue),
            .init("round", planned.block), .init("number", planned.number),
        ]
    }

    /// The rest of what a cell is, which only ``information`` has.
    private static func setting(of row: ResultRow) -> [MetricFamily.Label] {
        let cell = row.planned.cell
        return [
            .init("cell", cell.name), .init("load", cell.load.name),
            .init("rate", cell.load.ratePerSecond.map { DecimalText.short($0) } ?? ""),
            .init("overload", cell.load.overload.map { DecimalText.short($0) } ?? ""), .init("churn", cell.churn),
            .init("store", cell.store.rawValue), .init("socket", cell.socket.rawValue),
            .init("network", cell.network.text), .init("tls", cell.tls.rawValue),
            .init("logger_work_us", cell.loggerWork.microseconds), .init("fault", cell.fault.rawValue),
            .init("retries", cell.retries.rawValue), .init("through", cell.through.rawValue),
            .init("broker", row.brokerImplementation), .init("logger", row.loggerImplementation),
            .init("ack_class", row.acknowledgementClass), .init("invalid_reason", row.invalidReason),
        ]
    }

    /// All families of the rows.
    static func families(of rows: [ResultRow]) -> [MetricFamily] {
        var families = columns.map(\.family)
        for row in rows {
            let labels = labels(of: row)
            for (index, column) in columns.enumerated() { column.add(row, labels, &families[index]) }
        }
        return families
    }

    private static let columns = [information] + counts + figures

    private static let information = Column(
        family: MetricFamily(.gauge, "brokerlab_bench_row_info", "1: what a row was measured of, and with.")
    ) { $2.add(1.0, $1 + setting(of: $0)) }

    private static let counts: [Column] = [
        .count("sent", "Entries handed to the transport.") { $0.sent },
        .count("acknowledged", "Entries acknowledged.") { $0.acked },
        failed,
        .count("delivered", "Different entries that the ledger has.") { $0.delivered },
        .count("lost", "Entries acknowledged and not delivered.") { $0.lost },
        .count("duplicated", "Entries that the ledger has more than once.") { $0.duplicated },
        .count("reordered", "Entries that came after one with a higher sequence number.") { $0.reordered },
        .count("corrupt", "Entries whose text had changed on its way.") { $0.corrupt },
        .count("unknown_arrived", "Entries of the fate unknown that arrived.") { $0.unknownArrived },
    ]

    /// Entries that were not acknowledged: by their fate where the row has it, else all together.
    private static let failed = Column(
        family: MetricFamily(
            .counter, "brokerlab_bench_failed_entries_total",
            "Entries that were not acknowledged, by what is known of them: not_sent, rejected, unknown, or any, untold."
        )
    ) { row, labels, family in
        let fates = [("not_sent", row.notSent), ("rejected", row.rejected), ("unknown", row.unknown)]
        guard fates.contains(where: { $0.1 != nil }) else {
            return family.add(row.errors, labels + [.init("fate", "any")])
        }
        for (fate, count) in fates { family.add(count, labels + [.init("fate", fate)]) }
    }

    private static let figures: [Column] = [
        .figure("valid", "1 for a row that may be trusted, else 0; brokerlab_bench_row_info says why not.") {
            $0.isValid ? 1 : 0
        },
        .figure("messages_per_second", "Entries acknowledged a second.") { $0.throughput },
        .latency("ack", "From the intended send time to the acknowledgement.") { $0.ackLatency },
        .latency("delivered", "From the intended send time to the logger's record.") { $0.deliveredLatency },
        .processes("cpu_seconds_per_message", "CPU time by acknowledged entry, of each process.") { row in
            [
                ("broker", seconds(row.brokerCPUUsPerMessage)), ("logger", seconds(row.loggerCPUUsPerMessage)),
                ("queue", seconds(row.queueCPUUsPerMessage)), ("store", seconds(row.storeCPUUsPerMessage)),
                ("through", seconds(row.throughCPUUsPerMessage)),
            ]
        },
        .processes("resident_peak_bytes", "The largest resident set since the cell's start, of each process.") { row in
            [
                ("broker", row.brokerRSSPeakBytes.map { Double($0) }),
                ("logger", row.loggerRSSPeakBytes.map { Double($0) }),
                ("queue", row.queueRSSPeakBytes.map { Double($0) }),
                ("through", row.throughRSSPeakBytes.map { Double($0) }),
            ]
        },
    ]

    private static func seconds(_ microseconds: Double?) -> Double? {
        microseconds.map { $0 / 1e6 }
    }
}
