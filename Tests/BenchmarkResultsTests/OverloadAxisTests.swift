import Broker
import Metrics
import Testing

@testable import BenchmarkResults

/// The axis `overload`: from a suite's file to what a report says of more than is carried.
@Suite("The axis of overload")
struct OverloadAxisTests {
    private let known = TransportChoice(
        known: ["tcp", "http", "amqp"], standard: ["tcp"], references: References(floor: "tcp"), tcpOnly: ["amqp"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test("a suite's file says how many times what is carried, in a list or alone, and a flag does the same")
    func file() throws {
        let own = try suite("overload: [0.5, 1, 3]\nwarmup_s: 1\npayload_bytes: 1\nin_flight: 8")
        #expect(own.usedOverload == [0.5, 1, 3] && own.points.count == 3 && own.overloadPoints == own.points)
        #expect(own.steadyPoints.isEmpty && own.faultyPoints.isEmpty)
        // Nothing is ranked, so that there is no control.
        #expect(own.cells.count == 3 && own.cells.allSatisfy { $0.role == .cell && !$0.isSteady })
        #expect(own.cells.allSatisfy { $0.load.ratePerSecond == nil && $0.load.arrivals == .constant })
        #expect(try suite("overload: 2\nwarmup_s: 1").usedOverload == [2])
        #expect(try suite("rounds: 1").usedOverload.isEmpty)
        var overrides = SuiteOverrides()
        overrides["overload"] = .numbers([4])
        let other = try suite("rate_per_s: 100\nwarmup_s: 1").applying(overrides, transports: known)
        #expect(other.loads == [.overload(times: 4)])
        var rate = SuiteOverrides()
        rate["rate_per_s"] = .rates([100])
        #expect(try suite("overload: 2\nwarmup_s: 1").applying(rate, transports: known).usedOverload.isEmpty)
        let plain = try suite("duration_s: 5\nwarmup_s: 1")
        #expect(try abs(suite("overload: 2\nduration_s: 5\nwarmup_s: 1").cellSeconds - plain.cellSeconds - 3) < 1e-9)
    }

    @Test(
        "what has no meaning beside it, or cannot be told, is refused",
        arguments: [
            ("overload: 0", "0.0 is out of range; allowed: 0.1 to 10.0"), ("overload: much", "'much' is not a number"),
            ("overload: [2, 2]\nwarmup_s: 1", "2.0 is given twice; give each value once"),
            ("overload: 2\nwarmup_s: 0.1", "the warm-up tells what is carried; let warmup_s be 0.20 or more"),
            ("rate_per_s: 100\noverload: 2", "rate_per_s: overload has a rate of its own"),
            ("overload: 2\narrivals: poisson", "arrivals: overload has a rate of its own"),
            ("overload: 2\nchurn: 5", "churn: overload has a rate of its own"),
            ("overload: 2\nfaults: logger-stop", "faults: overload has a rate of its own"),
            ("overload: 2\nwarmup_s: 1\nbrokers: [swift, go]\nloggers: [swift, go]", "leave out brokers"),
        ])
    func refusals(_ text: String, _ message: String) throws {
        let error = try #require(throws: SuiteError.self) { try suite(text) }
        #expect(error.description.contains(message), "\(error)")
    }

    @Test("the built-in suite has half of what is carried, and up to three times, within a quarter of an hour")
    func builtIn() throws {
        let choice = TransportChoice(
            known: ["tcp", "netrpc", "grpc", "http", "amqp"], standard: ["tcp"],
            references: References(floor: "tcp", baseline: "grpc"), tcpOnly: ["amqp"])
        let suite = try #require(try BenchmarkResults.Suite.builtIn(named: "overload", transports: choice))
        #expect(suite.transports == choice.known && suite.usedOverload == [0.5, 1, 2, 3])
        // What RabbitMQ queues, it hands over afterwards: a time and two times as long as what was measured.
        #expect(suite.estimatedSeconds + Double(suite.rounds) * (1 + 2) * suite.duration < 15 * 60)
    }

    @Test("names say it")
    func names() {
        let cell = Cell(transport: "http", payloadBytes: 100, inFlight: 64, load: .overload(times: 3))
        #expect(cell.name == "http, 100 B, 64 in flight, offered 3 times")
        #expect(cell.point.text == "100 B, 64 in flight, offered 3 times what it carries")
        #expect(PlannedCell(cell: cell, block: 2, orderInBlock: 1, number: 1).tag == "http/100B/64x1/3times/2")
        #expect(cell.load.name == "overload" && cell.load.decidingFigure == .throughput)
    }

    @Test("results.csv has it with its figures, and gives them back; older files know nothing of it")
    func columns() throws {
        var row = ResultRow.sample(transport: "http")
        row.planned.cell.load = .overload(times: 2.5)
        (row.carriedPerSecond, row.offered, row.heldBack) = (1000, 25_000, 15_000)
        (row.backlog, row.drainMs, row.normalAgainMs, row.queueRSSPeakBytes) = (7, 12.5, 100, 1 << 27)
        let fields = ResultColumns.fields(
            of: ReportedResult(row: row, suite: try suite("rounds: 1"), environment: BenchmarkEnvironment(cpuCount: 2)))
        let written = Dictionary(zip(ResultColumns.header, fields)) { $1 }
        #expect(written["overload"] == "2.50" && written["held_back"] == "15000" && written["drain_ms"] == "12.5")
        #expect(written["load_model"] == "overload" && written["target_rate_per_s"] == "")
        let first = try #require(ResultColumns.header.firstIndex(of: "overload"))
        func read(_ count: Int) throws -> ResultRow {
            let record = Fields(
                path: "x", record: CSVReader.Record(fields: Array(fields.prefix(count)), line: 2),
                columns: Dictionary(zip(ResultColumns.header.prefix(count), 0...)) { $1 })
            var read = ResultRow(number: 1)
            for column in ResultColumns.all { try column.read(record, &read) }
            return read
        }
        let whole = try read(fields.count)
        #expect(whole.planned.cell.load == .overload(times: 2.5) && whole.carriedPerSecond == 1000)
        #expect(whole.offered == 25_000 && whole.backlog == 7 && whole.normalAgainMs == 100)
        #expect(whole.queueRSSPeakBytes == 1 << 27)
        let older = try read(first)
        #expect(older.planned.cell.load == .closed && older.offered == nil && older.drainMs == nil)
    }

    @Test("table, verdict and page say what became of it, transport by transport, and rank nothing")
    func report() throws {
        let report = try measured()
        let costs = OverloadCosts.all(of: report)
        #expect(costs.count == 1 && costs[0].title == "100 B, 8 in flight")
        #expect(costs[0].lines.map(\.transport) == ["tcp", "tcp", "amqp", "amqp"])
        #expect(costs[0].lines.map(\.times) == [1, 3, 1, 3])
        let sentence =
            "Offered 3 times what it carries (100 B, 8 in flight): tcp acknowledges 1.0 times that and holds 67% of what is due back in "
            + "the sender; amqp acknowledges 2.0 times that, holds 33% of what is due back in the sender and queues 10,000, which the "
            + "logger has 10.0 s after the last was due."
        #expect(costs[0].sentence == sentence)
        let lines = OverloadTable(costs: costs[0]).lines
        #expect(lines.allSatisfy { $0.count <= ResultTable.width }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("amqp") && $0.contains("10,000") && $0.hasSuffix("3/3") }, "\(lines)")
        #expect(report.table.contains(lines[0]) && report.table.contains("Offered 3 times what it carries"))
        #expect(report.table.contains("entries acknowledged in cells with a rate by what was carried arrived"))
        #expect(report.summary.allSatisfy { $0.rank == nil } && report.steadyCells.isEmpty)
        #expect(report.thresholds.isEmpty && report.knees.isEmpty)
        let page = ReportPage(of: report).html
        #expect(page.contains("<h2>When there is more than is carried</h2>") && page.contains("128 MiB"))
        #expect(page.contains("<dt>overload</dt><dd>1 times, 3 times what was carried</dd>"))
        #expect(
            GoBenchmarkFormat.file(report.rows, suite: report.suite, environment: BenchmarkEnvironment(cpuCount: 2))
                .contains("/overload=3 "))
    }

    private func measured() throws -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "amqp"], payloadBytes: [100], inFlight: [8], rounds: 3, duration: 10,
            warmup: 1, seed: 5)
        suite.usedOverload = [1, 3]
        suite.references = References(floor: "tcp")
        var rows: [ResultRow] = []
        for block in 1...3 {
            for (times, transport) in [1.0, 3].flatMap({ times in suite.transports.map { (times, $0) } }) {
                let isQueued = transport == "amqp"
                let taken = min(times, isQueued ? 2 : 1)
                var row = ResultRow.sample(transport: transport, block: block, throughput: 1000 * taken)
                row.planned.cell = Cell(
                    transport: transport, payloadBytes: 100, inFlight: 8, load: .overload(times: times))
                row.acknowledgementClass = isQueued ? "queued" : "recorded"
                row.carriedPerSecond = 1000
                row.offered = UInt64(10_000 * times)
                row.heldBack = UInt64(10_000 * (times - taken))
                row.backlog = UInt64(10_000 * (taken - 1))
                (row.drainMs, row.normalAgainMs) = (10_000 * (taken - 1), 3)
                row.queueRSSPeakBytes = isQueued ? 1 << 27 : nil
                rows.append(row)
            }
        }
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        return Report(record: record, rows: rows)
    }
}
