import Broker
import Testing

@testable import BenchmarkResults

/// The axis `retries`: from a suite's file to what a report says of what was sent again.
@Suite("The axis of retries")
struct RetriesAxisTests {
    private let known = TransportChoice(
        known: ["tcp", "http", "amqp"], standard: ["tcp"], references: References(floor: "tcp"), tcpOnly: ["amqp"],
        killable: ["amqp"])
    private let load = "rate_per_s: 100\nduration_s: 6\nstore: sqlite\npayload_bytes: 1\nin_flight: 8\n"

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test("each fault is measured with each, and a load in which nothing goes wrong once")
    func plan() throws {
        let suite = try suite(load + "faults: [none, logger-kill, connection-cut]\nretries: [own, not-sent, unknown]")
        #expect(
            suite.points.map { "\($0.fault.rawValue) \($0.retries.rawValue)" } == [
                "none own", "logger-kill own", "logger-kill not-sent", "logger-kill unknown", "connection-cut own",
                "connection-cut not-sent", "connection-cut unknown",
            ])
        #expect(suite.points.allSatisfy { $0.steady == suite.steadyPoints[0] })
        let plain = try self.suite(load + "faults: logger-kill")
        #expect(plain.retries == nil && plain.points.map(\.retries) == [.own])
        var overrides = SuiteOverrides()
        overrides["retries"] = .texts(["none"])
        #expect(try plain.applying(overrides, transports: known).points.map(\.retries) == [.none])
        let choice = TransportChoice(
            known: ["tcp", "netrpc", "grpc", "http", "amqp"], standard: ["tcp"],
            references: References(floor: "tcp", baseline: "grpc"), tcpOnly: ["amqp"], killable: ["amqp"])
        let builtIn = try #require(try BenchmarkResults.Suite.builtIn(named: "retries", transports: choice))
        #expect(builtIn.cells.count == 2 * 3 * choice.known.count && builtIn.usedRetries == [.own, .notSent, .unknown])
        #expect((300...480).contains(builtIn.estimatedSeconds))
    }

    @Test(
        "where nothing goes wrong, or who plays the broker does not tell fates, it is refused",
        arguments: [
            ("retries: sometimes", "'sometimes' is not own or none or not-sent or unknown"),
            ("rate_per_s: 100\nretries: unknown", "where nothing goes wrong, nothing is sent again; name faults"),
            ("rate_per_s: 100\nduration_s: 6\nfaults: none\nretries: [own, none]", "nothing is sent again"),
            (
                "rate_per_s: 100\nduration_s: 6\nbrokers: python\nloggers: swift\npairs: all\nfaults: logger-stop\nretries: none",
                "'python' as the broker does not say what became of each entry; these do: swift, go, go-defaults"
            ),
        ])
    func refusals(_ text: String, _ message: String) throws {
        let error = try #require(throws: SuiteError.self) { try suite(text) }
        #expect(error.description.contains(message), "\(error)")
    }

    @Test("names, tags, labels and a threshold's place have it where it is not as usual")
    func names() throws {
        func cell(_ retries: Retries) -> Cell {
            Cell(transport: "http", payloadBytes: 100, inFlight: 8, fault: .connectionCut, retries: retries)
        }
        #expect(cell(.own).name == "http, 100 B, 8 in flight, with connection-cut")
        #expect(
            cell(.notSent).name == "http, 100 B, 8 in flight, with connection-cut, with retries of what was not sent")
        func tag(_ retries: Retries) -> String {
            PlannedCell(cell: cell(retries), block: 2, orderInBlock: 1, number: 1).tag
        }
        #expect(tag(.unknown) == "http/100B/8x1/connection-cut/retries-unknown/2")
        #expect(Set(Retries.allCases.map(tag)).count == Retries.allCases.count)
        let place = try suite(
            load + "faults: logger-kill\nretries: [none, unknown]\nthresholds: {where: {retries: unknown}, "
                + "max_ack_p99_us: 10}"
        ).thresholds.rules?.first?.place
        #expect(place?.text == "retries: unknown")
        #expect(place?.matches(cell(.unknown)) == true && place?.matches(cell(.none)) == false)
    }

    @Test("results.csv has it with its count, and gives them back; in older files the transport alone has sent again")
    func columns() throws {
        var row = ResultRow.sample(transport: "http")
        (row.planned.cell.fault, row.planned.cell.retries, row.retried) = (.connectionCut, .unknown, 14)
        let fields = ResultColumns.fields(
            of: ReportedResult(row: row, suite: try suite("rounds: 1"), environment: BenchmarkEnvironment(cpuCount: 2)))
        let written = Dictionary(zip(ResultColumns.header, fields)) { $1 }
        #expect(written["retries"] == "unknown" && written["retried"] == "14")
        func read(_ count: Int) throws -> ResultRow {
            let record = Fields(
                path: "x", record: CSVReader.Record(fields: Array(fields.prefix(count)), line: 2),
                columns: Dictionary(zip(ResultColumns.header.prefix(count), 0...)) { $1 })
            var row = ResultRow(number: 1)
            for column in ResultColumns.all { try column.read(record, &row) }
            return row
        }
        let all = try read(fields.count)
        #expect(all.planned.cell.retries == .unknown && all.retried == 14)
        let old = try read(try #require(ResultColumns.header.firstIndex(of: "retries")))
        #expect(old.planned.cell.retries == .own && old.retried == nil && old.planned.cell.fault == .connectionCut)
    }

    @Test("table, sentence and page say for each way what is lost, and what arrives twice")
    func report() throws {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["http"], payloadBytes: [100], inFlight: [8], load: .open(ratePerSecond: 1000),
            rounds: 1, duration: 6, seed: 5)
        (suite.faults, suite.stores, suite.retries) = ([.connectionCut], [.sqlite], [.own, .unknown])
        let rows = suite.cells.map { cell in
            var row = ResultRow.sample(transport: "http", block: 1, throughput: 1000)
            row.planned.cell = cell
            let isOwn = cell.retries == .own
            (row.errors, row.unknown, row.unknownArrived) = isOwn ? (20, 20, 14) : (0, 0, 0)
            (row.notSent, row.rejected, row.duplicated) = (0, 0, isOwn ? 0 : 14)
            row.retried = isOwn ? nil : 20
            (row.recoveredMs, row.largestGapMs) = (0, 30)
            return row
        }
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "http",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        let report = Report(record: record, rows: rows)
        let costs = FaultCosts.all(of: report)
        #expect(
            costs.map(\.sentence) == [
                "When all connections are reset: http fails 20 entries, 14 of which arrived all the same, and keeps its rate.",
                "When all connections are reset, and what was not acknowledged is sent again: http fails no entry, has 14 entries arrive "
                    + "twice, and keeps its rate.",
            ])
        let lines = FaultTable(costs: costs[1]).lines
        #expect(lines[0].hasSuffix("with connection-cut, with retries of what may have arrived"), "\(lines)")
        #expect(lines.dropFirst(2).allSatisfy { $0.count <= ResultTable.width }, "\(lines)")
        let last = try #require(lines.last?.split(separator: " ").map(String.init))
        #expect(last.suffix(4) == ["-", "20", "14", "1/1"] || last.suffix(4) == ["0", "20", "14", "1/1"], "\(last)")
        let page = ReportPage(of: report).html
        #expect(page.contains("sent again") && page.contains("has 14 entries arrive twice"))
    }
}
