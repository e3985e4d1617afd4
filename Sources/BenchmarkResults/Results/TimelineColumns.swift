/// The columns of `timeline.csv`, each written and read by the same line.
package enum TimelineColumns {
    typealias Path<Value> = any WritableKeyPath<TimelineBin, Value> & Sendable

    /// A column: how it is written, and how it is read back.
    struct Column: Sendable {
        let column: CSVColumn<TimelineBin>
        let read: @Sendable (Fields, inout TimelineBin) throws(BenchmarkError) -> Void

        static func text(_ name: String, _ path: Path<String>, _ meaning: String) -> Column {
            Column(column: .text(name, meaning) { $0[keyPath: path] }) { fields, bin throws(BenchmarkError) in
                bin[keyPath: path] = try fields.required(name, fields.text)
            }
        }

        static func count(_ name: String, _ path: Path<UInt64>, _ meaning: String) -> Column {
            Column(column: .count(name, meaning) { $0[keyPath: path] }) { fields, bin throws(BenchmarkError) in
                bin[keyPath: path] = try fields.required(name, fields.count)
            }
        }

        static func reading(_ name: String, in unit: String = "", _ path: Path<UInt64?>, _ meaning: String) -> Column {
            Column(column: .count(name, in: unit, meaning) { $0[keyPath: path] }) {
                fields, bin throws(BenchmarkError) in
                bin[keyPath: path] = try fields.count(name)
            }
        }

        static func time(_ name: String, _ path: Path<Double>, _ meaning: String) -> Column {
            Column(column: .figure(name, in: "ms", meaning) { $0[keyPath: path] }) {
                fields, bin throws(BenchmarkError) in
                bin[keyPath: path] = try fields.required(name, fields.double)
            }
        }

        static func figure(
            _ name: String, in unit: String, places: Int, _ path: Path<Double?>, _ meaning: String
        ) -> Column {
            Column(column: .figure(name, in: unit, places: places, meaning) { $0[keyPath: path] }) {
                fields, bin throws(BenchmarkError) in
                bin[keyPath: path] = try fields.double(name)
            }
        }
    }

    static let all: [Column] = [
        .text("run_id", \.runID, "The run_id of the cell's row in results.csv."),
        .text("name", \.name, "What rows are grouped by: the transport with its variant, and (control) apart."),
        .time("start_ms", \.startMs, "When the bin begins, since the cell's measured part began."),
        .time("width_ms", \.widthMs, "How wide it is; the last one ends with the cell."),
        .count("sent", \.sent, "Entries handed to the transport."),
        .count("acked", \.acked, "Entries acknowledged, whenever they were sent."),
        .count("not_sent", \.notSent, "Entries that failed and were certainly not sent."),
        .count("unknown", \.unknown, "Entries that failed and may have arrived."),
        .count("rejected", \.rejected, "Entries that the logger did not take."),
        .reading("delivered", \.delivered, "Entries that the logger recorded, as it says when it is asked."),
        .reading("backlog", \.backlog, "Entries sent and not yet recorded, when the bin ends."),
        .figure("ack_p50_us", in: "us", places: 1, \.p50Us, "The median latency of those acknowledged, to 1.6%."),
        .figure("ack_p99_us", in: "us", places: 1, \.p99Us, "The 99th percentile; it takes 1,000 of them in a bin."),
        .figure("ack_max_us", in: "us", places: 1, \.maxUs, "The longest of them, to 1.6%."),
        .count(
            "pauses", \.pauses,
            "Pauses that began: \(NumberText.trimmed(TimelineBin.shortestPauseMs)) ms or more without an acknowledgement, while "
                + "an entry waited."),
        .figure("longest_pause_us", in: "us", places: 1, \.longestPauseUs, "How long the longest of those was."),
        .figure(
            "broker_cpu_pct", in: "%", places: 1, \.brokerCPUPercent, "CPU time of the broker's process, of one core."),
        .figure(
            "logger_cpu_pct", in: "%", places: 1, \.loggerCPUPercent, "CPU time of the logger's process, of one core."),
        .figure(
            "queue_cpu_pct", in: "%", places: 1, \.queueCPUPercent, "CPU time of the message broker, of one core."),
        .reading(
            "broker_rss_bytes", in: "B", \.brokerRSSBytes, "Resident memory of the broker's process, when the bin ends."
        ),
        .reading("logger_rss_bytes", in: "B", \.loggerRSSBytes, "The same of the logger's process."),
        .reading("queue_rss_bytes", in: "B", \.queueRSSBytes, "The same of the message broker."),
        .figure(
            "store_cpu_pct", in: "%", places: 1, \.storeCPUPercent,
            "CPU time of the server of the logger's store, PostgreSQL, with its processes, of one core."),
        .figure(
            "link_cpu_pct", in: "%", places: 1, \.linkCPUPercent,
            "CPU time of the link between broker and logger, of one core."),
        .figure(
            "lab_cpu_pct", in: "%", places: 1, \.labCPUPercent,
            "CPU time of brokerlab bench itself, which reads these figures, of one core."),
        .figure(
            "through_cpu_pct", in: "%", places: 1, \.throughCPUPercent,
            "CPU time of the broker in the middle, of one core."),
    ]

    /// A file of those bins.
    package static func file(_ bins: [TimelineBin]) -> String {
        CSV.record(all.map(\.column.name)) + records(bins)
    }

    /// The lines of those bins.
    package static func records(_ bins: [TimelineBin]) -> String {
        bins.map { bin in CSV.record(all.map { $0.column.field(bin) }) }.joined()
    }

    /// The bins in a file, in its order; none where there is no such file.
    /// - Throws: ``BenchmarkError`` when a line is something else.
    static func read(_ path: String) throws(BenchmarkError) -> [TimelineBin] {
        guard let text = SmallFile.text(at: path) else { return [] }
        let records = try CSVReader.records(text, of: path)
        let header = records.first?.fields ?? []
        guard header.starts(with: ["run_id", "name", "start_ms"]) else {
            throw BenchmarkError("\(path) has not the columns of a timeline.csv")
        }
        let columns = Dictionary(zip(header, header.indices)) { first, _ in first }
        return try records.dropFirst().map { record throws(BenchmarkError) in
            guard record.fields.count == header.count else {
                throw BenchmarkError(
                    "\(path):\(record.line): \(record.fields.count) fields, and the header has \(header.count)")
            }
            let fields = Fields(path: path, record: record, columns: columns)
            var bin = TimelineBin(runID: "", name: "")
            for column in all { try column.read(fields, &bin) }
            return bin
        }
    }
}
