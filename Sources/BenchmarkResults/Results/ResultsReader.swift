import LoggerService

/// Reads the rows of `results.csv` again.
///
/// A field that is not what its column holds is refused with its line and column: a number that is passed over would count
/// as not measured.
struct ResultsReader {
    /// The rows, in their order.
    let rows: [ResultRow]

    /// - Throws: ``BenchmarkError`` when it cannot be read, or is of a version that this program does not know.
    init(path: String) throws(BenchmarkError) {
        let text = try SmallFile.results(at: path)
        let records: [CSVReader.Record]
        do throws(CSVReader.Fault) {
            records = try CSVReader.records(text)
        } catch {
            throw BenchmarkError("\(path):\(error.line): \(error.message)")
        }
        guard let header = records.first, header.fields.first == "schema_version" else {
            let isOther = records.first?.fields.first?.hasPrefix("schema_version") == true
            throw BenchmarkError(
                "\(path) has not the columns of a results.csv"
                    + (isOther ? "; its fields have to be separated by commas" : ""))
        }
        let columns = Dictionary(zip(header.fields, header.fields.indices)) { first, _ in first }
        let version = String(ResultColumns.schemaVersion)
        if let other = records.dropFirst().first(where: { $0.fields.first != version }) {
            throw BenchmarkError(
                "\(path):\(other.line): schema version '\(other.fields.first ?? "")', this program reads version \(version)"
            )
        }
        var rows: [ResultRow] = []
        for (index, record) in records.enumerated().dropFirst() {
            guard record.fields.count == header.fields.count else {
                throw BenchmarkError(
                    "\(path):\(record.line): \(record.fields.count) fields, and the header has \(header.fields.count)")
            }
            let fields = Fields(path: path, record: record, columns: columns)
            rows.append(try Self.row(fields, number: index))
        }
        self.rows = rows
    }

    private static func row(_ fields: Fields, number: Int) throws(BenchmarkError) -> ResultRow {
        let load: LoadModel
        if let rate = try fields.double("target_rate_per_s") {
            load = .open(ratePerSecond: rate, arrivals: try fields.word("arrivals", Arrivals.init) ?? .constant)
        } else {
            load = .closed
        }
        let name = try fields.required("transport", fields.text)
        let cell = Cell(
            transport: fields.text("variant").map { "\(name):\($0)" } ?? name,
            payloadBytes: try fields.required("payload_bytes", fields.int),
            inFlight: try fields.required("in_flight", fields.int),
            connections: try fields.int("connections") ?? 1, load: load,
            role: try fields.word("role", CellRole.init) ?? .cell)
        var row = ResultRow(
            runID: fields.text("run_id") ?? "", startedAt: fields.text("started_at_utc") ?? "",
            planned: PlannedCell(
                cell: cell, block: try fields.required("block", fields.int),
                orderInBlock: try fields.int("order_in_block") ?? 0, number: number),
            mode: fields.text("mode") ?? "", codec: fields.text("codec") ?? "",
            peerVersion: fields.text("peer_version"), isEncrypted: try fields.flag("tls") ?? false,
            acknowledgementClass: fields.text("ack_class") ?? "")
        try row.add(counts: fields)
        try row.add(figures: fields)
        if try fields.required("valid", fields.flag) == false {
            let reasons = (fields.text("invalid_reason") ?? "no reason given").split(separator: ";")
            row.invalidReasons = reasons.map { String($0.drop { $0 == " " }) }
        }
        return row
    }
}

/// A record by the names of its columns; an empty field is nil.
struct Fields {
    var path: String
    var record: CSVReader.Record
    var columns: [String: Int]

    func text(_ name: String) -> String? {
        guard let index = columns[name], !record.fields[index].isEmpty else { return nil }
        return CSV.text(of: record.fields[index])
    }

    /// A number with a decimal point.
    func double(_ name: String) throws(BenchmarkError) -> Double? {
        try value(name, "a number") { text in
            guard DecimalText.isNumber(text) else { return nil }
            return Double(text)
        }
    }

    func int(_ name: String) throws(BenchmarkError) -> Int? {
        try value(name, "a whole number") { DecimalText.isWholeNumber($0) ? Int($0) : nil }
    }

    func count(_ name: String) throws(BenchmarkError) -> UInt64? {
        try value(name, "a whole number") { DecimalText.isWholeNumber($0) ? UInt64($0) : nil }
    }

    /// `true` or `false`; spreadsheets write them in capitals.
    func flag(_ name: String) throws(BenchmarkError) -> Bool? {
        try value(name, "true or false") { Bool($0.lowercased()) }
    }

    /// One of a few words.
    func word<Value>(_ name: String, _ parse: (String) -> Value?) throws(BenchmarkError) -> Value? {
        try value(name, "a word that this program knows there", parse)
    }

    /// A value without which a row is none.
    func required<Value>(
        _ name: String, _ read: (String) throws(BenchmarkError) -> Value?
    ) throws(BenchmarkError) -> Value {
        guard let value = try read(name) else { throw BenchmarkError("\(path):\(record.line): \(name) is empty") }
        return value
    }

    private func value<Value>(
        _ name: String, _ wanted: String, _ parse: (String) -> Value?
    ) throws(BenchmarkError) -> Value? {
        guard let text = text(name) else { return nil }
        guard let value = parse(text) else {
            let hint = text.contains(",") ? "; numbers have a decimal point" : ""
            throw BenchmarkError(
                "\(path):\(record.line): \(name) (column \((columns[name] ?? 0) + 1)): '\(text)' is not \(wanted)\(hint)"
            )
        }
        return value
    }

    /// Percentiles whose columns start with that; nil where the first is not there.
    func latency(_ prefix: String, count: UInt64?) throws(BenchmarkError) -> LatencySummary? {
        func value(_ name: String) throws(BenchmarkError) -> Double? { try double("\(prefix)_\(name)_us") }
        guard let p50 = try value("p50") else { return nil }
        return LatencySummary(
            count: count ?? 0, p50Us: p50, p90Us: try value("p90") ?? p50, p99Us: try value("p99") ?? p50,
            p999Us: try value("p999") ?? p50, maxUs: try value("max") ?? p50, meanUs: try value("mean") ?? p50)
    }
}

extension ResultRow {
    fileprivate mutating func add(counts fields: Fields) throws(BenchmarkError) {
        sent = try fields.count("sent")
        acked = try fields.count("acked")
        delivered = try fields.count("delivered")
        lost = try fields.count("lost")
        duplicated = try fields.count("duplicated")
        reordered = try fields.count("reordered")
        corrupt = try fields.count("corrupt")
        errors = try fields.count("errors")
    }

    fileprivate mutating func add(figures fields: Fields) throws(BenchmarkError) {
        throughput = try fields.double("throughput_msgs_per_s")
        ackLatency = try fields.latency("ack", count: acked)
        deliveredLatency = try fields.latency("delivered", count: delivered)
        uncorrectedP99Us = try fields.double("uncorrected_p99_us")
        scheduleSlipP99Us = try fields.double("schedule_slip_p99_us")
        arrivalErrorP50Us = try fields.double("arrival_error_p50_us")
        arrivalErrorP99Us = try fields.double("arrival_error_p99_us")
        brokerCPUUsPerMessage = try fields.double("broker_cpu_us_per_msg")
        loggerCPUUsPerMessage = try fields.double("logger_cpu_us_per_msg")
        queueCPUUsPerMessage = try fields.double("queue_cpu_us_per_msg")
        brokerRSSPeakBytes = try fields.count("broker_rss_peak_bytes")
        loggerRSSPeakBytes = try fields.count("logger_rss_peak_bytes")
        wireTxBytesPerMessage = try fields.double("wire_tx_bytes_per_msg")
        wireRxBytesPerMessage = try fields.double("wire_rx_bytes_per_msg")
        littleRatio = try fields.double("little_ratio")
        cpuStealPercent = try fields.double("cpu_steal_pct")
        generatorCPUPercent = try fields.double("generator_cpu_pct")
        generatorSpinPercent = try fields.double("generator_spin_pct")
        foreignCPUPercent = try fields.double("foreign_cpu_pct")
        generatorWaitPercent = try fields.double("generator_wait_pct")
        stationarityRatio = try fields.double("stationarity_ratio")
        clockStepUs = try fields.double("clock_step_us")
    }
}
