import Broker
import Metrics
import Testing

@testable import BenchmarkResults

/// The axis `tls`: from a suite's file to what a report says of it.
@Suite("The axis of TLS")
struct TLSAxisTests {
    private let known = TransportChoice(
        known: ["tcp", "http", "amqp"], standard: ["tcp"], references: References(floor: "tcp"), tcpOnly: ["amqp"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test("a suite's file says off and on, in a list or alone, as words and not as YAML's truths")
    func file() throws {
        #expect(try suite("tls: [off, on]").tls == [.off, .on])
        #expect(try suite("tls: on").usedTLS == [.on])
        #expect(try suite("rounds: 1").usedTLS == [.off])
        let threshold = try suite("tls: [off, on]\nthresholds: {where: {tls: on}, min_msgs_per_s: 10}")
            .thresholds.rules?.first
        #expect(threshold?.place.text == "tls: on")
        for tls in TLSUse.allCases {
            #expect(
                threshold?.place.matches(Cell(transport: "tcp", payloadBytes: 1, inFlight: 1, tls: tls)) == (tls == .on)
            )
        }
        for (text, message) in [
            ("tls: true", "s.yaml:1: tls: 'true' is not off or on or mutual"),
            ("tls: []", "s.yaml:1: tls: no value; allowed: off, on, mutual"),
            ("tls: [on, on]", "s.yaml:1: tls: 'on' is named twice; give each value once"),
            (
                "thresholds: {where: {tls: yes}, min_msgs_per_s: 1}",
                "s.yaml:1: thresholds: 'yes' is not off or on or mutual"
            ),
        ] {
            #expect(try #require(throws: SuiteError.self) { try suite(text) }.description == message)
        }
    }

    @Test("a flag does the same")
    func flag() throws {
        var overrides = SuiteOverrides()
        overrides["tls"] = .texts(["on"])
        #expect(try suite("tls: [off, on]").applying(overrides, transports: known).usedTLS == [.on])
        overrides["tls"] = .texts(["on", "on"])
        let error = try #require(throws: SuiteError.self) {
            try suite("rounds: 1").applying(overrides, transports: known)
        }
        #expect(error.description == "--tls: 'on' is named twice; give each value once")
    }

    @Test("the built-in suite has every transport in cleartext and over TLS, small and large, one and many")
    func builtIn() throws {
        let choice = TransportChoice(
            known: ["tcp", "netrpc", "grpc", "http", "http:http2", "amqp"], standard: ["tcp"],
            references: References(floor: "tcp", baseline: "grpc"), tcpOnly: ["amqp"])
        let suite = try #require(try BenchmarkResults.Suite.builtIn(named: "tls", transports: choice))
        #expect(suite.transports == choice.known && suite.usedTLS == [.off, .on])
        #expect(suite.payloadBytes == [100, 10_240] && suite.inFlight == [1, 64])
        #expect(suite.points.count == 8)
    }

    @Test("each load is measured with each, in groups, and with everything else")
    func plan() throws {
        var own = try suite(
            "tls: [off, on]\nsocket: [tcp, unix]\nnetwork: [loopback, wan]\ntransports: [tcp, amqp]\npayload_bytes: 1\nin_flight: 1"
        )
        // TCP over loopback and over the link, and Unix sockets.
        #expect(own.settings.count == 6 && own.points.count == 6)
        #expect(
            own.cells.filter { $0.transport == "amqp" }.map(\.setting) == [Setting(tls: .off), Setting(tls: .on)])
        own.rounds = 3
        for block in own.scheduled() {
            let settings = block.map(\.cell.setting)
            #expect(zip(settings, settings.dropFirst()).count { $0 != $1 } == 5)
        }
        own.bareLoop = true
        own.rounds = 5
        #expect(own.overhead?.usedTLS == [.off])
    }

    @Test("names say that it is over TLS, and nothing in cleartext as they always did")
    func names() {
        let cell = Cell(transport: "http", payloadBytes: 100, inFlight: 64, socket: .unix, tls: .on)
        #expect(cell.name == "http, 100 B, 64 in flight, over Unix sockets, over TLS")
        #expect(cell.point.text == "100 B, 64 in flight, closed loop, over Unix sockets, over TLS")
        #expect(PlannedCell(cell: cell, block: 2, orderInBlock: 1, number: 1).tag == "http/100B/64x1/unix/tls/2")
        #expect(Setting(tls: .on).tag("-") == "-tls" && !Setting(tls: .on).isUsual)
        #expect(Cell(transport: "http", payloadBytes: 100, inFlight: 64).name == "http, 100 B, 64 in flight")
    }

    @Test(
        "results.csv has the setting and what was agreed upon, and gives them back; older files are in cleartext",
        arguments: [TLSUse.on, .mutual])
    func columns(_ tls: TLSUse) throws {
        var row = ResultRow.sample(transport: "http")
        row.planned.cell.tls = tls
        (row.isEncrypted, row.tlsVersion, row.tlsCipher) = (true, "TLSv1.3", "TLS_AES_128_GCM_SHA256")
        let environment = BenchmarkEnvironment(cpuCount: 2)
        let fields = ResultColumns.fields(
            of: ReportedResult(row: row, suite: try suite("tls: \(tls)"), environment: environment))
        let written = Dictionary(zip(ResultColumns.header, fields)) { $1 }
        #expect(written["tls_setting"] == tls.rawValue && written["tls"] == "true")
        #expect(written["tls_version"] == "TLSv1.3" && written["tls_cipher"] == "TLS_AES_128_GCM_SHA256")
        let place = try #require(ResultColumns.header.firstIndex(of: "tls_setting"))
        #expect(Array(ResultColumns.header[place...].prefix(3)) == ["tls_setting", "tls_version", "tls_cipher"])
        let record = Fields(
            path: "x", record: CSVReader.Record(fields: fields, line: 2),
            columns: Dictionary(zip(ResultColumns.header, 0...)) { $1 })
        var read = ResultRow(number: 1)
        for column in ResultColumns.all { try column.read(record, &read) }
        #expect(read.planned.cell.tls == tls && read.isEncrypted)
        #expect(read.tlsVersion == "TLSv1.3" && read.tlsCipher == "TLS_AES_128_GCM_SHA256")
        // An amqps URL is no setting of the suite.
        row.planned.cell.tls = .off
        let plain = ResultColumns.fields(
            of: ReportedResult(row: row, suite: try suite("rounds: 1"), environment: environment))
        let without = Dictionary(zip(ResultColumns.header, plain)) { $1 }
        #expect(without["tls_setting"] == "off" && without["tls"] == "true")
        #expect(ResultRow(number: 1).planned.cell.tls == .off)
    }

    @Test("transports are ranked with those of the same setting, and held against themselves in cleartext")
    func ratios() throws {
        let report = try report([.off, .on])
        for tls in [TLSUse.off, .on] {
            #expect(report.summary.filter { $0.cell.tls == tls }.map(\.rank) == [1, 2], "\(tls)")
        }
        let ratios = try #require(SettingRatios.all(.tls, of: report).first)
        #expect(SettingRatios.all(.tls, of: report).count == 1 && SettingRatios.all(.socket, of: report).isEmpty)
        #expect(ratios.load.tls == .off && ratios.lines.map(\.transport) == ["tcp", "http"])
        let line = ratios.lines[1]
        #expect(try abs(#require(line.p50?.median) - 1.25) < 1e-9)
        #expect(try abs(#require(line.throughput?.median) - 0.8) < 1e-9)
        #expect(try abs(#require(line.cpu?.median) - 1.5) < 1e-9)
        let lines = SettingRatiosTable(ratios: ratios).lines
        #expect(lines[0] == "over TLS, 100 B, 1 in flight, closed loop")
        #expect(lines[1] == "(by the same transport in cleartext in the same round)")
        #expect(lines.allSatisfy { $0.count <= ResultTable.width }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("http") && $0.contains("1.25 (1.25 to 1.25)") }, "\(lines)")
        #expect(report.table.contains(lines[0]))
        let page = ReportPage(of: report).html
        #expect(page.contains("What TLS changes") && !page.contains("What a Unix socket changes"))
        #expect(page.contains("<dt>TLS</dt><dd>off, on, TLSv1.3 TLS_AES_128_GCM_SHA256</dd>"))
        #expect(page.contains("<h2>100 B, 1 in flight, closed loop, over TLS</h2>"))
        #expect(try SettingRatios.all(.tls, of: self.report([.on])).isEmpty)
        #expect(try !ReportPage(of: self.report([.off])).html.contains("TLS"))
        #expect(
            GoBenchmarkFormat.file(report.rows, suite: report.suite, environment: BenchmarkEnvironment(cpuCount: 2))
                .contains("/tls=on "))
    }

    @Test("mutual TLS is a setting of its own: its name, its ranks, and its figures by those in cleartext")
    func mutual() throws {
        #expect(try suite("tls: [off, mutual]").usedTLS == [.off, .mutual])
        let cell = Cell(transport: "http", payloadBytes: 100, inFlight: 64, tls: .mutual)
        #expect(cell.name == "http, 100 B, 64 in flight, over mutual TLS")
        #expect(PlannedCell(cell: cell, block: 2, orderInBlock: 1, number: 1).tag == "http/100B/64x1/mutual-tls/2")
        let report = try report([.off, .on, .mutual])
        for tls in TLSUse.allCases {
            #expect(report.summary.filter { $0.cell.tls == tls }.map(\.rank) == [1, 2], "\(tls)")
        }
        let ratios = SettingRatios.all(.tls, of: report)
        #expect(ratios.map(\.other.tls) == [.on, .mutual] && ratios.allSatisfy { $0.load.tls == .off })
        #expect(ratios.map(\.difference) == ["over TLS", "over mutual TLS"])
        #expect(report.table.contains("over mutual TLS, 100 B, 1 in flight, closed loop"))
        let page = ReportPage(of: report).html
        for difference in ratios.map(\.difference) {
            #expect(page.contains("<h3>100 B, 1 in flight, closed loop: \(difference)</h3>"))
        }
        #expect(page.contains("<dt>TLS</dt><dd>off, on, mutual, TLSv1.3 TLS_AES_128_GCM_SHA256</dd>"))
        #expect(
            GoBenchmarkFormat.file(report.rows, suite: report.suite, environment: BenchmarkEnvironment(cpuCount: 2))
                .contains("/tls=mutual "))
    }

    @Test("what TLS takes is a layer: the CPU time over TLS less that in cleartext")
    func layer() throws {
        let costs = ["tcp", "http"].map {
            LayerCost(transport: $0, payloadBytes: 100, inFlight: 1, layer: .engines, round: 1, nanoseconds: 1000)
        }
        let report = try report([.off, .on], layers: costs)
        #expect(report.decompositions.map(\.point.tls) == [.off, .off, .on, .on])
        // 10 us a message in cleartext, twice as much for http, and half as much more over TLS.
        let tcp = try #require(report.decompositions.first { $0.transport == "tcp" && $0.point.tls == .on })
        #expect(tcp.layers.map(\.layer) == [.engines, .loopback, .tls])
        for (found, expected) in zip(tcp.layers.map(\.nanoseconds), [1000, 9000, 5000] as [Double]) {
            #expect(abs(found - expected) < 10)
        }
        let lines = Decomposition.file(report.decompositions).split(separator: "\r\n")
        #expect(lines[0].hasSuffix(",name,tls_setting"))
        #expect(lines.count { $0.hasSuffix(",on") } == 6 && lines.contains { $0.contains(",tls,") })
        #expect(ReportPage(of: report).html.contains(">TLS</text>"))
        // Without the same in cleartext, nothing is known.
        #expect(try self.report([.on], layers: costs).decompositions.isEmpty)
    }

    @Test("who asks for advice is answered from rows in cleartext, where there are some")
    func advice() throws {
        func text(_ report: Report) -> String {
            Advice(
                Advice.Question(payloadBytes: 100, rate: 500, need: .promise(.recorded)), runs: [("results/x", report)]
            ).text
        }
        #expect(!text(try report([.off, .on])).contains("TLS"))
        let secure = text(try report([.on]))
        #expect(secure.contains("closed loop, over TLS]") && secure.contains("--rounds 7 --tls on"), "\(secure)")
        #expect(!text(try report([.on, .mutual])).contains("mutual"))
        #expect(text(try report([.mutual])).contains("--rounds 7 --tls mutual"))
    }

    /// Over TLS a message takes 1.25 of the time, 0.8 as many are carried, and each takes 1.5 of the CPU time.
    private func report(_ used: [TLSUse], layers: [LayerCost] = []) throws -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "http"], payloadBytes: [100], inFlight: [1], rounds: 7, seed: 5)
        suite.tls = used
        suite.references = References(floor: "tcp")
        var rows: [ResultRow] = []
        for block in 1...7 {
            for (tls, transport) in used.flatMap({ tls in suite.transports.map { (tls, $0) } }) {
                let speed = (transport == "tcp" ? 1 : 0.5) * (1 + 0.0001 * Double(block))
                let isOn = tls.isOn
                var row = ResultRow.sample(
                    transport: transport, block: block, throughput: 10_000 * speed * (isOn ? 0.8 : 1))
                row.planned.cell.tls = tls
                if isOn { (row.tlsVersion, row.tlsCipher) = ("TLSv1.3", "TLS_AES_128_GCM_SHA256") }
                let (p50, p99) = (50 / speed * (isOn ? 1.25 : 1), 90 / speed * (isOn ? 1.25 : 1))
                row.ackLatency = LatencySummary(
                    count: 100_000, p50Us: p50, p90Us: p99, p99Us: p99, p999Us: p99, maxUs: p99, meanUs: p50)
                row.brokerCPUUsPerMessage = 6 / speed * (isOn ? 1.5 : 1)
                row.loggerCPUUsPerMessage = 4 / speed * (isOn ? 1.5 : 1)
                row.queueCPUUsPerMessage = nil
                rows.append(row)
            }
        }
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        return Report(record: record, rows: rows, inner: layers)
    }
}
