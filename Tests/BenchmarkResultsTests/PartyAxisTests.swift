import Broker
import Metrics
import Testing

@testable import BenchmarkResults

/// The axes `brokers` and `loggers`: from a suite's file to what a report says of who played.
@Suite("The axes of parties")
struct PartyAxisTests {
    private let known = TransportChoice(
        known: ["http", "netrpc", "grpc", "amqp", "tcp"], standard: ["http"], references: References(baseline: "grpc"),
        tcpOnly: ["amqp"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test("a suite's file names who plays; pairs are alike unless it says all")
    func file() throws {
        #expect(try suite("rounds: 1").usedPairs == [PartyPair()])
        let alike = try suite("brokers: [swift, go]\nloggers: [go, swift]")
        #expect(alike.usedPairs == [PartyPair(), PartyPair(broker: .go, logger: .go)])
        let crossed = try suite("loggers: [swift, go-defaults]\npairs: all")
        #expect(crossed.usedPairs == [PartyPair(), PartyPair(logger: .goDefaults)])
        #expect(try suite("brokers: [swift, go]\nloggers: [swift, go]\npairs: all").usedPairs.count == 4)
        #expect(try suite("brokers: go\nloggers: go").usedPairs == [PartyPair(broker: .go, logger: .go)])
    }

    @Test(
        "what is no party, has no partner or is asked what others are not told, is refused",
        arguments: [
            (
                "brokers: perl",
                "s.yaml:1: brokers: 'perl' is not swift or go or go-defaults or python or python-defaults or c or "
                    + "cpp or cpp-defaults or java or java-defaults or rust or rust-defaults"
            ),
            (
                "loggers: []",
                "s.yaml:1: loggers: no value; allowed: swift, go, go-defaults, python, python-defaults, c, cpp, "
                    + "cpp-defaults, java, java-defaults, rust, rust-defaults"
            ),
            ("loggers: [go, go]", "s.yaml:1: loggers: 'go' is named twice; give each value once"),
            ("pairs: some", "s.yaml:1: pairs: 'some' is not alike or all"),
            (
                "loggers: go",
                "s.yaml: brokers: 'swift' is none of the loggers; name it there as well, or set pairs to all"
            ),
            (
                "loggers: [swift, go]",
                "s.yaml:1: loggers: 'go' is none of the brokers; name it there as well, or set pairs to all"
            ),
            (
                "loggers: [swift, go]\npairs: all\ntls: on",
                "s.yaml:1: loggers: 'go' is measured over TCP and in cleartext; leave out socket and tls"
            ),
            (
                "brokers: [swift, go]\npairs: all\ncold_dials: 20",
                "s.yaml:1: brokers: cold connections are dialed by this project's own load generator alone; leave out one of the two"
            ),
            (
                "loggers: [swift, go]\npairs: all\nstore: sqlite",
                "s.yaml:1: loggers: 'go' keeps entries in memory; leave out store, or say loggers: swift"
            ),
        ])
    func refused(_ text: String, message: String) throws {
        #expect(try #require(throws: SuiteError.self) { try suite(text) }.description == message)
    }

    @Test("a flag does the same, and a threshold holds for some of them")
    func flag() throws {
        var overrides = SuiteOverrides()
        overrides["brokers"] = .texts(["go"])
        overrides["loggers"] = .texts(["swift"])
        overrides["pairs"] = .text("all")
        let suite = try suite("rounds: 1").applying(overrides, transports: known)
        #expect(suite.usedPairs == [PartyPair(broker: .go)])
        let threshold = try self.suite(
            "brokers: [swift, go]\nloggers: [swift, go]\npairs: all\n"
                + "thresholds: {where: {broker: swift, logger: [go, go-defaults]}, min_msgs_per_s: 10}"
        )
        .thresholds.rules?.first
        #expect(threshold?.place.text == "broker: swift, logger: [go, go-defaults]")
        for (pair, isMeant) in [
            (PartyPair(logger: .go), true), (PartyPair(), false), (PartyPair(broker: .go, logger: .go), false),
        ] {
            let cell = Cell(transport: "http", payloadBytes: 1, inFlight: 1, parties: pair)
            #expect(threshold?.place.matches(cell) == isMeant)
        }
    }

    @Test("the built-in suite has every transport in Swift and in Go, and those of Python and C++, alike and crossed")
    func builtIn() throws {
        let suite = try #require(try BenchmarkResults.Suite.builtIn(named: "peers", transports: known))
        #expect(suite.transports == ["http", "netrpc", "grpc", "amqp"] && suite.usedPairs.count == 16)
        #expect(suite.inFlight == [1, 64] && suite.points.count == 32)
    }

    @Test("each load is measured with each pair, in groups; the lab's own cost is that of its own halves")
    func plan() throws {
        var own = try suite(
            "brokers: [swift, go]\nloggers: [swift, go]\npairs: all\ntransports: [http, amqp]\nrounds: 5\nbare_loop: true"
        )
        #expect(own.settings.count == 4 && own.points.count == 4 * 4)
        #expect(own.overhead?.usedPairs == [PartyPair()])
        own.rounds = 3
        for block in own.scheduled() {
            let settings = block.map(\.cell.setting)
            #expect(zip(settings, settings.dropFirst()).count { $0 != $1 } == 3)
        }
        // What somebody does not speak has no cell with them.
        (own.transports, own.spoken) = (["tcp", "http"], ["go": ["http"]])
        #expect(own.cells.filter { $0.transport == "tcp" }.allSatisfy { $0.parties.isOwn })
        #expect(own.cells.count { $0.transport == "http" && $0.role == .cell } == 4 * 4)
        let left = try #require(own.without([.go]))
        #expect(left.usedPairs == [PartyPair()])
        #expect(try suite("brokers: go\nloggers: go").without([.go]) == nil)
    }

    @Test("names say who played, and nothing of this project's own halves as they always did")
    func names() {
        func cell(_ broker: Party, _ logger: Party) -> Cell {
            Cell(
                transport: "http", payloadBytes: 100, inFlight: 64, parties: PartyPair(broker: broker, logger: logger))
        }
        func tag(_ cell: Cell) -> String { PlannedCell(cell: cell, block: 2, orderInBlock: 1, number: 1).tag }
        #expect(cell(.go, .go).name == "http, 100 B, 64 in flight, played by go")
        #expect(tag(cell(.go, .go)) == "http/100B/64x1/go/2")
        #expect(cell(.swift, .goDefaults).name == "http, 100 B, 64 in flight, from swift to go-defaults")
        #expect(tag(cell(.swift, .goDefaults)) == "http/100B/64x1/swift-to-go-defaults/2")
        #expect(
            cell(.swift, .swift).name == "http, 100 B, 64 in flight" && tag(cell(.swift, .swift)) == "http/100B/64x1/2")
        #expect(PartyPair(broker: .go).flags == "--brokers go --loggers swift --pairs all")
        #expect(PartyPair(broker: .go, logger: .go).flags == "--brokers go --loggers go" && PartyPair().flags == nil)
    }

    @Test("every party but this project's own has a program, and the command that builds it")
    func registry() {
        for party in Party.allCases where party != .swift {
            #expect(party.program != nil && party.buildCommand?.hasPrefix("Benchmarks/peers/build ") == true)
            #expect(party.arguments(playing: .logger).first == "logger")
            #expect(party.arguments(playing: .broker).first == "broker")
        }
        for party in Party.allCases {
            let isAtDefaults = party.rawValue.hasSuffix("-defaults")
            #expect(party.arguments(playing: .logger).contains("--defaults") == isAtDefaults)
        }
        #expect(Party.swift.program == nil)
    }

    @Test("results.csv has who was to play, and gives it back; older files are of this project's own halves")
    func columns() throws {
        var row = ResultRow.sample(transport: "http")
        row.planned.cell.parties = PartyPair(logger: .go)
        let fields = ResultColumns.fields(
            of: ReportedResult(row: row, suite: try suite("rounds: 1"), environment: BenchmarkEnvironment(cpuCount: 2)))
        let written = Dictionary(zip(ResultColumns.header, fields)) { $1 }
        #expect(written["broker_setting"] == "swift" && written["logger_setting"] == "go")
        let record = Fields(
            path: "x", record: CSVReader.Record(fields: fields, line: 2),
            columns: Dictionary(zip(ResultColumns.header, 0...)) { $1 })
        var read = ResultRow(number: 1)
        for column in ResultColumns.all { try column.read(record, &read) }
        #expect(read.planned.cell.parties == PartyPair(logger: .go))
        #expect(ResultRow(number: 1).planned.cell.parties.isOwn)
    }

    @Test("table and page have a transport's rows together by who played, and what is due to whom")
    func section() throws {
        let report = try report { transport, pair in
            // net/rpc carries twice as much as HTTP, a Swift logger three times, and a Swift broker 1.5 times.
            (transport == "netrpc" ? 2 : 1) * (pair.logger == .swift ? 3 : 1) * (pair.broker == .swift ? 1.5 : 1)
        }
        for point in report.suite.points {
            #expect(report.summary.filter { $0.cell.point == point }.map(\.rank) == [2, 1], "\(point.text)")
        }
        let ratios = try #require(PartyRatios.all(of: report).first)
        #expect(PartyRatios.all(of: report).count == 1 && ratios.transport == "http")
        #expect(
            ratios.lines.map(\.transport) == Array(repeating: "http", count: 4) + Array(repeating: "netrpc", count: 4))
        #expect(ratios.lines.prefix(4).map(\.parties) == report.suite.usedPairs)
        for (line, expected) in zip(ratios.lines, [1, 1.0 / 3, 1 / 1.5, 1 / 4.5]) {
            #expect(try abs(#require(line.byPair?.median) - expected) < 1e-9)
        }
        #expect(ratios.lines.suffix(4).allSatisfy { abs(($0.byTransport?.median ?? 0) - 2) < 1e-9 })
        #expect(ratios.disagreements.isEmpty)
        #expect(
            ratios.sentences == [
                "Transports of one promise differ by up to 2.0 times with the same parties (swift), and parties by up to 4.5 times "
                    + "over the same transport (http).",
                "The load generators of go and swift rank the loggers alike, as far as each tells them apart.",
            ])
        let lines = PartyTable(ratios: ratios).lines
        #expect(lines[0] == "who plays broker and logger: 100 B, 64 in flight, closed loop" && lines.count == 3 + 8)
        #expect(lines.allSatisfy { $0.count <= ResultTable.width }, "\(lines)")
        #expect(report.table.contains(lines[2]) && report.table.contains("rank the loggers alike"))
        let page = ReportPage(of: report).html
        #expect(page.contains("<h2>What is due to the protocol, and what to who speaks it</h2>"))
        #expect(page.contains("<td class=\"k\">netrpc</td><td class=\"t\">swift</td><td class=\"t\">go</td>"))
        #expect(page.contains("rank the loggers alike"))
        #expect(
            GoBenchmarkFormat.file(report.rows, suite: report.suite, environment: BenchmarkEnvironment(cpuCount: 2))
                .contains("/parties=swift-to-go "))
    }

    @Test("where two load generators rank the loggers the other way round, table and page say so")
    func disagreement() throws {
        let report = try report { _, pair in
            // Each is fastest to its own like.
            pair.broker == pair.logger ? 2 : 1
        }
        let ratios = try #require(PartyRatios.all(of: report).first)
        let text =
            "The load generators disagree: with that of swift, http to swift comes to 2.00 times http to go, with that of go to "
            + "0.50 times."
        #expect(ratios.sentences.contains(text), "\(ratios.sentences)")
        #expect(!ratios.sentences.contains { $0.contains("alike") })
        #expect(ReportPage(of: report).html.contains(text))
        #expect(report.table.replacing("\n ", with: "").contains("The load generators disagree"))
    }

    @Test("with one pair there is nothing to say")
    func onePair() throws {
        let report = try report(pairs: [PartyPair()]) { _, _ in 1 }
        #expect(PartyRatios.all(of: report).isEmpty && !ReportPage(of: report).html.contains("due to the protocol"))
    }

    @Test("who asks for advice is answered from rows of this project's own halves, where there are some")
    func advice() throws {
        func text(_ report: Report) -> String {
            Advice(
                Advice.Question(payloadBytes: 100, rate: 500, need: .promise(.recorded)), runs: [("results/x", report)]
            ).text
        }
        #expect(!text(try report { _, _ in 1 }).contains("played by go"))
        let others = text(try report(pairs: [PartyPair(broker: .go, logger: .go)]) { _, _ in 1 })
        #expect(
            others.contains("played by go]") && others.contains("--rounds 7 --brokers go --loggers go"), "\(others)")
    }

    /// Rows of seven rounds, in which 10,000 messages a second are carried times what `speed` says.
    private func report(
        pairs: [PartyPair]? = nil, _ speed: (String, PartyPair) -> Double
    ) throws -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["http", "netrpc"], payloadBytes: [100], inFlight: [64], rounds: 7, seed: 5)
        (suite.brokers, suite.loggers, suite.pairs) = ([.swift, .go], [.swift, .go], .all)
        if let pairs { (suite.brokers, suite.loggers) = (pairs.map(\.broker), pairs.map(\.logger)) }
        var rows: [ResultRow] = []
        for block in 1...7 {
            for (pair, transport) in suite.usedPairs.flatMap({ pair in suite.transports.map { (pair, $0) } }) {
                let speed = speed(transport, pair) * (1 + 0.0001 * Double(block))
                var row = ResultRow.sample(
                    transport: transport, inFlight: 64, block: block, throughput: 10_000 * speed)
                row.planned.cell.parties = pair
                row.queueCPUUsPerMessage = nil
                rows.append(row)
            }
        }
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "http",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        return Report(record: record, rows: rows)
    }
}
