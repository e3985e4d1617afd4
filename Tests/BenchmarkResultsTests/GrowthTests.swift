import Broker
import Metrics
import Testing

@testable import BenchmarkResults

/// Axes that are measured one after the other: from a suite's file to the slopes that a report says.
@Suite("Growth")
struct GrowthTests {
    private let known = TransportChoice(
        known: ["tcp", "http", "amqp"], standard: ["tcp"], references: References(floor: "tcp"), tcpOnly: ["amqp"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test("one axis after the other: the base, and each other value with the base of the others")
    func points() throws {
        let own = try suite("axes: each\npayload_bytes: [100, 1024]\nin_flight: [2, 64, 8]\nconnections: [1, 2, 500]")
        #expect(
            own.points.map(\.size) == [
                LoadSize(payloadBytes: 100, inFlight: 2, connections: 1),
                LoadSize(payloadBytes: 1024, inFlight: 2, connections: 1),
                LoadSize(payloadBytes: 100, inFlight: 64, connections: 1),
                LoadSize(payloadBytes: 100, inFlight: 8, connections: 1),
                LoadSize(payloadBytes: 100, inFlight: 2, connections: 2),
                LoadSize(payloadBytes: 100, inFlight: 500, connections: 500),
            ])
        #expect(own.sizes(along: .inFlight).map(\.value) == [2, 8, 64])
        // What is around a load is crossed with it as ever.
        let stored = try suite("axes: each\npayload_bytes: [100, 1024]\nin_flight: 1\nstore: [memory, sqlite]")
        #expect(stored.points.count == 4)
        #expect(try suite("payload_bytes: [100, 1024]\nin_flight: [1, 64]").points.count == 4)
        #expect(try suite("axes: crossed\npayload_bytes: [100, 1024]\nin_flight: [1, 64]").points.count == 4)
        var overrides = SuiteOverrides()
        overrides["axes"] = .text("each")
        let other = try suite("payload_bytes: [100, 1024]\nin_flight: [1, 64]").applying(overrides, transports: known)
        #expect(other.points.count == 3)
    }

    @Test("every cell has processes of its own around a base, and those of a setting have them in common otherwise")
    func processes() throws {
        let each = try suite("axes: each\ntransports: [tcp, http]\npayload_bytes: [100, 1024]\nin_flight: [1, 64]")
        // The control shares those of what it controls.
        #expect(each.cells.count == 9 && each.grouped(each.cells).map(\.count).sorted() == [1, 1, 1, 2, 2, 2])
        #expect(each.grouped(each.cells).flatMap(\.self).count == 9)
        var order = RoundOrder(seed: 3)
        let round = order.next(each.grouped(each.cells))
        let all = round.map { each.processes(of: $0.cell) }
        let starts = zip(all, all.dropFirst()).count { $0 != $1 } + 1
        #expect(starts == 6 && Set(all).count == 6, "what has processes in common stays together")
        let crossed = try suite("transports: [tcp, http]\npayload_bytes: [100, 1024]\nin_flight: [1, 64]")
        #expect(crossed.grouped(crossed.cells) == [crossed.cells])
        #expect(Set(crossed.cells.map(crossed.processes)).count == 1)
    }

    @Test(
        "what cannot be shared, and what is no such word, is refused",
        arguments: [
            ("axes: each\nin_flight: [10]\nconnections: [1, 3]", "3 connections cannot share 10 in flight evenly"),
            ("axes: each\nin_flight: [8, 2]\nconnections: [4]", "4 connections cannot share 2 in flight evenly"),
            ("axes: each\nin_flight: [8, 6]\nmessages_per_operation: 4", "6 in flight on a connection are not whole"),
            ("axes: each\nmessages_per_operation: 1\npayload_bytes: [1, 1]", "1 is given twice"),
            ("axes: some", "axes: 'some' is not crossed or each"),
        ])
    func refusals(_ text: String, _ message: String) throws {
        let error = try #require(throws: SuiteError.self) { try suite(text) }
        #expect(error.description.contains(message), "\(error)")
    }

    @Test("the built-in suite goes to 16 MiB, 1,024 in flight and 10,000 connections within ten minutes")
    func builtIn() throws {
        let choice = TransportChoice(
            known: ["tcp", "netrpc", "grpc", "http", "amqp"], standard: ["tcp"],
            references: References(floor: "tcp", baseline: "grpc"), tcpOnly: ["amqp"])
        let suite = try #require(try BenchmarkResults.Suite.builtIn(named: "growth", transports: choice))
        #expect(suite.transports == choice.known && suite.usedAxes == .each && suite.points.count == 16)
        #expect(suite.payloadBytes.max() == EntryLimits().maxEntryBytes - BenchmarkResults.Suite.entryName.utf8.count)
        #expect(suite.inFlight.max() == 1024 && suite.connections.max() == 10_000)
        // A start of two processes for each cell takes half a second beside it.
        #expect(suite.estimatedSeconds + 0.5 * Double(suite.cells.count * suite.rounds) < 10 * 60)
    }

    @Test("slopes of what grows in proportion, with the square and not at all, and of what hides its growth below")
    func slopes() throws {
        let xs = [100.0, 1000, 10_000, 1_000_000]
        func fit(_ y: (Double) -> Double) -> Double? { LogSlope.fit(xs.map { ($0, y($0)) }) }
        #expect(try abs(#require(fit { 3 * $0 }) - 1) < 1e-9)
        #expect(try abs(#require(fit { 0.1 * $0 * $0 }) - 2) < 1e-9)
        #expect(try abs(#require(fit { _ in 7 })) < 1e-9)
        let hidden = xs.map { (x: $0, y: 10_000 + $0) }
        let (whole, upper) = (try #require(LogSlope.fit(hidden)), try #require(LogSlope.fitUpperHalf(hidden)))
        #expect(whole < upper && upper < 1 && upper > 0.8)
        #expect(LogSlope.fit([]) == nil && LogSlope.fit([(1, 2)]) == nil && LogSlope.fit([(1, 2), (1, 3)]) == nil)
        #expect(LogSlope.fit([(1, 0), (2, 3)]) == nil && LogSlope.fitUpperHalf([]) == nil)
    }

    @Test("table, verdict, page and growth.csv say which cost grows faster than its axis, and which does not")
    func report() throws {
        let report = try measured()
        let all = Growth.all(of: report)
        #expect(all.map(\.axis) == [.payloadBytes, .connections])
        #expect(all[0].title == "by payload size, from 100 B, 1 in flight, closed loop")
        let curves = all[0].curves
        #expect(curves.map(\.transport) == ["tcp", "tcp", "amqp", "amqp", "amqp"])
        #expect(curves.map(\.cost) == [.cpu, .memory, .cpu, .queueCPU, .memory])
        #expect(curves.map(\.isSuperlinear) == [false, false, true, true, false])
        #expect(try abs(#require(curves[0].slope) - 1) < 1e-9)
        let step = try #require(curves[3].steepestStep)
        #expect(step.from == 1000 && step.to == 10_000 && abs(step.slope.median - 2) < 1e-9)
        #expect(step.slope.count == 3)
        // The value of more connections is found though it has more in flight.
        #expect(all[1].curves.first?.points.map(\.x) == [1, 8])
        let lines = GrowthTable(growth: all[0]).lines
        #expect(lines.allSatisfy { $0.count <= ResultTable.width }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("amqp") && $0.contains("!2.00") }, "\(lines)")
        #expect(report.table.contains(lines[0]))
        let text = "amqp's RabbitMQ's CPU time a message from 1000 B to 9.77 KiB (slope 2.00)"
        #expect(report.table.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(text))
        #expect(report.table.contains("No cost grows faster than connections"))
        let page = ReportPage(of: report).html
        #expect(page.contains("<h2>How costs grow</h2>") && page.contains("Peak memory, broker and logger"))
        #expect(page.contains("faster than payload size, from 1000 B to 9.77 KiB"))
        let file = Growth.file(all).split(whereSeparator: \.isNewline)
        #expect(file.count == 1 + all.map(\.curves.count).reduce(0, +) && file[0].hasPrefix("transport,cost,axis,base"))
        #expect(file.contains { $0.hasPrefix("amqp,queue_cpu_us_per_msg,payload_bytes") && $0.hasSuffix(",true") })
    }

    @Test("a step that is steep in one round only, and rows that are not valid, are no finding")
    func noise() throws {
        var report = try measured(steepRounds: [2])
        #expect(Growth.all(of: report).allSatisfy { !$0.curves.contains(where: \.isSuperlinear) })
        report = try measured(invalidReasons: [.audit("said")])
        #expect(Growth.all(of: report).isEmpty)
        var crossed = report.record
        crossed.suite.axes = nil
        #expect(Growth.all(of: Report(record: crossed, rows: report.rows)).isEmpty)
    }

    /// tcp's CPU grows in proportion; RabbitMQ's with the square between 1,000 B and 10,000 B, in those rounds.
    private func measured(steepRounds: [Int] = [1, 2, 3], invalidReasons: [InvalidReason] = []) throws -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "amqp"], payloadBytes: [100, 1000, 10_000], inFlight: [1], rounds: 3,
            duration: 1, warmup: 0, seed: 5)
        suite.connections = [1, 8]
        suite.axes = .each
        suite.references = References(floor: "tcp")
        var rows: [ResultRow] = []
        for block in 1...3 {
            for cell in suite.cells where cell.role == .cell {
                var row = ResultRow.sample(
                    transport: cell.transport, block: block, throughput: 1000, invalidReasons: invalidReasons)
                row.planned.cell = cell
                let size = Double(cell.payloadBytes)
                (row.brokerCPUUsPerMessage, row.loggerCPUUsPerMessage) = (size / 50, size / 50)
                row.queueCPUUsPerMessage = cell.transport == "amqp" ? size : nil
                if cell.transport == "amqp", size == 10_000 {
                    row.queueCPUUsPerMessage = steepRounds.contains(block) ? 100_000 : 10_000
                }
                rows.append(row)
            }
        }
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: ["brokerlab", "bench"])
        return Report(record: record, rows: rows)
    }
}
