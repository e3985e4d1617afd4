import Broker
import Metrics
import Testing

@testable import BenchmarkResults

/// The axis `through`: from a suite's file to what a report says of the way through a broker.
@Suite("The axis of who is in the middle")
struct ThroughAxisTests {
    private let known = TransportChoice(
        known: ["tcp", "netrpc", "grpc", "http", "amqp", "amqp:reply"], standard: ["tcp", "http"],
        references: References(floor: "tcp", baseline: "grpc"), tcpOnly: ["amqp", "amqp:reply"],
        behindLinks: ["amqp", "amqp:reply"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test("every load is measured with each value; a suite that says nothing has nobody there")
    func plan() throws {
        let own = try suite("through: [none, broker]\npayload_bytes: 1\nin_flight: [1, 8]")
        #expect(
            own.points.map { "\($0.inFlight) \($0.through.rawValue)" } == ["1 none", "1 broker", "8 none", "8 broker"])
        #expect(own.settings.map(\.through) == [.none, .broker])
        let plain = try suite("rounds: 1")
        #expect(plain.through == nil && plain.usedThrough == [.none] && plain.settings == [Setting()])
        var overrides = SuiteOverrides()
        overrides["through"] = .texts(["broker"])
        #expect(try plain.applying(overrides, transports: known).usedThrough == [.broker])
        var measured = own
        (measured.bareLoop, measured.rounds) = (true, 5)
        #expect(measured.overhead?.usedThrough == [.none])
        let builtIn = try #require(try BenchmarkResults.Suite.builtIn(named: "through", transports: known))
        #expect(builtIn.usedThrough == [.none, .broker] && builtIn.transports.last == "amqp:reply")
        #expect((120...240).contains(builtIn.estimatedSeconds), "\(builtIn.estimatedSeconds)")
    }

    @Test(
        "what cannot be had with a broker in the middle is refused with the reason",
        arguments: [
            ("through: someone", "'someone' is not none or broker"),
            ("through: [broker, broker]", "'broker' is named twice; give each value once"),
            (
                "through: broker\nrate_per_s: 100\nduration_s: 6\nstore: sqlite\nfaults: logger-kill",
                "through: with a broker in the middle, whose connection failed, and when, is not told of two ways in a row; leave out "
                    + "faults, or through"
            ),
            ("through: [none, broker]\noverload: 2\nwarmup_s: 0.3", "leave out overload, or through"),
            ("through: broker\ncold_dials: 5", "leave out cold_dials and churn, or through"),
            ("through: broker\nin_flight: 8\nchurn: 4", "leave out cold_dials and churn, or through"),
            ("through: broker\nnetwork: lan", "leave out network, or through"),
            ("through: broker\ntls: [off, on]", "leave out socket and tls, or through"),
            ("through: broker\nsocket: unix", "leave out socket and tls, or through"),
            ("through: broker\nbrokers: go\nloggers: go", "leave out brokers, or through"),
        ])
    func refusals(_ text: String, _ message: String) throws {
        let error = try #require(throws: SuiteError.self) { try suite(text) }
        #expect(error.description.contains(message), "\(error)")
    }

    @Test("names, tags and a threshold's place have it where somebody is there")
    func names() throws {
        func cell(_ through: Through) -> Cell {
            Cell(transport: "grpc", payloadBytes: 100, inFlight: 8, through: through)
        }
        #expect(cell(.none).name == "grpc, 100 B, 8 in flight")
        #expect(cell(.broker).name == "grpc, 100 B, 8 in flight, through a broker")
        func tag(_ through: Through) -> String {
            PlannedCell(cell: cell(through), block: 2, orderInBlock: 1, number: 1).tag
        }
        #expect(tag(.broker) == "grpc/100B/8x1/through-broker/2" && tag(.none) == "grpc/100B/8x1/2")
        let place = try suite(
            "through: [none, broker]\nthresholds: {where: {through: broker}, max_ack_p99_us: 10}"
        ).thresholds.rules?.first?.place
        #expect(place?.text == "through: broker")
        #expect(place?.matches(cell(.broker)) == true && place?.matches(cell(.none)) == false)
    }

    @Test("results.csv has who it was and what it used, and gives them back; in older files nobody is there")
    func columns() throws {
        var row = ResultRow.sample(transport: "http")
        row.planned.cell.through = .broker
        (row.throughImplementation, row.throughVersion) = ("gateway", "2.1")
        (row.throughCPUUsPerMessage, row.throughRSSPeakBytes) = (12.5, 1 << 20)
        let fields = ResultColumns.fields(
            of: ReportedResult(row: row, suite: try suite("rounds: 1"), environment: BenchmarkEnvironment(cpuCount: 2)))
        let written = Dictionary(zip(ResultColumns.header, fields)) { $1 }
        #expect(written["through"] == "broker" && written["through_impl"] == "gateway")
        #expect(written["through_impl_version"] == "2.1" && written["through_cpu_us_per_msg"] == "12.500")
        #expect(written["through_rss_peak_bytes"] == "1048576")
        func read(_ count: Int) throws -> ResultRow {
            let record = Fields(
                path: "x", record: CSVReader.Record(fields: Array(fields.prefix(count)), line: 2),
                columns: Dictionary(zip(ResultColumns.header.prefix(count), 0...)) { $1 })
            var row = ResultRow(number: 1)
            for column in ResultColumns.all { try column.read(record, &row) }
            return row
        }
        let all = try read(fields.count)
        #expect(all.planned.cell.through == .broker && all.throughImplementation == "gateway")
        #expect(all.throughCPUUsPerMessage == 12.5 && all.throughRSSPeakBytes == 1 << 20)
        let old = try read(try #require(ResultColumns.header.firstIndex(of: "through")))
        #expect(old.planned.cell.through == .none && old.throughImplementation == nil)
    }

    @Test(
        "each transport is held against itself without the broker, whose CPU time is part of the whole; ranks are apart"
    )
    func ratios() throws {
        let report = report()
        let all = SettingRatios.all(.through, of: report)
        #expect(all.map(\.other.through) == [.broker] && all.map(\.lines.count) == [2])
        // 10 us become 6 + 4 + 20.
        #expect(all[0].lines.allSatisfy { $0.cpu?.median == 3 && $0.p50?.median == 2.5 }, "\(all[0].lines)")
        let lines = SettingRatiosTable(ratios: all[0]).lines
        #expect(lines[0] == "through a broker, 100 B, 1 in flight, closed loop")
        #expect(lines[1] == "(by the same transport without a broker in the same round)")
        let table = report.table.split(separator: "\n").map(String.init)
        #expect(table.contains(lines[0]) && table.contains { $0.contains("logger  middle  queue") }, "\(report.table)")
        #expect(table.allSatisfy { $0.count <= ResultTable.width }, "\(report.table)")
        for row in report.summary {
            #expect(row.rank != nil && row.rank! <= 2 && row.cpuParts.count == (row.cell.through == .none ? 2 : 3))
        }
        let page = ReportPage(of: report).html
        #expect(page.contains("<h2>What the way through a broker costs</h2>") && page.contains("broker in the middle"))
        #expect(page.contains("<dt>in the middle</dt><dd>nobody, broker</dd>"))
        let file = GoBenchmarkFormat.file(
            report.rows, suite: report.suite, environment: BenchmarkEnvironment(cpuCount: 2))
        #expect(file.contains("/through=broker ") && file.contains("20.000 through-cpu-us/op"))
        let question = Advice.Question(payloadBytes: 100, rate: 500, need: .promise(.recorded))
        #expect(!Advice(question, runs: [("results/x", report)]).text.contains("through a broker"))
    }

    private func report() -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "http"], payloadBytes: [100], inFlight: [1], rounds: 7, seed: 5)
        suite.through = [.none, .broker]
        suite.references = References(floor: "tcp")
        var rows: [ResultRow] = []
        for block in 1...7 {
            for through in suite.usedThrough {
                for (index, transport) in suite.transports.enumerated() {
                    let time = Double(index + 1) * (through == .none ? 10 : 25)
                    var row = ResultRow.sample(transport: transport, block: block, throughput: 1e6 / time)
                    row.planned.cell.through = through
                    row.ackLatency = LatencySummary(
                        count: 100_000, p50Us: time, p90Us: time, p99Us: time, p999Us: time, maxUs: time, meanUs: time)
                    (row.brokerCPUUsPerMessage, row.loggerCPUUsPerMessage) = (6, 4)
                    row.queueCPUUsPerMessage = nil
                    row.throughCPUUsPerMessage = through == .none ? nil : 20
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
