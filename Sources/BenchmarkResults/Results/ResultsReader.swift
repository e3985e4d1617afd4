import LoggerService

/// Reads the rows of `results.csv` again.
struct ResultsReader {
    private let columns: [String: Int]
    private let records: [[String]]

    /// - Throws: ``BenchmarkError`` when it cannot be read, or is of a version that this program does not know.
    init(path: String) throws(BenchmarkError) {
        let text = try SmallFile.results(at: path)
        let all = CSV.records(text)
        guard let header = all.first, header.first == "schema_version" else {
            throw BenchmarkError("\(path) has not the columns of a results.csv")
        }
        columns = Dictionary(zip(header, header.indices)) { first, _ in first }
        records = Array(all.dropFirst())
        let version = String(ResultColumns.schemaVersion)
        if let other = records.first(where: { $0.first != version }) {
            throw BenchmarkError(
                "\(path) is of schema version \(other.first ?? "?"), this program reads version \(version)")
        }
        if let short = records.firstIndex(where: { $0.count != header.count }) {
            throw BenchmarkError("\(path): record \(short + 1) has not the columns of the header")
        }
    }

    /// The rows, in their order; those that are no rows are left out.
    var rows: [ResultRow] {
        records.enumerated().compactMap { index, record in row(Fields(record: record, columns: columns), index + 1) }
    }

    private func row(_ fields: Fields, _ number: Int) -> ResultRow? {
        guard let name = fields.text("transport"), let payload = fields.int("payload_bytes"),
            let inFlight = fields.int("in_flight"), let block = fields.int("block")
        else { return nil }
        let load: LoadModel
        if let rate = fields.double("target_rate_per_s") {
            load = .open(ratePerSecond: rate, arrivals: fields.text("arrivals").flatMap(Arrivals.init) ?? .constant)
        } else {
            load = .closed
        }
        let cell = Cell(
            transport: fields.text("variant").map { "\(name):\($0)" } ?? name, payloadBytes: payload,
            inFlight: inFlight, connections: fields.int("connections") ?? 1, load: load,
            role: fields.text("role").flatMap(CellRole.init) ?? .cell)
        var row = ResultRow(
            runID: fields.text("run_id") ?? "", startedAt: fields.text("started_at_utc") ?? "",
            planned: PlannedCell(
                cell: cell, block: block, orderInBlock: fields.int("order_in_block") ?? 0, number: number),
            mode: fields.text("mode") ?? "", codec: fields.text("codec") ?? "",
            peerVersion: fields.text("peer_version"), isEncrypted: fields.text("tls") == "true",
            acknowledgementClass: fields.text("ack_class") ?? "")
        row.add(counts: fields)
        row.add(figures: fields)
        if fields.text("valid") != "true" {
            let reasons = (fields.text("invalid_reason") ?? "no reason given").split(separator: ";")
            row.invalidReasons = reasons.map { String($0.drop { $0 == " " }) }
        }
        return row
    }
}

/// A record by the names of its columns; an empty field is nil.
struct Fields {
    var record: [String]
    var columns: [String: Int]

    func text(_ name: String) -> String? {
        guard let index = columns[name], record.indices.contains(index), !record[index].isEmpty else { return nil }
        return record[index]
    }

    func double(_ name: String) -> Double? { text(name).flatMap(Double.init) }
    func int(_ name: String) -> Int? { text(name).flatMap { Int($0) } }
    func count(_ name: String) -> UInt64? { text(name).flatMap { UInt64($0) } }

    /// Percentiles whose columns start with that; nil where the first is not there.
    func latency(_ prefix: String, count: UInt64?) -> LatencySummary? {
        guard let p50 = double("\(prefix)_p50_us") else { return nil }
        func value(_ name: String) -> Double { double("\(prefix)_\(name)_us") ?? p50 }
        return LatencySummary(
            count: count ?? 0, p50Us: p50, p90Us: value("p90"), p99Us: value("p99"), p999Us: value("p999"),
            maxUs: value("max"), meanUs: value("mean"))
    }
}

extension ResultRow {
    fileprivate mutating func add(counts fields: Fields) {
        sent = fields.count("sent")
        acked = fields.count("acked")
        delivered = fields.count("delivered")
        lost = fields.count("lost")
        duplicated = fields.count("duplicated")
        reordered = fields.count("reordered")
        corrupt = fields.count("corrupt")
        errors = fields.count("errors")
    }

    fileprivate mutating func add(figures fields: Fields) {
        throughput = fields.double("throughput_msgs_per_s")
        ackLatency = fields.latency("ack", count: acked)
        deliveredLatency = fields.latency("delivered", count: delivered)
        uncorrectedP99Us = fields.double("uncorrected_p99_us")
        scheduleSlipP99Us = fields.double("schedule_slip_p99_us")
        arrivalErrorP50Us = fields.double("arrival_error_p50_us")
        arrivalErrorP99Us = fields.double("arrival_error_p99_us")
        brokerCPUUsPerMessage = fields.double("broker_cpu_us_per_msg")
        loggerCPUUsPerMessage = fields.double("logger_cpu_us_per_msg")
        queueCPUUsPerMessage = fields.double("queue_cpu_us_per_msg")
        brokerRSSPeakBytes = fields.count("broker_rss_peak_bytes")
        loggerRSSPeakBytes = fields.count("logger_rss_peak_bytes")
        wireTxBytesPerMessage = fields.double("wire_tx_bytes_per_msg")
        wireRxBytesPerMessage = fields.double("wire_rx_bytes_per_msg")
        littleRatio = fields.double("little_ratio")
        cpuStealPercent = fields.double("cpu_steal_pct")
        generatorCPUPercent = fields.double("generator_cpu_pct")
        generatorSpinPercent = fields.double("generator_spin_pct")
        foreignCPUPercent = fields.double("foreign_cpu_pct")
        generatorWaitPercent = fields.double("generator_wait_pct")
        stationarityRatio = fields.double("stationarity_ratio")
        clockStepUs = fields.double("clock_step_us")
    }
}
