import Broker
import Foundation
import PostgreSQLScope
import PostgreSQLServer
import RabbitMQScope
import Subprocess
import Synchronization
import Testing

@testable import brokerlab

/// The logger is killed at random moments with 64 entries in flight, and started again on the same database: every entry that
/// was acknowledged is there, once, or marked where it is there again.
///
/// BROKERLAB_KILLS kills it so many times for each transport; Tests/crash has a table of that.
@Suite(.serialized, .timeLimit(.minutes(5)), .rabbitMQ, .postgreSQL)
struct CrashTests {
    private static let kills = Int(ProcessInfo.processInfo.environment["BROKERLAB_KILLS"] ?? "") ?? 3

    /// A line of `brokerlab entries`.
    private struct Line: Decodable {
        var run: String
        var seq: UInt64
        var repeated: Bool?
    }

    @Test(
        "SIGKILL under load",
        arguments: [
            "tcp", "netrpc", "grpc", "grpc:stream", "http", "http:pipelined", "http:http2", "amqp:reply", "amqp",
        ],
        Store.allCases)
    func kill(_ selector: String, _ store: Store) async throws {
        let transport = try TransportRegistry.transport(named: selector)
        let queue = "crash-\(UUID().uuidString)"
        try await withTemporaryFolder { folder in
            let path = try await database(store, in: folder)
            var arguments = ["--database", path]
            if transport.companion != nil { arguments += ["--amqp", try RabbitMQScope.url, "--amqp-queue", queue] }
            let work = CrashLoad()
            for _ in 0..<Self.kills {
                let listens = transport.companion == nil ? [transport.name] : []
                try await withLogger(listens, arguments: arguments, isKilled: true) { logger in
                    let target = transport.companion == nil ? logger.targets[transport.name]! : try RabbitMQScope.url
                    let client = try client(of: transport, to: target, queue: queue)
                    try await work.run(client, for: .milliseconds(Int.random(in: 0...200))) {
                        try logger.program.signal(.kill)
                    }
                }
            }
            let wanted = Set(work.acknowledged)
            // What waits in a queue is stored when a logger takes it.
            if transport.companion != nil {
                try await withLogger([], arguments: arguments) { logger in
                    let deadline = ContinuousClock.now + .seconds(20)
                    while try await !wanted.isSubset(of: numbers(path).seen), ContinuousClock.now < deadline {
                        try await Task.sleep(for: .milliseconds(50))
                    }
                }
            }
            let found = try await numbers(path)
            let missing = wanted.subtracting(found.seen)
            #expect(missing.isEmpty, "\(missing.count) of \(wanted.count) are missing, such as \(missing.min() ?? 0)")
            #expect(found.unmarked == 0, "\(found.unmarked) entries are there again and not marked")
            #expect(wanted.count >= Self.kills)
            print(
                "crash: \(selector) \(store): \(Self.kills) kills, \(wanted.count) acknowledged, \(found.rows) stored, "
                    + "\(missing.count) missing, \(found.marked) marked as repeated, \(found.unmarked) not marked")
        }
    }

    /// Where a logger stores.
    enum Store: CaseIterable {
        case sqlite
        case postgres
    }

    /// A new database, as `--database` takes it.
    private func database(_ store: Store, in folder: URL) async throws -> String {
        guard store == .postgres else { return folder.appending(path: "entries.db").path }
        let name = "crash_\(UInt32.random(in: 0...(.max)))"
        let url = try PostgreSQLScope.server.url
        let made = try await runProgram(
            Program(path: "/usr/bin/psql"), ["--quiet", url, "-c", "CREATE SCHEMA \(name)"])
        #expect(made.exitCode == 0, "\(made.errors.text)")
        return "\(url)?options=-csearch_path%3D\(name)"
    }

    private func numbers(_ path: String) async throws -> (
        seen: Set<UInt64>, rows: Int, marked: Int, unmarked: Int
    ) {
        let finished = try await runProgram(.brokerlab, ["entries", path, "--limit", "10000000"])
        #expect(finished.exitCode == 0, "\(finished.errors.text)")
        var (seen, rows, marked, unmarked): (Set<UInt64>, Int, Int, Int) = ([], 0, 0, 0)
        // Oldest first: what comes again is marked.
        for text in finished.output.lines.reversed() {
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            rows += 1
            if line.repeated == true { marked += 1 } else if seen.contains(line.seq) { unmarked += 1 }
            seen.insert(line.seq)
        }
        return (seen, rows, marked, unmarked)
    }

    private func client(
        of transport: TransportDescriptor, to target: String, queue: String
    ) throws -> any ClientTransport {
        var options = ClientOptions(target: target, maxInFlight: 64, patience: .zero)
        for option in transport.options where option.name == "queue" && option.half == .broker {
            let isSet = options.own.set(option, to: queue)
            #expect(isSet)
        }
        return try transport.makeClient(options)
    }
}

/// Entries on their way to loggers that are going to be killed.
private final class CrashLoad: Sendable {
    private struct State {
        var next: UInt64 = 0
        var acknowledged: [UInt64] = []
        var isOver = false
    }

    private let state = Mutex(State())

    var acknowledged: [UInt64] { state.withLock { $0.acknowledged } }

    /// Sends entries, 64 of them in flight, to a logger that `kill` ends so long after the first one was acknowledged.
    func run(
        _ client: some ClientTransport, for duration: Duration, _ kill: @Sendable () throws -> Void
    ) async throws {
        let before = state.withLock {
            $0.isOver = false
            return $0.acknowledged.count
        }
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await client.withConnection { connection in
                    await withTaskGroup { group in
                        for _ in 0..<64 { group.addTask { await self.send(on: connection) } }
                    }
                }
            }
            let deadline = ContinuousClock.now + .seconds(20)
            while acknowledged.count == before, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(2))
            }
            try await Task.sleep(for: duration)
            try kill()
            state.withLock { $0.isOver = true }
            try await group.waitForAll()
        }
    }

    private func send<Connection: TransportConnection>(on connection: isolated Connection) async {
        while let number = takeNumber() {
            let stamp = RunStamp(run: "crash", sequence: number, sentAt: MonotonicClock.wallTime)
            do throws(TransportError) {
                _ = try await connection.send(LogEntry(name: "crash", data: "entry \(number)", stamp: stamp))
                state.withLock { $0.acknowledged.append(number) }
            } catch {
                // The logger is gone, or an earlier one has not been replaced yet.
                if state.withLock({ $0.isOver }) { return }
            }
        }
    }

    private func takeNumber() -> UInt64? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            state.next += 1
            return state.next - 1
        }
    }
}
