import Broker
import Metrics
import Testing

@testable import BenchmarkResults

/// The axis `store`: from a suite's file to what a report says of it.
@Suite("The axis of stores")
struct StoreAxisTests {
    private static let transports = ["tcp", "netrpc", "http", "amqp", "amqp:reply"]
    private let known = TransportChoice(known: Self.transports, standard: ["tcp"], references: References(floor: "tcp"))

    @Test("a suite's file names the stores, in a list or alone")
    func file() throws {
        func suite(_ text: String) throws -> BenchmarkResults.Suite {
            try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
        }
        #expect(try suite("store: [memory, sqlite]").stores == [.memory, .sqlite])
        #expect(try suite("store: postgres").usedStores == [.postgres])
        #expect(try suite("rounds: 1").usedStores == [.memory])
        let threshold = try suite(
            "store: [memory, sqlite]\nthresholds: {where: {store: sqlite}, min_msgs_per_s: 10}"
        ).thresholds.rules?.first
        #expect(threshold?.place.text == "store: sqlite")
        #expect(
            threshold?.place.matches(Cell(transport: "tcp", payloadBytes: 1, inFlight: 1, store: .memory)) == false)
        for (text, message) in [
            ("store: disk", "s.yaml:1: store: 'disk' is not memory or sqlite or postgres"),
            ("store: []", "s.yaml:1: store: no value; allowed: memory, sqlite, postgres"),
            ("store: [sqlite, sqlite]", "s.yaml:1: store: 'sqlite' is named twice; give each value once"),
        ] {
            #expect(try #require(throws: SuiteError.self) { try suite(text) }.description == message)
        }
    }

    @Test("each load is measured with each store; the cells of one stay together in each round")
    func plan() {
        var suite = suite
        suite.inFlight = [1, 64]
        suite.rounds = 20
        #expect(suite.points.count == 6)
        let cells = suite.scheduled().flatMap(\.self)
        #expect(cells.count == 20 * 6 * 6)
        var orders: Set<[StoreKind]> = []
        for block in 1...20 {
            let stores = cells.filter { $0.block == block }.map(\.cell.store)
            let changes = zip(stores, stores.dropFirst()).count { $0 != $1 }
            #expect(changes == 2)
            orders.insert(stores)
        }
        #expect(orders.count > 1)
        #expect(suite.overhead == nil)
        suite.bareLoop = true
        #expect(suite.overhead?.usedStores == [.memory])
        suite.stores = [.sqlite]
        let pairs: [ResultRow] = [
            .sample(block: 1, throughput: 990), .sample(block: 1, throughput: 1000, role: .bareLoop),
        ]
        // What the lab costs has nothing to do with the store.
        #expect(Overhead.all(pairs, of: suite).count == 1)
    }

    @Test("names say where entries are stored, and nothing where they are in memory as they always were")
    func names() {
        let cell = Cell(transport: "http", payloadBytes: 100, inFlight: 64, store: .sqlite)
        #expect(cell.name == "http, 100 B, 64 in flight, stored in sqlite")
        #expect(cell.point.text == "100 B, 64 in flight, closed loop, stored in sqlite")
        #expect(
            PlannedCell(cell: cell, block: 2, orderInBlock: 1, number: 1).tag == "http/100B/64x1/sqlite/2")
        #expect(cell.point.inMemory.text == "100 B, 64 in flight, closed loop")
    }

    @Test("results.csv has the store and what it did, and gives them back; older files are of the memory")
    func columns() throws {
        var row = ResultRow.sample(transport: "http")
        row.planned.cell.store = .postgres
        row.commitsPerSecond = 812.5
        row.entriesPerCommit = 31.25
        row.commitP99Us = 2100
        row.bytesWrittenPerEntry = 512
        row.storeCPUUsPerMessage = 40
        let environment = BenchmarkEnvironment(cpuCount: 2)
        let result = ReportedResult(row: row, suite: suite, environment: environment)
        let expected = [
            "store": "postgres", "commits_per_s": "812.500", "entries_per_commit": "31.250",
            "commit_p99_us": "2100.000", "bytes_written_per_entry": "512.000", "store_cpu_us_per_msg": "40.000",
        ]
        let written = Dictionary(zip(ResultColumns.header, ResultColumns.fields(of: result))) { $1 }
        #expect(written.filter { expected.keys.contains($0.key) } == expected)
        let fields = Fields(
            path: "x", record: CSVReader.Record(fields: ResultColumns.fields(of: result), line: 2),
            columns: Dictionary(zip(ResultColumns.header, 0...)) { $1 })
        var read = ResultRow(number: 1)
        for column in ResultColumns.all { try column.read(fields, &read) }
        #expect(read.planned.cell.store == .postgres && read.commitP99Us == 2100 && read.storeCPUUsPerMessage == 40)
        #expect(read.totalCPUUsPerMessage == 3.25 + 4.5 + 120 + 40)
        #expect(ResultRow(number: 1).planned.cell.store == .memory)
    }

    @Test("transports are ranked with those of their store, within their class")
    func ranks() {
        let report = report
        let rows = report.summary
        #expect(rows.count == 15)
        func rank(_ transport: String, _ store: StoreKind) -> Int? {
            rows.first { $0.cell.transport == transport && $0.cell.store == store }?.rank
        }
        for store in StoreKind.allCases {
            #expect(
                ["tcp", "http", "netrpc", "amqp:reply"].map { rank($0, store) } == [1, 2, 3, 4], "\(store)")
            #expect(rank("amqp", store) == nil)
        }
        let places = rows.filter { $0.cell.store == .sqlite && $0.cell.transport != "amqp" }
        #expect(places.allSatisfy { $0.acknowledgementClass == "stored" && $0.durability == .store })
        #expect(places.allSatisfy { Set($0.tiedWith).isEmpty })
        // By the floor with the same store.
        let http = rows.first { $0.cell.transport == "http" && $0.cell.store == .postgres }
        #expect(abs((http?.ratioToFloor?.median ?? 0) - 0.9) < 0.001)
    }

    @Test("each promise is divided by the recorded one of its transport, or of another variant")
    func costs() throws {
        let costs = try #require(PromiseCosts.all(of: report).first)
        #expect(PromiseCosts.all(of: report).count == 1)
        func ratio(_ transport: String, _ store: StoreKind) -> Double? {
            costs.steps.first { $0.row.cell.transport == transport && $0.row.cell.store == store }?.ratio?.median
        }
        #expect(ratio("http", .memory) == nil)
        #expect(try abs(#require(ratio("http", .sqlite)) - 0.5) < 0.001)
        #expect(try abs(#require(ratio("http", .postgres)) - 0.25) < 0.001)
        // amqp itself has no class `recorded`; amqp:reply has.
        #expect(try abs(#require(ratio("amqp", .memory)) - 0.6 / 0.7) < 0.001)
        #expect(costs.steps.map(\.row.promise.text).prefix(3) == ["recorded", "stored: sqlite", "stored: postgres"])
        let lines = PromiseTable(costs: costs).lines
        #expect(lines.allSatisfy { $0.count <= ResultTable.width }, "\(lines)")
        #expect(lines[0] == "what each promise costs, 100 B, 1 in flight, closed loop")
        #expect(lines.contains { $0.hasPrefix("http") && $0.contains(" 0.50 ") && $0.contains(" 0.25 ") }, "\(lines)")
        #expect(report.table.contains(lines[0]))
        let page = ReportPage(of: report).html
        #expect(page.contains("What each promise costs") && page.contains("http stored: sqlite"))
        #expect(page.contains("<h2>100 B, 1 in flight, closed loop, stored in postgres</h2>"))
        #expect(PromiseCosts.all(of: report(stores: [.sqlite], transports: ["tcp", "http"])).isEmpty)
    }

    @Test("who needs an entry stored is answered from rows that were; who does not, from the memory")
    func advice() {
        func text(_ need: Advice.Need, _ report: Report) -> String {
            Advice(Advice.Question(payloadBytes: 100, rate: 500, need: need), runs: [("results/x", report)]).text
        }
        let stored = text(.promise(.stored), report)
        #expect(stored.contains("stored: http, the least CPU time"), "\(stored)")
        #expect(stored.contains("1 in flight, closed loop, stored in sqlite"), "\(stored)")
        #expect(stored.contains("amqp (its acknowledgement says: RabbitMQ has it"), "\(stored)")
        #expect(stored.contains("--rounds 7 --stores "), "\(stored)")
        #expect(!text(.promise(.recorded), report).contains("stored in"))
        #expect(text(.surviving(.host), report).contains("stored in"))
        let unmeasured = text(.promise(.stored), report(stores: [.memory], transports: Self.transports))
        #expect(
            unmeasured.contains("no answer") && unmeasured.hasSuffix("--rounds 7 --stores sqlite\n"), "\(unmeasured)")
    }

    private var suite: BenchmarkResults.Suite {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: Self.transports, payloadBytes: [100], inFlight: [1], rounds: 7, seed: 5)
        suite.stores = StoreKind.allCases
        suite.references = References(floor: "tcp")
        return suite
    }

    private var report: Report { report(stores: StoreKind.allCases, transports: Self.transports) }

    /// A store halves the rate and doubles the CPU time, and another one once more; a queue has no part in it.
    private func report(stores: [StoreKind], transports: [String]) -> Report {
        let speed = ["tcp": 1.0, "http": 0.9, "netrpc": 0.8, "amqp:reply": 0.7, "amqp": 0.6]
        var rows: [ResultRow] = []
        for block in 1...7 {
            for (place, store) in stores.enumerated() {
                for transport in transports {
                    let factor = transport == "amqp" ? 1 : 1 / Double(1 << place)
                    var row = ResultRow.sample(
                        transport: transport, block: block,
                        throughput: 10_000 * (speed[transport] ?? 1) * factor * (1 + 0.0001 * Double(block)))
                    row.planned.cell.store = store
                    let own: AcknowledgementClass = transport == "amqp" ? .queued : .recorded
                    let promise = store.isDurable ? own.withDatabase : own
                    row.acknowledgementClass = promise.rawValue
                    row.durability = Durability(promise)
                    row.brokerCPUUsPerMessage = 10 / (speed[transport] ?? 1) / factor
                    row.loggerCPUUsPerMessage = 1
                    row.queueCPUUsPerMessage = nil
                    rows.append(row)
                }
            }
        }
        var suite = suite
        suite.stores = stores
        suite.transports = transports
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        return Report(record: record, rows: rows)
    }
}
