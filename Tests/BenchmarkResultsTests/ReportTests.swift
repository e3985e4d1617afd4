import Foundation
import Testing

@testable import BenchmarkResults

/// The columns of design.md, section 7, as they stand there.
private let designColumns = """
    schema_version, run_id, suite, started_at_utc, git_commit, host, os, cpu_model, cpu_count, swift_version, transport,
    mode, codec, peer_version, ack_class, tls, placement, payload_bytes, connections, in_flight, load_model, target_rate_per_s,
    warmup_s, duration_s, repetition, block, order_in_block, seed, sent, acked, delivered, lost, duplicated, reordered,
    corrupt, errors, throughput_msgs_per_s, goodput_bytes_per_s, ack_p50_us, ack_p90_us, ack_p99_us, ack_p999_us,
    ack_max_us, ack_mean_us, delivered_p50_us, delivered_p90_us, delivered_p99_us, delivered_p999_us, delivered_max_us,
    uncorrected_p99_us, schedule_slip_p99_us, broker_cpu_us_per_msg, logger_cpu_us_per_msg, queue_cpu_us_per_msg,
    broker_rss_peak_bytes, logger_rss_peak_bytes, wire_tx_bytes_per_msg, wire_rx_bytes_per_msg, little_ratio,
    cpu_steal_pct, valid, invalid_reason
    """

@Suite("The report's files")
struct ReportTests {
    private let suite = BenchmarkResults.Suite(
        name: "s", transports: ["tcp"], payloadBytes: [100], inFlight: [1], rounds: 1, seed: 5)
    private let environment = BenchmarkEnvironment(host: "h", os: "Debian, Linux", cpuModel: nil, cpuCount: 2)

    @Test("results.csv has the design's columns in the design's order, and later ones behind them")
    func columns() {
        let names = designColumns.split { $0 == "," || $0.isWhitespace }.map(String.init)
        #expect(names.count == 62)
        #expect(ResultColumns.header.starts(with: names))
        #expect(Set(ResultColumns.header).count == ResultColumns.header.count)
    }

    @Test("a full row fills its columns")
    func row() {
        let fields = fields(of: .sample())
        #expect(fields["throughput_msgs_per_s"] == "12345.600")
        #expect(fields["goodput_bytes_per_s"] == "1234560.000")
        #expect(fields["ack_p99_us"] == "1234.500")
        #expect(fields["delivered_max_us"] == "3000.000")
        #expect(fields["lost"] == "0")
        #expect(fields["tls"] == "false")
        #expect(fields["valid"] == "true")
        #expect(fields["invalid_reason"] == "")
        #expect(fields["seed"] == "5")
        #expect(fields["broker_rss_peak_bytes"] == "1048576")
    }

    @Test("what was not measured is empty, never zero")
    func notMeasured() {
        var row = ResultRow.sample()
        row.sent = nil
        row.throughput = nil
        row.ackLatency = nil
        row.queueCPUUsPerMessage = nil
        row.wireTxBytesPerMessage = nil
        let fields = fields(of: row)
        for name in [
            "sent", "throughput_msgs_per_s", "goodput_bytes_per_s", "ack_p50_us", "queue_cpu_us_per_msg", "cpu_model",
            "git_commit", "target_rate_per_s", "wire_tx_bytes_per_msg",
        ] {
            #expect(fields[name] == "", "\(name)")
        }
    }

    @Test("fields are quoted as RFC 4180 asks")
    func quoting() {
        #expect(CSV.record(["a", "", "b c"]) == "a,,b c\r\n")
        #expect(
            CSV.record(["a,b", "say \"no\"", "two\nlines", "r\rn"])
                == "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\"r\rn\"\r\n")
    }

    @Test("summary.csv has a record a cell and leaves empty what one round cannot tell")
    func summary() throws {
        let record = RunRecord(
            suite: suite, environment: environment, floor: "tcp", startedAt: "2026-01-31T12:00:00Z", command: [])
        let lines = SummaryColumns.file(Report(record: record, rows: [.sample()])).split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines.count == 2)
        let fields = Dictionary(uniqueKeysWithValues: zip(lines[0].map(String.init), lines[1].map(String.init)))
        #expect(fields.count == lines[0].count)
        #expect(fields["n"] == "1")
        #expect(fields["median_msgs_per_s"] == "12345.600")
        #expect(fields["ci_low_msgs_per_s"] == "")
        #expect(fields["ratio_to_floor"] == "1.0000")
        for name in ["p_adjusted", "rank", "tied_with", "aa_noise_pct"] {
            #expect(fields[name] == "", "\(name)")
        }
    }

    @Test("rows are in the file as soon as they are appended, and an old file is not touched")
    func resultsFile() throws {
        let path = NSTemporaryDirectory() + "brokerlab-rows-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try ResultsFile(path: path)
        try file.append(ReportedResult(row: .sample(), suite: suite, environment: environment))
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\r\n").count == 2)
        let error = try #require(throws: BenchmarkError.self) { try ResultsFile(path: path) }
        #expect(error.description == "cannot write \(path): File exists")
    }

    @Test("rows that are read again are the rows that were written")
    func readAgain() throws {
        let path = NSTemporaryDirectory() + "brokerlab-again-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try ResultsFile(path: path)
        let open = LoadModel.open(ratePerSecond: 5000, arrivals: .poisson)
        let rows: [ResultRow] = [
            .sample(), .sample(transport: "grpc:stream", block: 2, load: open),
            .sample(invalidReasons: ["it said \"no, never\"", "audit: late"]), .sample(role: .control),
            .sample(role: .bareLoop),
        ]
        for row in rows { try file.append(ReportedResult(row: row, suite: suite, environment: environment)) }
        let again = try ResultsReader(path: path).rows
        #expect(again.count == rows.count)
        for (row, other) in zip(rows, again) {
            #expect(fields(of: row) == fields(of: other))
            #expect(row.planned.cell == other.planned.cell)
            #expect(row.invalidReasons == other.invalidReasons)
        }
    }

    @Test("a folder without results, or with others, is told as such")
    func notResults() throws {
        let missing = try #require(throws: BenchmarkError.self) { try ResultsReader(path: "/nowhere/results.csv") }
        #expect(missing.description.hasPrefix("there is no /nowhere/results.csv."))
        let other = try #require(throws: BenchmarkError.self) { try ResultsReader(path: "/etc/hostname") }
        #expect(other.description.hasPrefix("/etc/hostname has not the columns"))
        let record = try #require(throws: BenchmarkError.self) { try Report(of: ResultsFolder(existing: "/nowhere")) }
        #expect(record.description.hasPrefix("there is no /nowhere/run.json."))
    }

    private func fields(of row: ResultRow) -> [String: String] {
        let result = ReportedResult(row: row, suite: suite, environment: environment)
        return Dictionary(uniqueKeysWithValues: zip(ResultColumns.header, ResultColumns.fields(of: result)))
    }
}

@Suite("The results folder")
struct ResultsFolderTests {
    private let base = NSTemporaryDirectory() + "brokerlab-folder-\(UUID())"

    @Test("is made with all that lies above it, and nothing is left in it")
    func isMade() throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        let folder = try ResultsFolder(path: base + "/a/b", suite: "s")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("that cannot be made is found out, with the reason")
    func belowAFile() throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        #expect(FileManager.default.createFile(atPath: base, contents: nil))
        let error = try #require(throws: BenchmarkError.self) { try ResultsFolder(path: base + "/x", suite: "s") }
        #expect(error.description.hasPrefix("cannot write results to '\(base)/x': '\(base)' is not a folder."))
        #expect(!error.description.contains("\n"))
    }

    @Test("that cannot be written is found out, with the reason")
    func unwritable() throws {
        let error = try #require(throws: BenchmarkError.self) { try ResultsFolder(path: "/proc/x", suite: "s") }
        #expect(error.description.hasPrefix("cannot write results to '/proc/x': "))
        let other = try #require(throws: BenchmarkError.self) { try ResultsFolder(path: "/proc/self", suite: "s") }
        #expect(other.description.hasPrefix("cannot write results to '/proc/self': "))
    }

    @Test("with results of an earlier run is refused")
    func occupied() throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        let folder = try ResultsFolder(path: base, suite: "s")
        _ = try ResultsFile(path: folder.resultsFile)
        let error = try #require(throws: BenchmarkError.self) { try ResultsFolder(path: base, suite: "s") }
        #expect(error.description.contains("results.csv exists already"))
    }

    @Test("of runs of the same second are different ones")
    func collisions() throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
        let paths = (0..<4).map { _ in ResultsFolder.unused("\(base)/results/20260131T120000Z-s") }
        let name = "\(base)/results/20260131T120000Z-s"
        #expect(paths == [name, "\(name)-2", "\(name)-3", "\(name)-4"])
    }

    @Test("timestamps are UTC")
    func timestamps() {
        let time = UTCTime(seconds: 1_769_860_800)
        #expect(time.extended == "2026-01-31T12:00:00Z")
        #expect(time.compact == "20260131T120000Z")
    }
}
