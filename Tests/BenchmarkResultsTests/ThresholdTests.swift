import Metrics
import Testing

@testable import BenchmarkResults

/// What a suite asks of its cells, and what the command then ends with.
@Suite("Thresholds")
struct ThresholdTests {
    private static let known = TransportChoice(
        known: ["tcp", "grpc", "grpc:stream"], standard: ["tcp", "grpc"],
        references: References(floor: "tcp", baseline: "grpc"))

    @Test("each ends as pass, fail or not evaluated, with the figure and the limit")
    func verdicts() throws {
        let report = try Self.report(
            """
            thresholds:
              - {where: {transport: grpc}, min_msgs_per_s: 4000, max_ack_p99_us: 100}
              - {where: {transport: "grpc:*"}, max_cpu_us_per_msg: 1000}
              - {where: {transport: grpc}, max_ack_p999_us: 5000}
            """)
        let results = report.thresholds
        #expect(results.map(\.verdict) == [.pass, .fail, .notEvaluated, .pass])
        #expect(results[0].text.contains("msgs/s, at least 4,000 asked for"))
        #expect(results[2].text.contains("p99.9") == false)
        #expect(results[2].reason == "0 of 7 rows have the 10,000 entries that it needs")
        #expect(report.assessment == .missed)
        let table = report.table
        #expect(table.contains("  pass           grpc, 100 B, 1 in flight: 5,0"))
        #expect(table.contains("  FAIL           grpc, 100 B, 1 in flight: p99 1.23 ms, at most 100 us asked for"))
        #expect(table.contains("  not evaluated  grpc, 100 B, 1 in flight: at most 5.00 ms asked for; 0 of 7 rows"))
        #expect(ReportPage(of: report).html.contains("<h2>Thresholds</h2>"))
        #expect(report.json.contains(#""thresholds":[{"figure":"min_msgs_per_s","relative_to":null,"limit":4000.0000"#))
        #expect(report.json.contains(#""verdict":"fail""#))
    }

    @Test("limits can be parts of another transport's figures")
    func relative() throws {
        let report = try Self.report(
            """
            thresholds:
              - {relative_to: floor, min_msgs_per_s: 0.45}
              - {where: {transport: grpc}, relative_to: grpc:stream, min_msgs_per_s: 0.9}
            """)
        #expect(report.thresholds.map(\.cell.transport) == ["grpc", "grpc", "grpc:stream"])
        #expect(report.thresholds.map(\.verdict) == [.pass, .fail, .pass])
        #expect(report.thresholds[1].text.contains("msgs/s 0.8"))
    }

    @Test("rows that are not valid leave nothing in order: no valid row and no threshold is undecided, too")
    func undecided() throws {
        let text = "min_msgs_per_s: 1"
        #expect(try Self.report(text).assessment == .passed)
        let few = try Self.report(text) { row in
            if row.planned.block > 3 { row.invalidReasons = ["audit: other processes used 40.0% of the cores' time"] }
        }
        #expect(few.thresholds.allSatisfy { $0.verdict == .notEvaluated })
        #expect(few.thresholds[0].reason == "3 of 7 rounds are valid")
        #expect(few.assessment == .undecided)
        let none = try Self.report("rounds: 7") { $0.invalidReasons = ["audit: late"] }
        #expect(none.assessment == .undecided)
        let lost = try Self.report("rounds: 7") { row in
            if row.planned.block == 2 { row.invalidReasons = ["1 of 10 acknowledged entries did not arrive"] }
        }
        #expect(lost.assessment == .entriesLost)
    }

    @Test("a rate that was not carried is marked in the table, the files and the page, and is missed")
    func rate() throws {
        let report = try Self.report("rate_per_s: [500000]", load: .open(ratePerSecond: 500_000))
        #expect(report.assessment == .missed)
        #expect(report.table.contains(" !10"))
        #expect(report.table.contains("! tcp did not carry the rate: 2.0"))
        #expect(report.table.contains("FAIL           tcp, 100 B, 1 in flight at 500000/s: 2.0"))
        #expect(ReportPage(of: report).html.contains("The rate of 500,000 msgs/s was not reached: "))
        let lines = SummaryColumns.file(report).split(separator: "\r\n")
        #expect(lines[0].contains(",name,rate_kept,rate_kept_ci_low,rate_kept_ci_high,rate_reached"))
        #expect(lines[1].contains(",false,logger-memory,"))
        // A sweep that looks for where that happens.
        let sweep = try Self.report(
            "rate_per_s: [500000]\nmin_rate_kept: 0", load: .open(ratePerSecond: 500_000))
        #expect(sweep.assessment == .passed && sweep.table.contains("did not carry the rate"))
    }

    @Test("random arrivals may be fewer than the rate says by what chance explains")
    func slack() {
        #expect(LoadModel.open(ratePerSecond: 2000, arrivals: .poisson).slack(seconds: 0.1) > 0.2)
        #expect(LoadModel.open(ratePerSecond: 20_000, arrivals: .poisson).slack(seconds: 1) < 0.022)
        #expect(LoadModel.open(ratePerSecond: 1000).slack(seconds: 1) == 0.001)
    }

    @Test(
        "what no cell could meet is refused, with the reason",
        arguments: [
            (
                "rate_per_s: [1000, saturation]\nmin_msgs_per_s: 5000",
                "s.yaml:2: min_msgs_per_s: no cell that is sent 1000 msgs/s can carry 5000; ask for min_rate_kept there"
            ),
            ("thresholds: [{where: {transport: amqp}, min_msgs_per_s: 1}]", "thresholds: no cell has transport: amqp"),
            ("thresholds: [{relative_to: http, min_msgs_per_s: 1}]", "relative_to: 'http' is not measured"),
            ("thresholds: [{where: {transport: tcp}, relative_to: tcp, min_msgs_per_s: 1}]", "by itself always 1"),
            ("thresholds: [{where: {transport: tcp}}]", "a threshold without a limit"),
            ("thresholds: [{max_p99: 1}]", "unknown key 'max_p99'; allowed: where, relative_to, min_msgs_per_s"),
            ("thresholds: [{where: {size: 1}, max_ack_p99_us: 1}]", "unknown key 'size' in where; allowed: transport"),
            ("thresholds: [{max_ack_p99_us: 0}]", "max_ack_p99_us: 0.0 is out of range; allowed: 1.0 to"),
            ("thresholds: [{min_rate_kept: 0.9}]", "has no rate that could be kept; add rate_per_s"),
            ("min_rate_kept: 0.9", "min_rate_kept: a closed load has no schedule; add rate_per_s"),
            ("thresholds: 5", "thresholds: '5' is not a mapping, such as"),
        ])
    func refused(_ text: String, _ message: String) throws {
        let error = try #require(throws: SuiteError.self) {
            try SuiteFile(path: "s.yaml", text: text).suite(transports: Self.known)
        }
        #expect(error.description.contains(message), "\(error)")
    }

    @Test("patterns choose by transport, with *, by size and by rate")
    func patterns() {
        var pattern = CellPattern()
        let stream = Cell(transport: "grpc:stream", payloadBytes: 100, inFlight: 1)
        #expect(pattern.matches(stream) && pattern.text == "every cell")
        pattern.transports = ["grpc*"]
        #expect(pattern.matches(stream))
        pattern.transports = ["*c", "grpc"]
        #expect(!pattern.matches(stream))
        pattern = CellPattern()
        pattern.rates = [nil]
        #expect(pattern.matches(stream) && pattern.text == "rate_per_s: saturation")
        pattern.rates = [1000]
        #expect(!pattern.matches(stream))
        pattern.payloadBytes = [100, 1000]
        #expect(pattern.text == "payload_bytes: [100, 1000], rate_per_s: 1000")
    }

    /// Seven rounds of three transports, grpc at half the floor's throughput.
    private static func report(
        _ text: String, load: LoadModel = .closed, change: (inout ResultRow) -> Void = { _ in }
    ) throws -> Report {
        let file = "transports: [tcp, grpc, grpc:stream]\npayload_bytes: 100\nin_flight: 1\n"
        let suite = try SuiteFile(path: "s.yaml", text: file + text).suite(transports: known)
        var rows: [ResultRow] = []
        for block in 1...7 {
            for (transport, rate) in [("tcp", 10_000.0), ("grpc", 5000), ("grpc:stream", 6000)] {
                var row = ResultRow.sample(
                    transport: transport, block: block, throughput: rate + Double(block), load: load)
                row.acked = 5000
                change(&row)
                rows.append(row)
            }
        }
        var record = SignificanceTests.record(suite)
        record.floor = "tcp"
        return Report(record: record, rows: rows)
    }
}
