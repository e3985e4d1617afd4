import Broker
import Metrics
import Testing

@testable import BenchmarkResults

/// The axis `logger_work_us`: from a suite's file to what a report says of loggers that have more to do.
@Suite("The axis of the logger's work")
struct LoggerWorkAxisTests {
    private let known = TransportChoice(
        known: ["tcp", "netrpc", "http", "amqp"], standard: ["tcp"], references: References(floor: "tcp"),
        tcpOnly: ["amqp"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test("a suite's file says how much, in microseconds, and a flag does the same; a logger has one amount")
    func file() throws {
        let own = try suite("logger_work_us: [0, 100, 1000]\npayload_bytes: 1\nin_flight: 8")
        #expect(own.usedLoggerWork == [0, 100, 1000] && own.points.count == 3 && own.settings.count == 3)
        #expect(own.points.map(\.loggerWork.microseconds) == [0, 100, 1000])
        let plain = try suite("rounds: 1")
        #expect(plain.loggerWorkUs == nil && plain.usedLoggerWork == [0] && plain.settings == [Setting()])
        var overrides = SuiteOverrides()
        overrides["logger_work_us"] = .integers([7])
        #expect(try suite("logger_work_us: 5").applying(overrides, transports: known).usedLoggerWork == [7])
        var measured = own
        (measured.bareLoop, measured.rounds) = (true, 5)
        #expect(measured.overhead?.usedLoggerWork == [0])
        let threshold = try suite(
            "logger_work_us: [0, 9]\nthresholds: {where: {logger_work_us: 9}, min_msgs_per_s: 10}"
        ).thresholds.rules?.first
        #expect(threshold?.place.text == "logger_work_us: 9")
        for work in [0, 9] {
            let cell = Cell(
                transport: "tcp", payloadBytes: 1, inFlight: 1, loggerWork: LoggerWork(microseconds: work))
            #expect(threshold?.place.matches(cell) == (work == 9))
        }
    }

    @Test(
        "what no logger can do, or another one is not told of, is refused",
        arguments: [
            ("logger_work_us: -1", "'-1' is not a whole number in decimal digits"),
            ("logger_work_us: 20000", "20000 is out of range; allowed: 0 to 10000"),
            ("logger_work_us: [5, 5]", "5 is given twice; give each value once"),
            (
                "brokers: [swift, go]\nloggers: [swift, go]\nlogger_work_us: [0, 100]",
                "loggers: this project's own logger alone is told to work on entries; leave out loggers or logger_work_us"
            ),
        ])
    func refusals(_ text: String, _ message: String) throws {
        let error = try #require(throws: SuiteError.self) { try suite(text) }
        #expect(error.description.contains(message), "\(error)")
    }

    @Test("names say it, and nothing of a logger that records and no more")
    func names() {
        func cell(_ work: Int) -> Cell {
            Cell(
                transport: "http", payloadBytes: 100, inFlight: 64, tls: .on,
                loggerWork: LoggerWork(microseconds: work))
        }
        func tag(_ cell: Cell) -> String { PlannedCell(cell: cell, block: 2, orderInBlock: 1, number: 1).tag }
        #expect(cell(1000).name == "http, 100 B, 64 in flight, over TLS, with 1 ms of work an entry")
        #expect(cell(1500).point.text == "100 B, 64 in flight, closed loop, over TLS, with 1500 us of work an entry")
        #expect(tag(cell(100)) == "http/100B/64x1/tls/work100us/2" && tag(cell(0)) == "http/100B/64x1/tls/2")
        #expect(cell(0).name == "http, 100 B, 64 in flight, over TLS")
    }

    @Test("results.csv has it and gives it back; older files are of loggers without work")
    func columns() throws {
        var row = ResultRow.sample(transport: "http")
        row.planned.cell.loggerWork = LoggerWork(microseconds: 100)
        let fields = ResultColumns.fields(
            of: ReportedResult(row: row, suite: try suite("rounds: 1"), environment: BenchmarkEnvironment(cpuCount: 2)))
        let first = try #require(ResultColumns.header.firstIndex(of: "logger_work_us"))
        #expect(fields[first] == "100")
        for (count, work) in [(fields.count, 100), (first, 0)] {
            let record = Fields(
                path: "x", record: CSVReader.Record(fields: Array(fields.prefix(count)), line: 2),
                columns: Dictionary(zip(ResultColumns.header.prefix(count), 0...)) { $1 })
            var read = ResultRow(number: 1)
            for column in ResultColumns.all { try column.read(record, &read) }
            #expect(read.planned.cell.loggerWork.microseconds == work)
        }
    }

    @Test("where work has most transports tie, a sentence says so, and who comes first without it; elsewhere none does")
    func ties() throws {
        let report = try report(usual: 60, noise: 0.002)
        let sentences = Verdict(of: report).sentences.map(\.text)
        let sentence =
            "With 1 ms of work an entry in the logger, netrpc, http and amqp tie at 100 B and 1 in flight; with none, netrpc comes "
            + "first alone."
        #expect(sentences.contains(sentence), "\(sentences)")
        // Where each still weighs more than its own noise, all are told apart, and it is not said.
        let apart = try self.report(usual: 60, left: 100)
        #expect(!Verdict(of: apart).sentences.contains { $0.text.hasPrefix("With 1 ms") })
        #expect(try !Verdict(of: self.report([0])).sentences.contains { $0.text.contains("of work") })
    }

    @Test("each transport is held against itself without work; runs are compared load by load, and advice is of none")
    func ratios() throws {
        let report = try report()
        let all = SettingRatios.all(.loggerWork, of: report)
        #expect(all.map(\.other.loggerWork.microseconds) == [1000] && all.allSatisfy { $0.load.loggerWork == .none })
        let lines = SettingRatiosTable(ratios: all[0]).lines
        #expect(lines[0] == "with 1 ms of work an entry, 100 B, 1 in flight, closed loop")
        #expect(lines[1] == "(by the same transport with no work but to record in the same round)")
        #expect(lines.allSatisfy { $0.count <= ResultTable.width } && report.table.contains(lines[0]), "\(lines)")
        let page = ReportPage(of: report).html
        #expect(page.contains("<h2>What a slow logger costs</h2>"))
        #expect(page.contains("<dt>logger's work</dt><dd>none, 1 ms an entry</dd>"))
        #expect(try !ReportPage(of: self.report([0])).html.contains("slow logger"))
        #expect(
            GoBenchmarkFormat.file(report.rows, suite: report.suite, environment: BenchmarkEnvironment(cpuCount: 2))
                .contains("/logger_work_us=1000 "))
        let kept = RunComparison(old: try self.report([0]), new: report)
        #expect(!kept.lines.isEmpty && kept.lines.allSatisfy { $0.cell.loggerWork == .none })
        let question = Advice.Question(payloadBytes: 100, rate: 500, need: .promise(.recorded))
        #expect(!Advice(question, runs: [("results/x", try self.report([1000]))]).text.contains("of work"))
    }

    /// Three transports and the floor, which is as quick as the first of them.
    /// - Parameters:
    ///   - usual: what the first takes without work, in microseconds; the others take twice and three times as much.
    ///   - left: the same beside work.
    ///   - noise: how much of a rate changes from round to round, in another order for each transport.
    private func report(
        _ used: [Int] = [0, 1000], usual: Double = 10, left: Double = 0.1, noise: Double = 0.0001
    ) throws -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "netrpc", "http", "amqp"], payloadBytes: [100], inFlight: [1], rounds: 7,
            seed: 5)
        suite.loggerWorkUs = used
        suite.references = References(floor: "tcp")
        var rows: [ResultRow] = []
        for block in 1...7 {
            for work in used {
                for (index, transport) in suite.transports.enumerated() {
                    let own = Double(index == 0 ? 1 : index) * (work == 0 ? usual : left)
                    let drift = 1 + noise * Double((block * (index + 2)) % 7)
                    let time = (own + Double(work)) * drift
                    var row = ResultRow.sample(transport: transport, block: block, throughput: 1e6 / time)
                    row.planned.cell.loggerWork = LoggerWork(microseconds: work)
                    row.ackLatency = LatencySummary(
                        count: 100_000, p50Us: time, p90Us: time, p99Us: time, p999Us: time, maxUs: time, meanUs: time)
                    (row.brokerCPUUsPerMessage, row.loggerCPUUsPerMessage) = (6, 4 + Double(work))
                    row.queueCPUUsPerMessage = nil
                    rows.append(row)
                }
            }
        }
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        return Report(record: record, rows: rows)
    }
}
