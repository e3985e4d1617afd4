import Broker
import Foundation
import Glibc
import LoggerService
import Synchronization
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

/// The whole benchmark, with a shell for a logger's process, its control API in this process, and a transport in memory.
@Suite("A benchmark", .serialized)
final class BenchmarkTests {
    private let ledger = InMemoryLedger()
    private let server: ControlServer
    private let folder = NSTemporaryDirectory() + "brokerlab-bench-\(UUID())"

    init() throws {
        server = try ControlServer { [ledger] method, path in
            if path == "/health" { return (200, #"{"status":"ok","received":\#(ledger.receivedNow)}"#) }
            let run = String(path.split(separator: "/")[1].prefix { $0 != "?" })
            let body = (try? JSONEncoder().encode(ledger.reportNow(run: run))) ?? Data()
            return (200, String(decoding: body, as: UTF8.self))
        }
    }

    deinit {
        server.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test("measures every cell and leaves rows, a summary and a table", arguments: Placement.allCases)
    func complete(placement: Placement) async throws {
        var suite = suite(rounds: 2)
        suite.placement = placement
        let cores = try coresOfThisProcess()
        let outcome = try await run(configuration(suite))
        #expect(outcome.ending == .complete)
        // Two transports and the control, under two loads, twice.
        #expect(outcome.rows.count == 12)
        #expect(!outcome.hasFailed, "\(outcome.rows.map(\.invalidReason))")
        #expect(outcome.summary.count == 4)
        #expect(outcome.summary.allSatisfy { $0.count + $0.invalidCount == 2 })
        #expect(outcome.report.contains("in-memory"))
        #expect(outcome.report.contains("\(folder)/results.csv"))
        #expect(try lines("results.csv").count == 13)
        #expect(try lines("summary.csv").count == 5)
        #expect(Set(outcome.rows.map(\.runID)).count == 12)
        #expect(outcome.rows.allSatisfy { $0.runID.utf8.count <= 15 })
        #expect(try coresOfThisProcess() == cores)
    }

    @Test("variants of a transport share its receiver, unless they need their own, and are told apart in the reports")
    func variants() async throws {
        let fake = FakeTransport(ledger: ledger)
        var suite = suite()
        suite.transports = ["floor", "floor:fast", "in-memory:own"]
        var configuration = try configuration(suite)
        configuration.registry += [
            fake.descriptor(name: "floor", variant: "fast"),
            fake.descriptor(name: "in-memory", variant: "own", needsOwnServer: true),
        ]
        let others = "echo '{\"transport\":\"in-memory:own\",\"target\":\"there\"}'\n"
        configuration.logger = logger(others + announcement + "exec cat")
        let targets = Mutex<[String: String]>([:])
        configuration.adjustTarget = { descriptor, _, target in
            let target = target
            targets.withLock { $0[descriptor.selector] = target }
        }
        let outcome = try await run(configuration)
        #expect(!outcome.hasFailed, "\(outcome.rows.map(\.invalidReason))")
        #expect(targets.withLock { $0 } == ["floor": "here", "floor:fast": "here", "in-memory:own": "there"])
        #expect(outcome.report.contains("floor:fast") && outcome.report.contains("in-memory:own"))
        for file in ["results.csv", "summary.csv"] {
            let text = try lines(file).joined(separator: "\n")
            #expect(text.contains(",floor,fast,none,") && text.contains(",in-memory,own,none,"), "\(text)")
        }
    }

    @Test("each logger of each round has a new store of its own, which is lent to it")
    func stores() async throws {
        var suite = suite(rounds: 3)
        suite.stores = [.memory, .sqlite]
        var configuration = try configuration(suite)
        let loggers = folder + ".loggers"
        defer { try? FileManager.default.removeItem(atPath: loggers) }
        let script = "echo \"${1:-memory}\" >>'\(loggers)'\n" + announcement + "exec cat"
        let command = configuration.logger
        configuration.logger = { seat in
            var logger = command(seat)
            logger.party.arguments = ["-c", script, "sh"]
            return logger
        }
        let lent = Mutex<[StoreKind]>([])
        configuration.withStore = { [ledger] kind, body in
            let number = lent.withLock { lent in
                lent.append(kind)
                return lent.count
            }
            try await body(
                LoggerStore(arguments: ["store-\(number)"]) { run in UInt64(ledger.entries(of: run).count) })
        }
        let outcome = try await run(configuration)
        #expect(outcome.ending == .complete && outcome.rows.count == 36)
        #expect(!outcome.hasFailed, "\(outcome.rows.map(\.invalidReason))")
        // One for the control, too.
        #expect(lent.withLock { $0 } == Array(repeating: .sqlite, count: 6))
        let started = try String(contentsOfFile: loggers, encoding: .utf8).split(separator: "\n")
        #expect(started.filter { $0 != "memory" }.sorted() == (1...6).map { "store-\($0)" })
        #expect(started.count == 12)
        #expect(outcome.summary.filter { $0.cell.store == .sqlite }.count == 4)
        #expect(outcome.report.contains("1 in flight, closed loop, stored in sqlite"))
    }

    @Test("a suite that asks for it tells each cell over time, and its page has the sentences")
    func timeline() async throws {
        var suite = suite(rounds: 2)
        suite.timelineMs = 10
        suite.duration = 0.2
        let outcome = try await run(configuration(suite))
        #expect(outcome.ending == .complete && !outcome.hasFailed, "\(outcome.rows.map(\.invalidReason))")
        let bins = try TimelineColumns.read("\(folder)/timeline.csv")
        let byRun = Dictionary(grouping: bins, by: \.runID)
        #expect(Set(byRun.keys) == Set(outcome.rows.map(\.runID)))
        for row in outcome.rows {
            let own = try #require(byRun[row.runID])
            #expect(own.allSatisfy { $0.name == row.planned.cell.who })
            #expect(own.map(\.sent).reduce(0, +) == row.sent && own.map(\.acked).reduce(0, +) == row.acked)
            #expect(own.compactMap(\.delivered).reduce(0, +) == row.delivered)
            #expect(own.map(\.startMs) == own.indices.map { Double($0) * 10 })
        }
        // A busy machine may be one whose rows the audit does not trust; those are not told of.
        let page = try String(contentsOfFile: "\(folder)/report.html", encoding: .utf8)
        let isTrusted = outcome.rows.contains { $0.isValid && $0.planned.cell.role == .cell }
        #expect(page.contains("<h2>Over time</h2>") == isTrusted)
        #expect(outcome.report.contains("over time, 100 B, ") == isTrusted)
    }

    @Test("no suite tells its cells over time without being asked to")
    func noTimeline() async throws {
        let outcome = try await run(configuration(suite()))
        #expect(outcome.ending == .complete)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/timeline.csv"))
    }

    @Test("a transport that fails makes its rows invalid, and the others are measured")
    func oneFails() async throws {
        let outcome = try await run(
            configuration(suite()) { _, sequence in
                sequence == 5 ? .fail(TransportError(.unknown, "lost")) : .deliver
            })
        #expect(outcome.ending == .complete)
        #expect(outcome.assessment == .entriesLost)
        let others = outcome.rows.filter { !$0.hasFailed }.map(\.planned.cell.transport)
        #expect(others == Array(repeating: "floor", count: 4))
        let told = outcome.report.split(separator: "\n").filter { $0.hasPrefix("INVALID: ") }
        #expect(told.contains { $0.contains("in-memory") })
    }

    @Test("every round has a logger and a load generator of its own, and the control in it others")
    func freshProcesses() async throws {
        let seats = Mutex<[LoggerSeat]>([])
        let starts = Counter()
        var configuration = try configuration(suite(rounds: 3))
        let command = configuration.logger
        configuration.logger = { seat in
            seats.withLock { $0.append(seat) }
            return command(seat)
        }
        configuration.startGenerator = { [registry = configuration.registry] _ in
            _ = starts.next()
            return .hosted(registry)
        }
        let outcome = try await Benchmark(configuration: configuration).run()
        #expect(outcome.ending == .complete)
        let labels = ["1", "1-control", "2", "2-control", "3", "3-control"]
        #expect(seats.withLock { $0.map(\.label) } == labels)
        #expect(Set(seats.withLock { $0.map(\.transports) }) == [["floor", "in-memory"], ["floor"]])
        #expect(starts.value == 6)
    }

    @Test("cells of a load that are measured by turns have a logger and a load generator each, and rows that say so")
    func byTurns() async throws {
        let seats = Mutex<[LoggerSeat]>([])
        var suite = suite(rounds: 2)
        suite.sliceMs = 5
        var configuration = try configuration(suite)
        let command = configuration.logger
        configuration.logger = { seat in
            seats.withLock { $0.append(seat) }
            return command(seat)
        }
        let outcome = try await run(configuration)
        #expect(outcome.ending == .complete && outcome.rows.count == 12)
        #expect(!outcome.hasFailed, "\(outcome.rows.map(\.invalidReason))")
        #expect(outcome.rows.allSatisfy { $0.sliceMs == 5 && ($0.throughput ?? 0) > 0 })
        #expect(outcome.rows.map(\.planned.number) == Array(1...12))
        #expect(seats.withLock { $0.map(\.label) } == ["1", "1-1", "1-control", "2", "2-1", "2-control"])
        #expect(Set(seats.withLock { $0.map(\.transports) }) == [["floor"], ["in-memory"]])
        let slices = try ResultsReader(path: "\(folder)/results.csv").rows.map(\.sliceMs)
        #expect(slices == Array(repeating: 5, count: 12))
    }

    @Test("a bare loop has turns with what it is held against, and processes of its own then")
    func bareLoopByTurns() async throws {
        let seats = Mutex<[String]>([])
        var suite = suite(rounds: 5)
        (suite.sliceMs, suite.bareLoop) = (5, true)
        var configuration = try configuration(suite)
        let command = configuration.logger
        configuration.logger = { seat in
            seats.withLock { $0.append(seat.label) }
            return command(seat)
        }
        let outcome = try await run(configuration)
        let rows = try ResultsReader(path: "\(folder)/overhead.csv").rows
        #expect(outcome.ending == .complete && rows.count == 2 * 6 * suite.points.count)
        #expect(rows.filter { $0.planned.cell.role == .bareLoop }.count == rows.count / 2)
        #expect(rows.allSatisfy { !$0.hasFailed }, "\(rows.map(\.invalidReason))")
        #expect(rows.allSatisfy { $0.sliceMs == 5 && ($0.throughput ?? 0) > 0 })
        #expect(rows.allSatisfy { $0.delivered == $0.sent && $0.acked == $0.sent })
        #expect(seats.withLock { $0.suffix(2) } == ["lab-6", "lab-6-control"])
    }

    @Test("a transport that fails leaves its turns to the others")
    func oneFailsByTurns() async throws {
        var suite = suite(rounds: 2)
        suite.sliceMs = 5
        let outcome = try await run(
            configuration(suite) { run, sequence in
                sequence == 5 && run.hasSuffix("m") ? .fail(TransportError(.unknown, "lost")) : .deliver
            })
        #expect(outcome.ending == .complete && outcome.rows.count == 12)
        for row in outcome.rows {
            #expect(row.hasFailed == (row.planned.cell.transport == "in-memory"), "\(row.invalidReason)")
        }
    }

    @Test("an interruption keeps what was measured, and says so")
    func interrupted() async throws {
        let (measured, sink) = AsyncStream.makeStream(of: Void.self)
        var configuration = try configuration(suite(rounds: 100))
        configuration.progress = Announcing(sink: sink)
        let benchmark = benchmark(configuration)
        let task = Task { try await benchmark.run() }
        for await _ in measured { break }
        task.cancel()
        let outcome = try await task.value
        #expect(outcome.ending == .interrupted)
        #expect(!outcome.rows.isEmpty)
        #expect(try lines("results.csv").count == outcome.rows.count + 1)
        #expect(try lines("summary.csv").count == outcome.summary.count + 1)
    }

    @Test("an interruption before the first row throws")
    func interruptedAtOnce() async throws {
        let benchmark = benchmark(try configuration(suite()))
        let task = Task { try await benchmark.run() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("a logger that dies ends the run with its last words, and what was measured is kept")
    func loggerDies() async throws {
        let (measured, sink) = AsyncStream.makeStream(of: Void.self)
        let flag = folder + ".die"
        defer { try? FileManager.default.removeItem(atPath: flag) }
        var configuration = try configuration(suite(rounds: 1000))
        configuration.progress = Announcing(sink: sink)
        configuration.logger = logger(
            announcement + "until test -e '\(flag)'; do sleep 0.02; done; echo 'killed by the test' >&2")
        let benchmark = benchmark(configuration)
        let task = Task { try await benchmark.run() }
        for await _ in measured { break }
        #expect(FileManager.default.createFile(atPath: flag, contents: nil))
        let outcome = try await task.value
        #expect(
            outcome.ending
                == .failed(
                    "the logger ended in the middle of the benchmark (exit code 0). Its last words:\n  killed by the test"
                ))
        #expect(!outcome.rows.isEmpty)
    }

    @Test("a logger of others that dies costs the cells that were left of its round, and another one plays the next")
    func othersLoggerDies() async throws {
        let (measured, sink) = AsyncStream.makeStream(of: Void.self)
        let flag = folder + ".die"
        defer { try? FileManager.default.removeItem(atPath: flag) }
        let rounds = 20
        var configuration = try configuration(suite(rounds: rounds))
        configuration.outlivesLoggers = true
        configuration.progress = Announcing(sink: sink)
        configuration.logger = logger(
            announcement
                + "until test -e '\(flag)'; do sleep 0.02; done; rm -f '\(flag)'; echo 'killed by the test' >&2")
        let benchmark = benchmark(configuration)
        let task = Task { try await benchmark.run() }
        for await _ in measured { break }
        #expect(FileManager.default.createFile(atPath: flag, contents: nil))
        let outcome = try await task.value
        #expect(outcome.ending == .complete)
        let numbers = outcome.rows.map(\.planned.number)
        #expect(numbers == Array(1...numbers.count) && numbers.count == 6 * rounds)
        let failed = outcome.rows.filter(\.hasFailed)
        // None, where it died between two rounds.
        #expect(Set(failed.map(\.planned.block)).count <= 1 && failed.count <= 6)
        for row in failed {
            #expect(
                row.invalidReason
                    == "the logger ended in the middle of the benchmark (exit code 0). Its last words:   killed by the test"
            )
        }
        #expect(try lines("results.csv").count == 1 + numbers.count)
    }

    @Test("a black box needs no logger and no account; rows say so")
    func blackBoxes() async throws {
        var configuration = try configuration(suite())
        configuration.addresses = ["floor": "there", "in-memory": "here"]
        configuration.logger = { _ in
            Issue.record("a logger was started")
            return LoggerCommand(executable: "/bin/false", arguments: [])
        }
        let outcome = try await run(configuration)
        #expect(outcome.ending == .complete && outcome.rows.count == 6)
        for row in outcome.rows {
            #expect(!row.hasFailed && !row.isReconciled && row.delivered == nil && row.lost == nil, "\(row)")
            #expect(row.loggerImplementation == (row.planned.cell.transport == "floor" ? "there" : "here"))
            #expect(row.brokerImplementation == "swift" && row.loggerCPUUsPerMessage == nil && row.loggerPID == nil)
            #expect(row.acked ?? 0 > 0 && row.throughput ?? 0 > 0)
        }
        #expect(ledger.announcements.withLock { $0.isEmpty })
    }

    @Test("a transport that the logger does not serve is told before anything is measured")
    func missingAddress() async throws {
        var configuration = try configuration(suite())
        configuration.logger = logger(
            "echo '{\"transport\":\"http\",\"target\":\"\(server.target)\"}'; echo '{\"ready\":true}'; exec cat")
        let benchmark = benchmark(configuration)
        let error = try await #require(throws: BenchmarkError.self) { try await benchmark.run() }
        #expect(error.description.hasPrefix("the logger announced no address for "))
    }

    private struct Announcing: ProgressSink {
        var sink: AsyncStream<Void>.Continuation

        func show(_ event: ProgressEvent) {
            if case .measured = event { sink.yield() }
        }
    }

    private var announcement: String {
        """
        echo '{"transport":"http","target":"\(server.target)"}'
        echo '{"transport":"floor","target":"here"}'
        echo '{"transport":"in-memory","target":"here"}'
        echo '{"ready":true}'

        """
    }

    private func suite(rounds: Int = 1) -> BenchmarkResults.Suite {
        BenchmarkResults.Suite(
            name: "test", transports: ["floor", "in-memory"], payloadBytes: [100], inFlight: [1, 8], rounds: rounds,
            duration: 0.05, warmup: 0.01, seed: 3)
    }

    private func configuration(
        _ suite: BenchmarkResults.Suite,
        _ behaviour: @escaping @Sendable (String, UInt64) -> FakeTransport.Behaviour = { _, _ in .deliver }
    ) throws -> BenchmarkConfiguration {
        var floor = FakeTransport(ledger: ledger).descriptor(name: "floor")
        floor.reference = .floor
        let transport = FakeTransport(ledger: ledger, behaviour: behaviour).descriptor(name: "in-memory")
        return BenchmarkConfiguration(
            suite: suite, registry: [floor, transport],
            generator: PartyCommand(executable: "/proc/self/exe", arguments: []),
            folder: try ResultsFolder(path: folder, suite: suite.name), logger: logger(announcement + "exec cat"))
    }

    private func logger(_ script: String) -> @Sendable (LoggerSeat) -> LoggerCommand {
        { _ in LoggerCommand(executable: "/bin/sh", arguments: ["-c", script]) }
    }

    /// A benchmark whose load generator has the transports of the test.
    private func benchmark(_ configuration: BenchmarkConfiguration) -> Benchmark {
        var configuration = configuration
        configuration.startGenerator = { [registry = configuration.registry] _ in .hosted(registry) }
        return Benchmark(configuration: configuration)
    }

    private func run(_ configuration: BenchmarkConfiguration) async throws -> BenchmarkOutcome {
        try await benchmark(configuration).run()
    }

    private func lines(_ file: String) throws -> [Substring] {
        try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8).split(separator: "\r\n")
    }

    private func coresOfThisProcess() throws -> [UInt8] {
        try withUnsafeBytes(of: SchedulerAffinity.cores(of: 0).get()) { Array($0) }
    }
}
