import Broker
import Metrics
import Testing

@testable import BenchmarkResults

/// The axis `socket`: from a suite's file to what a report says of it.
@Suite("The axis of sockets")
struct SocketAxisTests {
    private static let transports = ["tcp", "http", "amqp"]
    private let known = TransportChoice(
        known: Self.transports, standard: ["tcp"], references: References(floor: "tcp"), tcpOnly: ["amqp"])

    @Test("a suite's file names the sockets, in a list or alone")
    func file() throws {
        func suite(_ text: String) throws -> BenchmarkResults.Suite {
            try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
        }
        #expect(try suite("socket: [tcp, unix]").sockets == [.tcp, .unix])
        #expect(try suite("socket: unix").usedSockets == [.unix])
        #expect(try suite("rounds: 1").usedSockets == [.tcp])
        let threshold = try suite("socket: [tcp, unix]\nthresholds: {where: {socket: unix}, min_msgs_per_s: 10}")
            .thresholds.rules?.first
        #expect(threshold?.place.text == "socket: unix")
        for socket in SocketKind.allCases {
            let cell = Cell(transport: "tcp", payloadBytes: 1, inFlight: 1, socket: socket)
            #expect(threshold?.place.matches(cell) == (socket == .unix))
        }
        for (text, message) in [
            ("socket: udp", "s.yaml:1: socket: 'udp' is not tcp or unix"),
            ("socket: []", "s.yaml:1: socket: no value; allowed: tcp, unix"),
            ("socket: [unix, unix]", "s.yaml:1: socket: 'unix' is named twice; give each value once"),
            ("transports: amqp\nsocket: unix", "s.yaml:2: socket: amqp can be had over tcp only"),
            (
                "transports: [tcp, amqp]\nsocket: [tcp, unix]\nthresholds: {relative_to: amqp, min_msgs_per_s: 2}",
                "s.yaml:3: thresholds: relative_to: 'amqp' has no cell at 100 B, 1 in flight, closed loop, over Unix sockets"
            ),
        ] {
            #expect(try #require(throws: SuiteError.self) { try suite(text) }.description == message)
        }
    }

    @Test("each load is measured over each; what has a message broker is not measured over Unix sockets")
    func plan() throws {
        var suite = suite
        suite.transports = Self.transports
        suite.stores = [.memory, .sqlite]
        #expect(suite.points.count == 4 && suite.settings.count == 4)
        let cells = suite.cells
        #expect(cells.count == 2 * 4 + 2 * 3)
        #expect(cells.filter { $0.transport == "amqp" }.allSatisfy { $0.socket == .tcp })
        // A logger for each setting, whose cells stay together.
        for block in suite.scheduled() {
            let settings = block.map(\.cell.setting)
            #expect(zip(settings, settings.dropFirst()).count { $0 != $1 } == 3)
        }
        #expect(suite.measuredTransports == Self.transports)
        suite.sockets = [.unix]
        #expect(suite.measuredTransports == ["tcp", "http"])
        // Nor is a control that cannot be had over them.
        suite.control = "amqp"
        #expect(suite.cells.allSatisfy { $0.role == .cell })
        suite.bareLoop = true
        suite.stores = nil
        #expect(suite.overhead?.usedSockets == [.tcp])
    }

    @Test("names say that it is a Unix socket, and nothing over TCP as they always did")
    func names() {
        let cell = Cell(transport: "http", payloadBytes: 100, inFlight: 64, store: .sqlite, socket: .unix)
        #expect(cell.name == "http, 100 B, 64 in flight, stored in sqlite, over Unix sockets")
        #expect(cell.point.text == "100 B, 64 in flight, closed loop, stored in sqlite, over Unix sockets")
        let planned = PlannedCell(cell: cell, block: 2, orderInBlock: 1, number: 1)
        #expect(planned.tag == "http/100B/64x1/sqlite/unix/2")
        #expect(Setting().isUsual && Setting().text == nil && Setting().tag("-") == "")
        #expect(Setting(socket: .unix).tag("-") == "-unix")
    }

    @Test("results.csv has the kind of sockets, and gives it back; older files are of TCP")
    func columns() throws {
        var row = ResultRow.sample(transport: "http")
        row.planned.cell.socket = .unix
        let result = ReportedResult(row: row, suite: suite, environment: BenchmarkEnvironment(cpuCount: 2))
        let written = Dictionary(zip(ResultColumns.header, ResultColumns.fields(of: result))) { $1 }
        #expect(written["socket"] == "unix")
        let fields = Fields(
            path: "x", record: CSVReader.Record(fields: ResultColumns.fields(of: result), line: 2),
            columns: Dictionary(zip(ResultColumns.header, 0...)) { $1 })
        var read = ResultRow(number: 1)
        for column in ResultColumns.all { try column.read(fields, &read) }
        #expect(read.planned.cell.socket == .unix)
        #expect(ResultRow(number: 1).planned.cell.socket == .tcp)
    }

    @Test("transports are ranked with those over the same sockets, and held against themselves over TCP")
    func ratios() throws {
        let report = report
        #expect(report.summary.count == 4)
        for socket in SocketKind.allCases {
            let ranks = report.summary.filter { $0.cell.socket == socket }.map(\.rank)
            #expect(ranks == [1, 2], "\(socket)")
        }
        let ratios = try #require(SettingRatios.all(.socket, of: report).first)
        #expect(SettingRatios.all(.socket, of: report).count == 1 && ratios.load.socket == .tcp)
        #expect(ratios.lines.map(\.transport) == ["tcp", "http"])
        let line = ratios.lines[1]
        #expect(try abs(#require(line.p50?.median) - 0.6) < 1e-9)
        #expect(try abs(#require(line.p99?.median) - 0.6) < 1e-9)
        #expect(try abs(#require(line.throughput?.median) - 1.5) < 1e-9)
        #expect(try abs(#require(line.cpu?.median) - 0.8) < 1e-9)
        let lines = SettingRatiosTable(ratios: ratios).lines
        #expect(lines[0] == "over Unix sockets, 100 B, 1 in flight, closed loop")
        #expect(lines.allSatisfy { $0.count <= ResultTable.width }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("http") && $0.contains("0.60 (0.60 to 0.60)") }, "\(lines)")
        #expect(report.table.contains(lines[0]))
        let page = ReportPage(of: report).html
        #expect(page.contains("What a Unix socket changes") && page.contains("<dt>sockets</dt><dd>tcp, unix</dd>"))
        #expect(page.contains("<h2>100 B, 1 in flight, closed loop, over Unix sockets</h2>"))
        #expect(SettingRatios.all(.socket, of: self.report(sockets: [.unix])).isEmpty)
        #expect(!ReportPage(of: self.report(sockets: [.tcp])).html.contains("Unix socket"))
    }

    @Test("who asks for advice is answered from rows over TCP, where there are some")
    func advice() {
        func text(_ report: Report) -> String {
            Advice(
                Advice.Question(payloadBytes: 100, rate: 500, need: .promise(.recorded)), runs: [("results/x", report)]
            ).text
        }
        #expect(!text(report).contains("nix"))
        let unix = text(report(sockets: [.unix]))
        #expect(
            unix.contains("closed loop, over Unix sockets]") && unix.contains("--rounds 7 --socket unix"), "\(unix)")
    }

    private var suite: BenchmarkResults.Suite {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "http"], payloadBytes: [100], inFlight: [1], rounds: 7, seed: 5)
        suite.sockets = [.tcp, .unix]
        suite.references = References(floor: "tcp")
        suite.tcpOnly = ["amqp"]
        return suite
    }

    private var report: Report { report(sockets: SocketKind.allCases) }

    /// Over Unix sockets a message takes 0.6 of the time, 1.5 times as many are carried, and each takes 0.8 of the CPU time.
    private func report(sockets: [SocketKind]) -> Report {
        let speed = ["tcp": 1.0, "http": 0.5]
        var rows: [ResultRow] = []
        for block in 1...7 {
            for (socket, transport) in sockets.flatMap({ socket in ["tcp", "http"].map { (socket, $0) } }) {
                let speed = (speed[transport] ?? 1) * (1 + 0.0001 * Double(block))
                let isUnix = socket == .unix
                var row = ResultRow.sample(
                    transport: transport, block: block, throughput: 10_000 * speed * (isUnix ? 1.5 : 1))
                row.planned.cell.socket = socket
                let (p50, p99) = (50 / speed * (isUnix ? 0.6 : 1), 90 / speed * (isUnix ? 0.6 : 1))
                row.ackLatency = LatencySummary(
                    count: 100_000, p50Us: p50, p90Us: p99, p99Us: p99, p999Us: p99, maxUs: p99, meanUs: p50)
                row.brokerCPUUsPerMessage = 6 / speed * (isUnix ? 0.8 : 1)
                row.loggerCPUUsPerMessage = 4 / speed * (isUnix ? 0.8 : 1)
                row.queueCPUUsPerMessage = nil
                rows.append(row)
            }
        }
        var suite = suite
        suite.sockets = sockets
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        return Report(record: record, rows: rows)
    }
}
