import Broker
import Metrics
import Testing

@testable import BenchmarkResults

/// The axis `faults`: from a suite's file to what a report says of what was made to go wrong.
@Suite("The axis of faults")
struct FaultAxisTests {
    private let known = TransportChoice(
        known: ["tcp", "http", "amqp"], standard: ["tcp"], references: References(floor: "tcp"), tcpOnly: ["amqp"],
        killable: ["amqp"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test("a suite's file says what goes wrong, in a list or alone")
    func file() throws {
        let load = "rate_per_s: 1000\nduration_s: 6\nstore: sqlite\n"
        #expect(
            try suite(load + "faults: [none, logger-kill, logger-stop]").usedFaults == [
                .none, .loggerKill, .loggerStop,
            ])
        #expect(try suite(load + "faults: connection-cut").usedFaults == [.connectionCut])
        let plain = try suite("rounds: 1")
        #expect(plain.faults == nil && plain.usedFaults == [.none] && plain.faultyPoints.isEmpty)
        var overrides = SuiteOverrides()
        overrides["faults"] = .texts(["logger-stop"])
        #expect(
            try suite(load + "faults: logger-kill").applying(overrides, transports: known).usedFaults == [.loggerStop])
    }

    @Test(
        "what is asked of others, or of a load that has no rate or no time, is refused",
        arguments: [
            (
                "faults: earthquake",
                "'earthquake' is not none or logger-kill or logger-stop or connection-cut or disk-full or blackhole or rabbitmq-kill or memory-alarm or node-kill or leader-kill"
            ),
            ("faults: logger-stop", "needs a rate that goes on meanwhile"),
            ("rate_per_s: 100\nduration_s: 3\nfaults: logger-stop", "let duration_s be 6.0 or more"),
            ("rate_per_s: 20000\nduration_s: 6\nfaults: logger-stop", "at most 100000 in a cell"),
            ("rate_per_s: 100\nduration_s: 6\nfaults: blackhole", "loopback has none; name a network, such as lan"),
            (
                "rate_per_s: 8000\nduration_s: 6\ntransports: [amqp]\nfaults: rabbitmq-kill",
                "8000/s for 15.0 s are more"
            ),
            (
                "rate_per_s: 100\nduration_s: 6\ntransports: [tcp, http]\nfaults: rabbitmq-kill",
                "which their acknowledged entries outlive; allowed: amqp"
            ),
            (
                "rate_per_s: 100\nduration_s: 6\ntransports: [amqp]\nfaults: [rabbitmq-kill, node-kill]",
                "'node-kill' is of transports that go over TCP through a RabbitMQ"
            ),
            (
                "rate_per_s: 100\nduration_s: 6\ntransports: [amqp]\nfaults: leader-kill",
                "'leader-kill' is of transports that go over TCP through a RabbitMQ"
            ),
            ("rate_per_s: 100\nduration_s: 6\nchurn: 5\nfaults: logger-stop", "leave out churn"),
            ("rate_per_s: 100\nduration_s: 6\nfaults: logger-kill", "'logger-kill' needs store sqlite or postgres"),
            ("rate_per_s: 100\nduration_s: 6\nstore: postgres\nfaults: disk-full", "it needs store sqlite"),
            ("rate_per_s: 100\nduration_s: 6\nsocket: unix\nfaults: connection-cut", "a Unix socket knows no reset"),
            (
                "rate_per_s: 100\nduration_s: 6\nbrokers: [swift, go]\nloggers: [swift, go]\nfaults: logger-stop",
                "say loggers: swift, and pairs: all"
            ),
            (
                "rate_per_s: 100\nduration_s: 6\nbrokers: [go, python]\nloggers: swift\npairs: all\nfaults: logger-stop",
                "'python' as the broker does not say what became of each entry; these do: swift, go, go-defaults"
            ),
        ])
    func refusals(_ text: String, _ message: String) throws {
        let error = try #require(throws: SuiteError.self) { try suite(text) }
        #expect(error.description.contains(message), "\(error)")
    }

    @Test("each load is measured with each that means something there; nothing else is ranked, swept or advised from")
    func plan() throws {
        let suite = try suite(
            "rate_per_s: 100\nduration_s: 6\nstore: [memory, sqlite]\nfaults: [none, logger-kill, logger-stop]\n"
                + "payload_bytes: 1\nin_flight: 8")
        #expect(suite.points.count == 2 * 3 - 1)
        #expect(suite.steadyPoints.count == 2 && suite.faultyPoints.count == 3)
        #expect(suite.faultyPoints.allSatisfy { $0.fault != .loggerKill || $0.store == .sqlite })
        let choice = TransportChoice(
            known: ["tcp", "netrpc", "grpc", "http", "amqp"], standard: ["tcp"],
            references: References(floor: "tcp", baseline: "grpc"), tcpOnly: ["amqp"],
            killable: ["amqp"])
        let builtIn = try #require(try BenchmarkResults.Suite.builtIn(named: "faults", transports: choice))
        #expect(builtIn.transports == choice.known && builtIn.steadyPoints.isEmpty)
        #expect(builtIn.cells.count == 4 * choice.known.count + 2)
    }

    @Test("packets are lost where there is a link alone, in cells that have the time for it")
    func blackhole() throws {
        let suite = try suite(
            "rate_per_s: 100\nduration_s: 6\ntransports: [tcp, http]\nnetwork: [loopback, lan]\n"
                + "faults: [none, blackhole]\npayload_bytes: 1\nin_flight: 8")
        #expect(
            suite.points.map { "\($0.network.text) \($0.fault.rawValue)" } == [
                "loopback none", "lan none", "lan blackhole",
            ])
        #expect(suite.faultyPoints.map { suite.duration(with: $0.fault) } == [9])
    }

    @Test("RabbitMQ is killed for transports alone that go through it, in cells that have the time for it")
    func killedRabbitMQ() throws {
        let suite = try suite(
            "rate_per_s: 100\nduration_s: 6\nwarmup_s: 0\ntransports: [tcp, amqp]\nsocket: [tcp, unix]\n"
                + "faults: [logger-stop, rabbitmq-kill]\npayload_bytes: 1\nin_flight: 8")
        let cells = suite.cells.map { "\($0.transport) \($0.socket) \($0.fault.rawValue)" }
        #expect(
            cells == [
                "tcp tcp logger-stop", "amqp tcp logger-stop", "amqp tcp rabbitmq-kill", "tcp unix logger-stop",
            ])
        #expect(suite.cells.map { suite.duration(with: $0.fault) } == [6, 6, 15, 6])
        let killed = try #require(suite.cells.first { $0.fault == .rabbitMQKill })
        #expect(suite.longestSeconds(of: killed) == 15)
        var row = ResultRow.sample(transport: "amqp")
        row.planned.cell = killed
        let fields = ResultColumns.fields(
            of: ReportedResult(row: row, suite: suite, environment: BenchmarkEnvironment(cpuCount: 2)))
        let written = Dictionary(zip(ResultColumns.header, fields)) { $1 }
        #expect(written["duration_s"] == "15.000" && written["fault"] == "rabbitmq-kill")
    }

    @Test("results.csv has it with its figures, and gives them back; older files are of nothing that went wrong")
    func columns() throws {
        var row = ResultRow.sample(transport: "http")
        row.planned.cell.fault = .loggerKill
        (row.faultAtMs, row.faultLastedMs, row.firstFailedMs) = (2000, 1100, 1.5)
        (row.firstAcknowledgedMs, row.recoveredMs, row.largestGapMs) = (1200, 1300, 1210)
        (row.notSent, row.rejected, row.unknown, row.unknownArrived) = (5, 0, 3, 1)
        let fields = ResultColumns.fields(
            of: ReportedResult(row: row, suite: try suite("rounds: 1"), environment: BenchmarkEnvironment(cpuCount: 2)))
        let written = Dictionary(zip(ResultColumns.header, fields)) { $1 }
        #expect(
            written["fault"] == "logger-kill" && written["first_failed_ms"] == "1.5"
                && written["unknown_arrived"] == "1")
        let record = Fields(
            path: "x", record: CSVReader.Record(fields: fields, line: 2),
            columns: Dictionary(zip(ResultColumns.header, 0...)) { $1 })
        var read = ResultRow(number: 1)
        for column in ResultColumns.all { try column.read(record, &read) }
        #expect(read.planned.cell.fault == .loggerKill && read.recoveredMs == 1300 && read.largestGapMs == 1210)
        #expect(read.notSent == 5 && read.rejected == 0 && read.unknown == 3 && read.firstAcknowledgedMs == 1200)
        let first = try #require(ResultColumns.header.firstIndex(of: "fault"))
        let older = Fields(
            path: "x", record: CSVReader.Record(fields: Array(fields.prefix(first)), line: 2),
            columns: Dictionary(zip(ResultColumns.header.prefix(first), 0...)) { $1 })
        var old = ResultRow(number: 1)
        for column in ResultColumns.all { try column.read(older, &old) }
        #expect(old.planned.cell.fault == .none && old.firstFailedMs == nil && old.unknown == nil)
    }

    @Test("table, verdict and page say what it came to, transport by transport, and rank nothing")
    func report() throws {
        let report = try measured()
        let costs = FaultCosts.all(of: report)
        #expect(costs.count == 1 && costs[0].lines.map(\.transport) == ["tcp", "http"])
        let tcp = costs[0].lines[0]
        #expect(tcp.recovered?.median == 1200 && tcp.recovered?.range == 1100...1300 && tcp.failed?.median == 40)
        #expect(tcp.valid == 3 && tcp.rounds == 3)
        let sentence =
            "When the logger is killed and started again 1 s later: tcp fails 40 entries, 2 of which arrived all the same, and is "
            + "back at its rate after 1.20 s; http fails no entry in most rounds and keeps its rate."
        #expect(costs[0].sentence == sentence)
        let lines = FaultTable(costs: costs[0]).lines
        #expect(lines.allSatisfy { $0.count <= ResultTable.width }, "\(lines)")
        #expect(
            lines.contains { $0.hasPrefix("tcp") && $0.contains("1200 1100-1300") && $0.hasSuffix("3/3") }, "\(lines)")
        #expect(report.table.contains(lines[0]) && report.table.contains("When the logger is killed"))
        #expect(report.summary.allSatisfy { $0.rank == nil })
        let page = ReportPage(of: report).html
        #expect(page.contains("tcp fails 40 entries") && page.contains("logger-kill"))
    }

    private func measured() throws -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "http"], payloadBytes: [100], inFlight: [8],
            load: .open(ratePerSecond: 1000), rounds: 3, duration: 6, seed: 5)
        (suite.faults, suite.stores) = ([.loggerKill], [.sqlite])
        suite.references = References(floor: "tcp")
        var rows: [ResultRow] = []
        for block in 1...3 {
            for transport in suite.transports {
                var row = ResultRow.sample(transport: transport, block: block, throughput: 1000)
                row.planned.cell = Cell(
                    transport: transport, payloadBytes: 100, inFlight: 8, load: .open(ratePerSecond: 1000),
                    store: .sqlite, fault: .loggerKill)
                let isTCP = transport == "tcp"
                // One failed in one round of http's.
                row.errors = isTCP ? 40 : block == 2 ? 1 : 0
                (row.notSent, row.rejected, row.unknown, row.unknownArrived) = (
                    isTCP ? 37 : 0, 0, isTCP ? 3 : 0, isTCP ? 2 : 0
                )
                (row.faultAtMs, row.faultLastedMs) = (2000, 1100)
                row.firstFailedMs = isTCP ? 1 : nil
                row.recoveredMs = isTCP ? 1000 + 100 * Double(block) : 0
                (row.firstAcknowledgedMs, row.largestGapMs) = (isTCP ? 1200 : 2, isTCP ? 1200 : 30)
                rows.append(row)
            }
        }
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        return Report(record: record, rows: rows)
    }
}
