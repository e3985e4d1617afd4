import Broker
import Histogram
import Metrics
import Testing

@testable import BenchmarkResults

/// Cold connections: from a suite's file to what a report says of them.
@Suite("The load of cold connections")
struct ColdLoadTests {
    private let known = TransportChoice(
        known: ["tcp", "http", "amqp"], standard: ["tcp"], references: References(floor: "tcp"), tcpOnly: ["amqp"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test(
        "a suite's file asks for them by their number, and each has one entry, whatever the other keys say by default")
    func file() throws {
        let own = try suite("cold_dials: 200\nnetwork: [loopback, {rtt_ms: 5}]\npayload_bytes: [1, 10]")
        #expect(own.coldDials == 200 && own.loads == [.cold])
        #expect(own.points.count == 4)
        #expect(own.points.allSatisfy { $0.load == .cold && $0.inFlight == 1 && $0.connections == 1 })
        #expect(own.points[0].text == "1 B, 1 in flight, cold connections")
        #expect(try suite("rounds: 1").coldDials == nil)
        for (text, message) in [
            ("cold_dials: 0", "s.yaml:1: cold_dials: 0 is out of range; allowed: 1 to 100000"),
            (
                "cold_dials: 9\nin_flight: 4",
                "s.yaml:2: in_flight: cold_dials has one connection at a time, for one entry; leave out one of the two"
            ),
        ] {
            #expect(try #require(throws: SuiteError.self) { try suite(text) }.description == message)
        }
        for other in [
            "rate_per_s: 10", "connections: 2", "timeline_ms: 100", "slice_ms: 20", "bare_loop: true",
            "decomposition: true",
            "arrivals: poisson", "messages_per_operation: 2",
        ] {
            let error = try #require(throws: SuiteError.self) { try suite("cold_dials: 9\n\(other)") }
            #expect(error.description.contains("leave out one of the two"), "\(error)")
        }
    }

    @Test("a flag does the same to any suite, and another load takes their place")
    func flag() throws {
        var overrides = SuiteOverrides()
        overrides["cold_dials"] = .integer(20)
        let text = "timeline_ms: 100\nmessages_per_operation: 2\nin_flight: 8\ndecomposition: true\nbare_loop: true"
        let own = try suite(text).applying(overrides, transports: known)
        #expect(own.coldDials == 20 && own.points.allSatisfy { $0.load == .cold })
        #expect(!own.hasTimeline && own.decomposition == nil && own.messagesPerOperation == 1 && own.overhead == nil)
        overrides["in_flight"] = .integers([4])
        let error = try #require(throws: SuiteError.self) {
            try suite("rounds: 1").applying(overrides, transports: known)
        }
        #expect(error.description.hasPrefix("--in-flight: cold_dials has one connection at a time"))
        var warm = SuiteOverrides()
        warm["rate_per_s"] = .rates([100])
        let rate = try suite("cold_dials: 9").applying(warm, transports: known)
        #expect(rate.coldDials == nil && rate.loads == [.open(ratePerSecond: 100)])
    }

    @Test("what they take is reckoned with the round trips of the networks")
    func time() throws {
        let near = try suite("cold_dials: 100\nwarmup_s: 0")
        let far = try suite("cold_dials: 100\nwarmup_s: 0\nnetwork: {rtt_ms: 100}")
        #expect(near.cellSeconds < 1 && far.cellSeconds > 40)
        #expect(far.longestSeconds(of: far.cells[0]) > far.cellSeconds)
        #expect(try suite("duration_s: 2\nwarmup_s: 1").longestSeconds(of: near.cells[0]) == 3)
    }

    @Test("names say so")
    func names() {
        let cell = Cell(transport: "http", payloadBytes: 100, inFlight: 1, load: .cold, tls: .on)
        #expect(cell.name == "http, 100 B, 1 in flight, cold, over TLS")
        #expect(PlannedCell(cell: cell, block: 2, orderInBlock: 1, number: 1).tag == "http/100B/1x1/cold/tls/2")
        #expect(LoadSentence.shortPlace(cell.point) == "100 B and 1 in flight, cold connections, over TLS")
    }

    @Test("results.csv has what the handshake took, and gives it back")
    func columns() throws {
        var row = ResultRow.sample(transport: "http", load: .cold)
        row.planned.cell.network = try Network(parsing: "rtt_ms=10")
        (row.connectP50Us, row.connectP99Us) = (21_000, 30_000)
        (row.handshakeTxBytes, row.handshakeRxBytes) = (517.5, 1200)
        row.ackLatency?.p50Us = 32_000
        let environment = BenchmarkEnvironment(cpuCount: 2)
        let own = try suite("cold_dials: 10")
        let fields = ResultColumns.fields(of: ReportedResult(row: row, suite: own, environment: environment))
        let written = Dictionary(zip(ResultColumns.header, fields)) { $1 }
        #expect(written["load_model"] == "cold" && written["target_rate_per_s"] == "")
        #expect(written["connect_p50_us"] == "21000.000" && written["connect_p99_us"] == "30000.000")
        #expect(written["handshake_tx_bytes"] == "517.500" && written["handshake_rx_bytes"] == "1200.000")
        #expect(written["connect_round_trips"] == "2.100" && written["cold_round_trips"] == "3.200")
        let record = Fields(
            path: "x", record: CSVReader.Record(fields: fields, line: 2),
            columns: Dictionary(zip(ResultColumns.header, 0...)) { $1 })
        var read = ResultRow(number: 1)
        for column in ResultColumns.all { try column.read(record, &read) }
        #expect(read.planned.cell.load == .cold && read.connectP50Us == 21_000 && read.connectP99Us == 30_000)
        #expect(read.handshakeTxBytes == 517.5 && read.handshakeRxBytes == 1200)
        // Without a link there is no round trip to tell, and of warm connections none was asked for.
        row.planned.cell.network = .loopback
        #expect(row.roundTrips(100) == nil)
        row.planned.cell = Cell(transport: "http", payloadBytes: 1, inFlight: 1, network: .named[1])
        #expect(row.roundTrips(100) == nil)
    }

    @Test("the median decides: with 200 of them there is no p99 in a row, and of all rounds together there is one")
    func ranks() throws {
        let report = try report()
        #expect(report.summary.map(\.rank) == [1, 2, 3])
        #expect(report.summary.allSatisfy { !$0.lacksP99 && $0.ackP99 == nil })
        // http carries as many a second as the others here, as it closes quickly; it is the slower one all the same.
        #expect(try abs(#require(report.summary[1].ratioToFloor?.median) - 2) < 1e-9)
        #expect(report.table.contains("100 B, 1 in flight, cold connections"))
        let costs = try #require(ColdCosts.all(of: report).first)
        #expect(costs.lines.map(\.transport) == ["tcp", "http", "amqp"])
        let http = costs.lines[1]
        #expect(http.connect.time?.median == 150 && http.whole.time?.median == 200)
        #expect(http.connect.bytes?.sent == 10 && http.connect.bytes?.received == 20 && http.connect.roundTrips == nil)
        #expect(try abs(#require(http.p99Us) - 200) < 1)
        let lines = ColdTable(costs: costs).lines
        #expect(lines.allSatisfy { $0.count <= ResultTable.width })
        #expect(lines.contains { $0.hasPrefix("http") && $0.contains("150") && $0.contains("10/20") }, "\(lines)")
        #expect(report.table.contains(lines[0]))
        let page = ReportPage(of: report).html
        #expect(page.contains("<h2>What a cold connection takes</h2>") && page.contains("<td>10.0 / 20.0</td>"))
        #expect(page.contains("50 of cold connections by the best default"))
        #expect(
            GoBenchmarkFormat.file(report.rows, suite: report.suite, environment: report.record.environment).contains(
                "/load=cold "))
        let verdict = Verdict(of: report).sentences.map(\.text)
        #expect(verdict.contains { $0.contains("take http: p50 200 us") || $0.contains("p50 200 us") }, "\(verdict)")
        #expect(verdict.contains { $0.contains("The others' p50 by that:") }, "\(verdict)")
        // Nothing of it on the page of another load.
        var warm = report.suite
        (warm.loads, warm.coldDials) = ([.closed], nil)
        let rows = ["tcp", "http"].map { ResultRow.sample(transport: $0) }
        let other = Report(record: record(warm), rows: rows)
        #expect(!ReportPage(of: other).html.contains("cold connection") && ColdCosts.all(of: other).isEmpty)
    }

    @Test("who asks for advice on a load gets none from them")
    func advice() throws {
        let text = Advice(
            Advice.Question(payloadBytes: 100, rate: 500, need: .promise(.recorded)),
            runs: [("results/x", try report())]
        ).text
        #expect(!text.contains("cold"), "\(text)")
    }

    @Test("two runs are told apart by how many a cell has, and compared by how many are dialed a second")
    func compared() throws {
        let (old, new) = (try report(), try report(dials: 100))
        #expect(RunDifference.all(old, new).contains { $0.text == "cold_dials: 200, then 100" && $0.isVoiding })
        #expect(ComparedFigure.throughput.score(old.rows[0]) == old.rows[0].throughput)
    }

    @Test("the built-in suite has every transport over loopback and a link, in cleartext, over TLS and over mutual TLS")
    func builtIn() throws {
        let choice = TransportChoice(
            known: ["tcp", "netrpc", "grpc", "http", "http:http2", "amqp"], standard: ["tcp"],
            references: References(floor: "tcp", baseline: "grpc"), tcpOnly: ["amqp"])
        let suite = try #require(try BenchmarkResults.Suite.builtIn(named: "cold", transports: choice))
        #expect(suite.transports == choice.known && suite.coldDials == 200 && suite.points.count == 6)
        #expect(suite.usedNetworks.map(\.text) == ["loopback", "rtt_ms=5"] && suite.usedTLS == [.off, .on, .mutual])
    }

    private func record(_ suite: BenchmarkResults.Suite) -> RunRecord {
        RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: [])
    }

    /// tcp takes 100 us, http twice as long and amqp, whose promise is the same here, four times; all have one rate.
    private func report(dials: Int = 200) throws -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "http", "amqp"], payloadBytes: [100], inFlight: [1], load: .cold, rounds: 7,
            seed: 5)
        suite.coldDials = dials
        suite.references = References(floor: "tcp")
        var rows: [ResultRow] = []
        var histograms: [String: Histogram<UInt32>] = [:]
        for block in 1...7 {
            for (index, transport) in suite.transports.enumerated() {
                let time = 100 * Double(1 << index) * (1 + 0.0001 * Double(block - 4))
                var row = ResultRow.sample(transport: transport, block: block, throughput: 1000, load: .cold)
                var latency = LatencySummary(
                    count: 200, p50Us: time, p90Us: time, p99Us: time, p999Us: time, maxUs: time, meanUs: time)
                latency.highestKnown = LatencySummary.highestPercentile(of: 200)
                row.ackLatency = latency
                row.connectP50Us = time * 0.75
                (row.handshakeTxBytes, row.handshakeRxBytes) = (10, 20)
                rows.append(row)
                var histogram = Histogram<UInt32>(
                    highestTrackableValue: HistogramLog.highestLatency, numberOfSignificantValueDigits: .three)
                histogram.record(UInt64(time * 1000), count: 200)
                histograms[row.planned.tag] = histogram
            }
        }
        return Report(record: record(suite), rows: rows, histograms: histograms)
    }
}
