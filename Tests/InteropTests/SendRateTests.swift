import BenchmarkKit
import Broker
import Foundation
import Subprocess
import Synchronization
import Testing

@testable import brokerlab

/// `brokerlab send` at a rate, and over several connections.
@Suite("send --rate and --connections", .timeLimit(.minutes(2)))
struct SendRateTests {
    /// What `send --json` prints of a rate.
    private struct Outcome: Decodable {
        var sent: Int
        var acked: Int
        var failed: Int
        var ratePerSecond: Double
        var rateKept: Double?
        var isReached: Bool?
        var seconds: Double
        var p99: Double?

        enum CodingKeys: String, CodingKey {
            case sent, acked, failed, seconds
            case ratePerSecond = "rate_per_s"
            case rateKept = "rate_kept"
            case isReached = "rate_reached"
            case p99 = "p99_us"
        }
    }

    /// An entry of `GET /entries`.
    private struct Entry: Decodable {
        var data: String
        var seq: UInt64
        var sentAt: Int64

        enum CodingKeys: String, CodingKey {
            case data, seq
            case sentAt = "sent_at_ns"
        }
    }

    private func send(_ logger: RunningLogger, _ more: [String], input: String = "") async throws -> FinishedProgram {
        let to = ["send", "--transport", "tcp", "--to", logger.targets["tcp"]!, "--run", "rate"]
        return try await runProgram(.brokerlab, to + more, input: input)
    }

    @Test("Entries are due at even intervals, over all connections in turn, and say when they were", arguments: [1, 3])
    func schedule(_ connections: Int) async throws {
        try await withLogger(["tcp"]) { logger in
            let finished = try await send(
                logger,
                ["--data", "d", "--rate", "50", "--count", "20", "--connections", "\(connections)", "--json"])
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            let outcome = try finished.decoded(Outcome.self)
            #expect(outcome.sent == 20 && outcome.acked == 20 && outcome.ratePerSecond == 50)
            // The last one is due 19 intervals of 20 ms after the first.
            // A p99 asks for a thousand entries.
            #expect(outcome.seconds >= 0.38 && outcome.p99 == nil)
            let kept = try #require(outcome.rateKept)
            #expect(kept > 0 && kept <= 1 && outcome.isReached != nil)
            let times = try await logger.answer("/entries?limit=100").decoded([Entry].self).map(\.sentAt).sorted()
            #expect(times.count == 20)
            for (one, next) in zip(times, times.dropFirst()) {
                // Two clocks are read for each.
                #expect(abs(next - one - 20_000_000) < 10_000_000, "\(times)")
            }
        }
    }

    @Test("A rate that is out of reach is marked, and no failure of an entry")
    func outOfReach() async throws {
        try await withLogger(["tcp"]) { logger in
            let arguments = ["--payload-bytes", "100", "--rate", "9000000", "--in-flight", "1", "--duration", "0.3"]
            let finished = try await send(logger, arguments + ["--json"])
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            let outcome = try finished.decoded(Outcome.self)
            #expect(outcome.failed == 0 && outcome.isReached == false && outcome.rateKept.map { $0 < 0.5 } == true)
            // An entry that is late counts from when it was due.
            #expect(outcome.p99.map { $0 > 100_000 } ?? (outcome.acked < 1000))
            let text = try await send(logger, arguments).output.text
            #expect(text.contains("! did not carry the rate: ") && text.contains("% of 9000000 msgs/s"), "\(text)")
        }
    }

    @Test("Lines are sent at a rate, in their order")
    func lines() async throws {
        try await withLogger(["tcp"]) { logger in
            let input = (0..<30).map { "\($0)\n" }.joined()
            let finished = try await send(logger, ["--rate", "300", "--json"], input: input)
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            let outcome = try finished.decoded(Outcome.self)
            #expect(outcome.acked == 30 && outcome.seconds >= 29.0 / 300)
            let entries = try await logger.answer("/entries?limit=100").decoded([Entry].self).reversed()
            #expect(entries.map(\.data) == (0..<30).map(String.init) && entries.allSatisfy { "\($0.seq)" == $0.data })
        }
    }

    @Test("An endless load at a rate ends when it is interrupted")
    func interrupted() async throws {
        try await withLogger(["tcp"]) { logger in
            let to = ["send", "--transport", "tcp", "--to", logger.targets["tcp"]!, "--data", "d", "--json"]
            let finished = try await withProgram(
                .brokerlab, to + ["--rate", "200", "--count", "1000000", "--connections", "2"], isStopped: false
            ) { sender in
                _ = try await logger.entries(atLeast: 5)
                try sender.signal(.interrupt)
            }
            #expect(finished.exitCode == 130)
            let outcome = try finished.decoded(Outcome.self)
            #expect(outcome.acked >= 5 && outcome.sent == outcome.acked)
        }
    }

    @Test("What is in flight is shared by the connections, and every entry is sent once", arguments: [nil, 5000.0])
    func connections(_ rate: Double?) async throws {
        try await withLogger(["tcp"]) { logger in
            let plan = SendJob.Plan(inFlight: 7, connections: 3, rate: rate)
            #expect((0..<3).map(plan.inFlight(on:)) == [3, 2, 2])
            let template = EntrySource.Template(name: "n", run: "shared")
            let job = SendJob(source: EntrySource(template, text: "d", count: 300), plan)
            let tcp = try TransportRegistry.transport(named: "tcp")
            let opened = Counter()
            let outcome = try await run(
                job, over: try tcp.makeClient(ClientOptions(target: logger.targets["tcp"]!, maxInFlight: 3)), opened)
            #expect(opened.count.withLock { $0 } == 3 && outcome.acked == 300 && outcome.failed == 0)
            let report = try await logger.answer("/runs/shared").output.text
            #expect(report.contains(#""received":300"#) && report.contains(#""unique":300"#))
        }
    }

    private func run(
        _ job: SendJob, over transport: some ClientTransport, _ opened: Counter
    ) async throws -> brokerlab.SendOutcome {
        try await job.run(over: Counted(transport: transport, opened: opened))
    }

    @Test("An entry that is late says when it was due")
    func lateEntry() throws {
        let source = EntrySource(EntrySource.Template(name: "n", run: "r"), text: "d", count: 2)
        let before = MonotonicClock.wallTime
        guard case .entry(let entry) = source.take(due: MonotonicClock.now - 5_000_000_000) else {
            Issue.record("there is an entry")
            return
        }
        let sentAt = try #require(entry.stamp?.sentAt)
        #expect((-5_100_000_000...(-4_000_000_000)).contains(sentAt - before))
        #expect(!source.isAtEnd)
        _ = source.take(due: nil)
        #expect(source.isAtEnd)
    }

    @Test("Of several senders none waits for a line that is not to be sent")
    func enoughLines() async throws {
        try await withLogger(["tcp"]) { logger in
            // The pipe stays open for as long as the program runs.
            let shell = Program(
                path: "/bin/bash", arguments: ["-c", "exec 3> >(exec \"$@\"); echo 0 >&3; wait $!", "-"])
            let to = ["send", "--transport", "tcp", "--to", logger.targets["tcp"]!, "--count", "1", "--in-flight", "8"]
            let finished = try await runProgram(shell, [Program.brokerlab.path] + to, limit: .seconds(20))
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
        }
    }
}

private final class Counter: Sendable {
    let count = Mutex(0)
}

/// A transport that counts the connections that are opened over another.
private struct Counted<Transport: ClientTransport>: ClientTransport {
    let transport: Transport
    let opened: Counter

    var acknowledgement: AcknowledgementClass { transport.acknowledgement }

    func withConnection<R: Sendable>(
        _ body: @Sendable (isolated Transport.Connection) async throws -> R
    ) async throws -> R {
        opened.count.withLock { $0 += 1 }
        return try await transport.withConnection(body)
    }
}
