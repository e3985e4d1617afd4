import Broker
import Metrics
import Testing

@testable import BenchmarkResults

/// The axis `churn`: from a suite's file to what a report says of connections that do not stay.
@Suite("The axis of connections that do not stay")
struct ChurnAxisTests {
    private let known = TransportChoice(
        known: ["tcp", "http", "amqp"], standard: ["tcp"], references: References(floor: "tcp"), tcpOnly: ["amqp"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test("a suite's file says after how many entries, 0 for never, in a list or alone")
    func file() throws {
        #expect(try suite("churn: [0, 100, 1]").usedChurn == [0, 100, 1])
        #expect(try suite("churn: 5").usedChurn == [5])
        let plain = try suite("rounds: 1")
        #expect(plain.churn == nil && plain.usedChurn == [0] && plain.points.allSatisfy { $0.churn == 0 })
        let threshold = try suite("churn: [0, 9]\nthresholds: {where: {churn: 9}, min_msgs_per_s: 10}")
            .thresholds.rules?.first
        #expect(threshold?.place.text == "churn: 9")
        for churn in [0, 9] {
            let cell = Cell(transport: "tcp", payloadBytes: 1, inFlight: 1, churn: churn)
            #expect(threshold?.place.matches(cell) == (churn == 9))
        }
        for (text, message) in [
            ("churn: -1", "s.yaml:1: churn: '-1' is not a whole number in decimal digits"),
            ("churn: [5, 5]", "s.yaml:1: churn: 5 is given twice; give each value once"),
            ("churn: never", "s.yaml:1: churn: 'never' is not a whole number in decimal digits"),
            (
                "cold_dials: 9\nchurn: 4",
                "s.yaml:2: churn: cold_dials has one connection at a time, for one entry; leave out one of the two"
            ),
            (
                "brokers: [swift, go]\nloggers: [swift, go]\nchurn: [0, 4]",
                "s.yaml:1: brokers: connections are closed after a number of entries by this project's own load generator alone; "
                    + "leave out brokers or churn"
            ),
        ] {
            #expect(try #require(throws: SuiteError.self) { try suite(text) }.description == message)
        }
        // Another logger need not know of it.
        #expect(try suite("loggers: [swift, go]\npairs: all\nchurn: 4").usedChurn == [4])
    }

    @Test("a flag does the same, and cold connections, which each have one entry, have none of it")
    func flag() throws {
        var overrides = SuiteOverrides()
        overrides["churn"] = .integers([1, 1000])
        #expect(try suite("churn: 5").applying(overrides, transports: known).usedChurn == [1, 1000])
        var cold = SuiteOverrides()
        cold["cold_dials"] = .integer(20)
        #expect(try suite("churn: [0, 5]").applying(cold, transports: known).points.allSatisfy { $0.churn == 0 })
    }

    @Test("each load is measured with each; the lab's own cost is that of connections that stay")
    func plan() throws {
        var own = try suite("churn: [0, 1]\ntls: [off, on]\npayload_bytes: 1\nin_flight: [8, 64]\nconnections: 8")
        #expect(own.points.count == 2 * 2 * 2)
        (own.bareLoop, own.rounds) = (true, 5)
        #expect(own.overhead?.usedChurn == [0] && own.overheadPairs.count == own.points.count)
        let sweeps = Sweep.all(of: own)
        #expect(sweeps.allSatisfy { Set($0.points.map(\.churn)).count == 1 })
        #expect(sweeps.contains { $0.constants == "1 B, closed loop, connections of 1 entry" })
    }

    @Test("the built-in suite has connections that stay, and those of 100 entries and of one")
    func builtIn() throws {
        let choice = TransportChoice(
            known: ["tcp", "netrpc", "grpc", "http", "http:http2", "amqp"], standard: ["tcp"],
            references: References(floor: "tcp", baseline: "grpc"), tcpOnly: ["amqp"])
        let suite = try #require(try BenchmarkResults.Suite.builtIn(named: "churn", transports: choice))
        #expect(suite.transports == choice.known && suite.usedChurn == [0, 100, 1])
        #expect(suite.inFlight == [64] && suite.connections == [8] && suite.points.count == 3)
    }

    @Test("names say it, and nothing of connections that stay as they always did")
    func names() {
        func cell(_ churn: Int, _ load: LoadModel = .closed) -> Cell {
            Cell(
                transport: "http", payloadBytes: 100, inFlight: 64, connections: 8, load: load, churn: churn, tls: .on)
        }
        func tag(_ cell: Cell) -> String { PlannedCell(cell: cell, block: 2, orderInBlock: 1, number: 1).tag }
        #expect(
            cell(100, .open(ratePerSecond: 500)).name
                == "http, 100 B, 64 in flight on 8 connections at 500/s, connections of 100 entries, over TLS")
        #expect(
            cell(1).point.text
                == "100 B, 64 in flight on 8 connections, closed loop, connections of 1 entry, over TLS")
        #expect(tag(cell(100)) == "http/100B/64x8/churn100/tls/2" && tag(cell(0)) == "http/100B/64x8/tls/2")
        #expect(cell(0).name == "http, 100 B, 64 in flight on 8 connections, over TLS")
        #expect(
            LoadSentence.shortPlace(cell(100).point)
                == "100 B and 64 in flight on 8 connections, connections of 100 entries, over TLS")
    }

    @Test("results.csv has it and how many were dialed, and gives them back; older files are of connections that stay")
    func columns() throws {
        var row = ResultRow.sample(transport: "http")
        row.planned.cell.churn = 100
        row.dialedConnections = 7
        let fields = ResultColumns.fields(
            of: ReportedResult(row: row, suite: try suite("rounds: 1"), environment: BenchmarkEnvironment(cpuCount: 2)))
        let written = Dictionary(zip(ResultColumns.header, fields)) { $1 }
        #expect(written["churn"] == "100" && written["dialed_connections"] == "7")
        let first = try #require(ResultColumns.header.firstIndex(of: "churn"))
        #expect(ResultColumns.header[first + 1] == "dialed_connections")
        let record = Fields(
            path: "x", record: CSVReader.Record(fields: fields, line: 2),
            columns: Dictionary(zip(ResultColumns.header, 0...)) { $1 })
        var read = ResultRow(number: 1)
        for column in ResultColumns.all { try column.read(record, &read) }
        #expect(read.planned.cell.churn == 100 && read.dialedConnections == 7)
        let older = Fields(
            path: "x", record: CSVReader.Record(fields: Array(fields.prefix(first)), line: 2),
            columns: Dictionary(zip(ResultColumns.header.prefix(first), 0...)) { $1 })
        var old = ResultRow(number: 1)
        for column in ResultColumns.all { try column.read(older, &old) }
        #expect(old.planned.cell.churn == 0 && old.dialedConnections == nil)
    }

    @Test("transports are ranked with those of the same load, and held against themselves on connections that stay")
    func ratios() throws {
        let report = try report([0, 100, 1])
        for churn in [0, 100, 1] {
            #expect(report.summary.filter { $0.cell.churn == churn }.map(\.rank) == [1, 2], "\(churn)")
        }
        let all = SettingRatios.all(.churn, of: report)
        #expect(all.map(\.other.churn) == [100, 1] && all.allSatisfy { $0.load.churn == 0 })
        #expect(SettingRatios.all(.tls, of: report).isEmpty)
        // A connection's cost is that of 20 entries.
        #expect(try abs(#require(all[0].lines[1].throughput?.median) - 1 / 1.2) < 1e-9)
        #expect(try abs(#require(all[1].lines[1].throughput?.median) - 1 / 21.0) < 1e-9)
        let lines = SettingRatiosTable(ratios: all[0]).lines
        #expect(lines[0] == "on connections of 100 entries, 100 B, 1 in flight, closed loop")
        #expect(lines[1] == "(by the same transport on connections that stay in the same round)")
        #expect(lines.allSatisfy { $0.count <= ResultTable.width } && report.table.contains(lines[0]), "\(lines)")
        let page = ReportPage(of: report).html
        #expect(page.contains("<h2>What connections that do not stay cost</h2>") && !page.contains("What TLS changes"))
        #expect(page.contains("<h3>100 B, 1 in flight, closed loop: on connections of 1 entry</h3>"))
        #expect(page.contains("<dt>churn</dt><dd>never, after 100, after 1</dd>"))
        #expect(try !ReportPage(of: self.report([0])).html.contains("do not stay"))
        #expect(
            GoBenchmarkFormat.file(report.rows, suite: report.suite, environment: BenchmarkEnvironment(cpuCount: 2))
                .contains("/churn=100 "))
        #expect(SummaryColumns.file(report).split(separator: "\r\n").count { $0.contains(",100,,") } == 2)
    }

    @Test("two runs are compared load by load, and who asks for advice is answered from connections that stay")
    func comparison() throws {
        let own = try report([0])
        let kept = RunComparison(old: own, new: try report([0, 100]))
        #expect(!kept.lines.isEmpty && kept.lines.allSatisfy { $0.cell.churn == 0 })
        func text(_ report: Report) -> String {
            Advice(
                Advice.Question(payloadBytes: 100, rate: 500, need: .promise(.recorded)), runs: [("results/x", report)]
            ).text
        }
        #expect(!text(try report([0, 100])).contains("connections of"))
        #expect(!text(try report([100])).contains("connections of"))
    }

    /// A dial costs as much as 20 entries.
    private func report(_ used: [Int]) throws -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "http"], payloadBytes: [100], inFlight: [1], rounds: 7, seed: 5)
        suite.churn = used
        suite.references = References(floor: "tcp")
        var rows: [ResultRow] = []
        for block in 1...7 {
            for (churn, transport) in used.flatMap({ churn in suite.transports.map { (churn, $0) } }) {
                let speed =
                    (transport == "tcp" ? 1 : 0.5) * (1 + 0.0001 * Double(block))
                    / (churn == 0 ? 1 : 1 + 20 / Double(churn))
                var row = ResultRow.sample(transport: transport, block: block, throughput: 10_000 * speed)
                row.planned.cell.churn = churn
                row.ackLatency = LatencySummary(
                    count: 100_000, p50Us: 50 / speed, p90Us: 90 / speed, p99Us: 90 / speed, p999Us: 90 / speed,
                    maxUs: 90 / speed, meanUs: 50 / speed)
                (row.brokerCPUUsPerMessage, row.loggerCPUUsPerMessage) = (6 / speed, 4 / speed)
                row.queueCPUUsPerMessage = nil
                rows.append(row)
            }
        }
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        return Report(record: record, rows: rows)
    }
}
