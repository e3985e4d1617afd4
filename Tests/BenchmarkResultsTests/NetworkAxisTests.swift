import Broker
import Foundation
import Metrics
import Testing

@testable import BenchmarkResults

/// The axis `network`: from a suite's file to what a report says of it.
@Suite("The axis of networks")
struct NetworkAxisTests {
    private static let transports = ["tcp", "grpc", "http", "amqp"]
    private let known = TransportChoice(
        known: Self.transports, standard: ["tcp"], references: References(floor: "tcp"), tcpOnly: ["amqp"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test(
        "a network's text is read, and written as short as it can be",
        arguments: [
            ("loopback", "loopback"), ("lan", "lan"), ("rtt_ms=30", "rtt_ms=30"), ("rtt_ms=0", "rtt_ms=0"),
            ("loss_pct=0.1", "rtt_ms=0+loss_pct=0.1"), ("rtt_ms=0.50", "rtt_ms=0.5"),
            ("queue_packets=1000+rtt_ms=30.0+rate_mbit=1e2+mtu=1500+jitter_ms=0", "rtt_ms=30+rate_mbit=100"),
            (
                "loss_pct=1+burst_packets=4+mtu=9000+jitter_ms=2+queue_packets=10",
                "rtt_ms=0+loss_pct=1+burst_packets=4+jitter_ms=2+queue_packets=10+mtu=9000"
            ),
        ])
    func text(_ given: String, _ written: String) throws {
        let network = try Network(parsing: given)
        #expect(network.text == written)
        #expect(try Network(parsing: network.text) == network)
        #expect(try JSONDecoder().decode(Network.self, from: JSONEncoder().encode(network)) == network)
    }

    @Test(
        "what is no network is refused with what is allowed",
        arguments: [
            ("moon", "there is no network 'moon'; allowed: loopback, lan, wan, longhaul, or rtt_ms=N+"),
            ("", "there is no network ''"), ("rtt=1", "'rtt=1' is no property of a network; allowed: rtt_ms=N+"),
            ("rtt_ms=1+", "'' is no property"), ("rtt_ms=1=2", "'rtt_ms=1=2' is no property"),
            ("rtt_ms=-1", "rtt_ms is '-1'; allowed: 0 to 10000"), ("rtt_ms=nan", "rtt_ms is 'nan'; allowed"),
            ("rtt_ms=", "rtt_ms is ''; allowed"), ("rate_mbit=0", "rate_mbit is '0'; allowed: 0.01 to 100000"),
            ("loss_pct=51", "loss_pct is '51'; allowed: 0 to 50"),
            ("mtu=500", "mtu is '500'; allowed: 576 to 9000, whole"),
            ("queue_packets=1.5", "queue_packets is '1.5'; allowed: 1 to 100000, whole"),
            ("rtt_ms=1+rtt_ms=2", "rtt_ms is given twice"), ("burst_packets=3", "add loss_pct"),
        ])
    func refused(_ text: String, _ message: String) throws {
        let error = try #require(throws: BenchmarkError.self) { try Network(parsing: text) }
        #expect(error.message.contains(message), "\(error.message)")
    }

    @Test("the named ones are those of grpc-go's benchmark")
    func named() throws {
        // benchmark/latency/latency.go: 100, 20, 1000 times 1,024 kilobits of 1,024 bits; 2, 30, 200 ms one way.
        for (name, kilobits, ms, mtu) in [("lan", 100, 2, 1500), ("wan", 20, 30, 1500), ("longhaul", 1000, 200, 9000)] {
            let link = try #require(try Network(parsing: name).link)
            #expect(abs((link.rateMbit ?? 0) * 1e6 - Double(kilobits * 1024 * 1024)) < 1)
            #expect(link.rttMs == Double(2 * ms) && link.mtu == mtu)
        }
    }

    @Test("a suite's file names networks, by name or by properties, in a list or alone")
    func file() throws {
        #expect(try suite("network: [loopback, wan]").networks?.map(\.text) == ["loopback", "wan"])
        #expect(try suite("rounds: 1").usedNetworks == [.loopback])
        let own = try suite(
            "network: [lan, {rtt_ms: 30, rate_mbit: 100, loss_pct: 0.1, jitter_ms: 2, queue_packets: 500}]")
        #expect(own.networks?.last?.text == "rtt_ms=30+rate_mbit=100+loss_pct=0.1+jitter_ms=2+queue_packets=500")
        #expect(try suite("network: {rtt_ms: 0.5}").networks == [Network(LinkProperties(rttMs: 0.5))])
        let threshold = try suite("network: [wan]\nthresholds: {where: {network: wan}, min_msgs_per_s: 10}")
            .thresholds.rules?.first
        #expect(threshold?.place.text == "network: wan")
        #expect(threshold?.place.matches(Cell(transport: "tcp", payloadBytes: 1, inFlight: 1)) == false)
        for (text, message) in [
            ("network: moon", "s.yaml:1: network: there is no network 'moon'; allowed: loopback"),
            ("network: []", "s.yaml:1: network: no value; allowed: loopback"),
            ("network: [wan, wan]", "s.yaml:1: network: 'wan' is named twice; give each value once"),
            ("network: [{rtt_ms: x}]", "s.yaml:1: network: rtt_ms is 'x'; allowed: 0 to 10000"),
            ("network: [[wan]]", "s.yaml:1: network: a list is not the name or the properties of a network"),
            ("network: wan\nstore: postgres", "does not reach the PostgreSQL on loopback"),
            ("network: wan\nsocket: unix", "Unix sockets go over no network; leave out one of the two"),
        ] {
            let error = try #require(throws: SuiteError.self) { try suite(text) }
            #expect(error.description.contains(message), "\(error)")
        }
    }

    @Test("each load is measured over each network, in groups; what works on loopback alone is measured there")
    func plan() throws {
        var own = try suite(
            "network: [loopback, wan]\ntransports: [tcp, grpc, amqp]\npayload_bytes: 1\nin_flight: [1, 64]")
        #expect(own.points.count == 4)
        // A control each, and amqp twice.
        #expect(own.cells.count == 14)
        #expect(!own.cells.contains { $0.transport == "amqp" && $0.network.isLink })
        own.rounds = 5
        for block in 1...5 {
            let cells = own.scheduled().flatMap(\.self).filter { $0.block == block }.map(\.cell.network)
            #expect(zip(cells, cells.dropFirst()).count { $0 != $1 } == 1)
        }
        own.bareLoop = true
        #expect(own.overhead?.usedNetworks == [.loopback])
        own.control = "amqp"
        #expect(own.cells.filter { $0.role == .control }.allSatisfy { !$0.network.isLink })
    }

    @Test("names say what was between, and nothing of loopback as they always did")
    func names() {
        let cell = Cell(transport: "http", payloadBytes: 100, inFlight: 64, network: .named[2])
        #expect(cell.name == "http, 100 B, 64 in flight, over wan")
        #expect(cell.point.text == "100 B, 64 in flight, closed loop, over wan")
        #expect(PlannedCell(cell: cell, block: 2, orderInBlock: 1, number: 1).tag == "http/100B/64x1/wan/2")
        var stored = cell
        stored.store = .sqlite
        #expect(stored.name == "http, 100 B, 64 in flight, stored in sqlite, over wan")
        var plain = cell
        plain.network = .loopback
        #expect(plain.name == "http, 100 B, 64 in flight")
    }

    @Test("results.csv has the network and what the link did, and gives them back; older files are of loopback")
    func columns() throws {
        var row = ResultRow.sample(transport: "http")
        row.planned.cell.network = try Network(parsing: "rtt_ms=30+rate_mbit=100+loss_pct=0.1")
        row.linkLatenessP50Us = 4
        row.linkLatenessP99Us = 20.5
        row.linkCPUPercent = 12
        row.linkPackets = 1000
        row.linkLost = 3
        row.linkQueueDrops = 2
        row.linkDeviceDrops = 0
        let result = ReportedResult(
            row: row, suite: try suite("rounds: 1"), environment: BenchmarkEnvironment(cpuCount: 2))
        let expected = [
            "network": "rtt_ms=30+rate_mbit=100+loss_pct=0.1", "rtt_ms": "30.000", "rate_mbit": "100.000",
            "loss_pct": "0.100", "jitter_ms": "0.000", "queue_packets": "1000", "link_lateness_p50_us": "4.000",
            "link_lateness_p99_us": "20.500", "link_cpu_pct": "12.000", "link_packets": "1000",
            "link_lost_packets": "3",
            "link_queue_drops": "2", "link_device_drops": "0",
        ]
        let fields = ResultColumns.fields(of: result)
        let written = Dictionary(zip(ResultColumns.header, fields)) { $1 }
        #expect(written.filter { expected.keys.contains($0.key) } == expected)
        var read = ResultRow(number: 1)
        let record = Fields(
            path: "x", record: CSVReader.Record(fields: fields, line: 2),
            columns: Dictionary(zip(ResultColumns.header, 0...)) { $1 })
        for column in ResultColumns.all { try column.read(record, &read) }
        #expect(read.planned.cell.network == row.planned.cell.network && read.linkLost == 3)
        #expect(ResultRow(number: 1).planned.cell.network == .loopback)
        row.planned.cell.network = .loopback
        let plain = ReportedResult(
            row: row, suite: try suite("rounds: 1"), environment: BenchmarkEnvironment(cpuCount: 2))
        let without = Dictionary(zip(ResultColumns.header, ResultColumns.fields(of: plain))) { $1 }
        #expect(without["network"] == "loopback" && without["rtt_ms"] == "" && without["queue_packets"] == "")
    }

    @Test("transports are ranked over each network by itself, and advice is of loopback")
    func report() throws {
        var own = try suite(
            "network: [loopback, wan]\ntransports: [tcp, grpc, http]\npayload_bytes: 100\nin_flight: 1\nrounds: 7")
        own.references = References(floor: "tcp")
        var rows: [ResultRow] = []
        for block in 1...7 {
            for network in own.usedNetworks {
                // Over the network the order is the other way round.
                let speeds = network.isLink ? [3.0, 1, 2] : [3000, 2000, 1000]
                for (transport, speed) in zip(own.transports, speeds) {
                    var row = ResultRow.sample(
                        transport: transport, block: block, throughput: speed * (1 + 0.0001 * Double(block)))
                    row.planned.cell.network = network
                    row.linkLatenessP99Us = network.isLink ? 40 : nil
                    rows.append(row)
                }
            }
        }
        let record = RunRecord(
            suite: own, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp", startedAt: "2026-01-31T12:00:00Z",
            command: [])
        let report = Report(record: record, rows: rows)
        func rank(_ transport: String, _ isLink: Bool) -> Int? {
            report.summary.first { $0.cell.transport == transport && $0.cell.network.isLink == isLink }?.rank
        }
        #expect(report.summary.count == 6)
        #expect(["tcp", "grpc", "http"].map { rank($0, false) } == [1, 2, 3])
        #expect(["tcp", "grpc", "http"].map { rank($0, true) } == [1, 3, 2])
        #expect(report.table.contains("1 in flight, closed loop, over wan"))
        let page = ReportPage(of: report).html
        #expect(
            page.contains("<dt>networks</dt><dd>loopback, wan; packets were handed on 40.0 us later than due"),
            "\(page)")
        let advice = Advice(
            Advice.Question(payloadBytes: 100, rate: 500, need: .promise(.recorded)), runs: [("results/x", report)])
        #expect(
            advice.text.contains("grpc, the least CPU time") || advice.text.contains("grpc or http"), "\(advice.text)")
        #expect(!advice.text.contains("over wan"))
        #expect(
            GoBenchmarkFormat.file(rows, suite: own, environment: BenchmarkEnvironment(cpuCount: 2)).contains(
                "/network=wan "))
    }

    @Test("links that differ in their round trip alone are a sweep, with the place where the winner changes")
    func sweep() throws {
        var own = try suite(
            "network: [loopback, {rtt_ms: 0}, {rtt_ms: 1}, {rtt_ms: 100}, {rtt_ms: 10}, {rtt_ms: 5, loss_pct: 1}, {rtt_ms: 50, loss_pct: 1}]\n"
                + "transports: [tcp, grpc]\npayload_bytes: 100\nin_flight: 1\nrounds: 7")
        own.references = References(floor: "tcp")
        let sweeps = Sweep.all(of: own)
        #expect(sweeps.map { $0.points.compactMap { $0.network.link?.rttMs } } == [[1, 10, 100], [5, 50]])
        #expect(
            sweeps.map(\.constants) == [
                "100 B, 1 in flight, closed loop", "100 B, 1 in flight, closed loop, over loss_pct=1",
            ])
        let report = report(own) { network in
            let decades = log10(max(network.link?.rttMs ?? 0, 1))
            return (tcp: 3 - decades, grpc: 1 + decades)
        }
        let crossovers = try #require(report.sweeps.first { $0.sweep.points.count == 3 }).crossovers
        #expect(crossovers.map(\.below) == ["tcp"] && crossovers.map(\.above) == ["grpc"])
        #expect(try abs(#require(crossovers.first).value.median - 10) < 1)
        let page = ReportPage(of: report).html
        #expect(page.contains("By round trip (100 B, 1 in flight, closed loop)"))
        #expect(page.contains("tcp below, grpc above <b>10 ms</b>"))
    }

    /// The report of seven rounds in which each network gives the two transports such speeds.
    private func report(
        _ suite: BenchmarkResults.Suite, speeds: (Network) -> (tcp: Double, grpc: Double)
    ) -> Report {
        var rows: [ResultRow] = []
        for block in 1...7 {
            for network in suite.usedNetworks {
                let speeds = speeds(network)
                for (transport, speed) in [("tcp", speeds.tcp), ("grpc", speeds.grpc)] {
                    var row = ResultRow.sample(
                        transport: transport, block: block, throughput: 100 * speed * (1 + 0.0001 * Double(block)))
                    row.planned.cell.network = network
                    rows.append(row)
                }
            }
        }
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        return Report(record: record, rows: rows)
    }

    @Test("links that differ in their losses alone are a sweep from 0 on, with the place where the winner changes")
    func losses() throws {
        var own = try suite(
            "network: [{rtt_ms: 20}, {rtt_ms: 20, loss_pct: 3, burst_packets: 2}, {rtt_ms: 20, loss_pct: 1}, loopback]\n"
                + "transports: [tcp, grpc]\npayload_bytes: 100\nin_flight: 1\nrounds: 7")
        own.references = References(floor: "tcp")
        let sweep = try #require(Sweep.all(of: own).first)
        #expect(Sweep.all(of: own).count == 1 && sweep.axis == .loss)
        #expect(sweep.points.compactMap { $0.network.link?.lossPercent } == [0, 1, 3])
        #expect(sweep.constants == "100 B, 1 in flight, closed loop, over rtt_ms=20")
        // The logarithms of the ratios lie on a line that meets 0 at 0.5%.
        let report = report(own) { network in (tcp: exp(0.5 - (network.link?.lossPercent ?? 0)), grpc: 1) }
        let crossover = try #require(report.sweeps.first?.crossovers.first)
        #expect(crossover.below == "tcp" && crossover.above == "grpc" && abs(crossover.value.median - 0.5) < 0.01)
        let page = ReportPage(of: report).html
        #expect(page.contains("By packets lost (100 B, 1 in flight, closed loop, over rtt_ms=20)"))
        #expect(page.contains("tcp below, grpc above <b>0.5% lost</b>"))
        // All that is drawn has a place.
        #expect(!page.contains("nan") && !page.contains("inf,") && page.contains(">3%</text>"))
    }
}
