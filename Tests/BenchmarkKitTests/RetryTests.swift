import BenchmarkResults
import Broker
import Histogram
import Synchronization
import Testing
import TransportIO

@testable import BenchmarkKit

/// What a client comes to that sends again what was not acknowledged.
@Suite("Sending again", .timeLimit(.minutes(1)))
struct RetryTests {
    private static let lost = TransportError(.unknown, "lost")
    private static let away = TransportError(.notSent, "away")
    private static let full = TransportError(.rejected, "full")

    /// Sends an entry over a connection that fails so, and then as its last one, or acknowledges.
    private func send(
        _ retries: Retries, _ failures: [TransportError?], limit: Duration = .seconds(60)
    ) async throws -> (outcome: RetryPolicy.Outcome, connection: FailingConnection) {
        let policy = try #require(RetryPolicy(retries, limit: limit, seed: 7))
        let connection = FailingConnection(failures)
        return (await Self.send(policy, on: connection), connection)
    }

    private static func send(_ policy: RetryPolicy, on connection: isolated FailingConnection) async
        -> RetryPolicy.Outcome
    {
        let entry = LogEntry(name: "n", data: "d", stamp: RunStamp(run: "r", sequence: 5, sentAt: 1))
        return await policy.send(entry, sequence: 5, at: MonotonicClock.now, on: connection)
    }

    @Test("nobody has a policy but who is to have one")
    func policies() throws {
        #expect(RetryPolicy(.own, limit: .seconds(1), seed: 1) == nil)
        #expect(RetryPolicy(.none, limit: .seconds(1), seed: 1) == nil)
        #expect(RetryPolicy(.notSent, limit: .seconds(1), seed: 1)?.sendsUnknown == false)
        #expect(RetryPolicy(.unknown, limit: .seconds(1), seed: 1)?.sendsUnknown == true)
    }

    @Test("what was not sent is sent again, in pauses that grow, with the same numbers and under the same id")
    func acknowledgedLater() async throws {
        let (outcome, connection) = try await send(.notSent, [Self.away, Self.away, Self.away, nil])
        #expect(outcome == RetryPolicy.Outcome(failure: nil, retried: 3))
        let tries = connection.tries.withLock { $0 }
        #expect(tries.count == 4 && Set(tries.map(\.sequence)) == [5])
        #expect(Set(tries.map(\.id)) == [EntryID(connection: 1, number: 1)])
        let pauses = zip(tries, tries.dropFirst()).map { $1.time - $0.time }
        // Half of what they may be, at the least.
        #expect(pauses[0] >= 5_000_000 && pauses[1] >= 10_000_000 && pauses[2] >= 20_000_000, "\(pauses)")
    }

    @Test("what may have arrived is sent again only where that is asked for, and what is refused is not")
    func unknown() async throws {
        #expect(try await send(.unknown, [Self.lost, Self.away, nil]).outcome == .init(failure: nil, retried: 2))
        #expect(try await send(.notSent, [Self.away, Self.lost, nil]).outcome == .init(failure: Self.lost, retried: 1))
        #expect(try await send(.unknown, [Self.full, nil]).outcome == .init(failure: Self.full, retried: 0))
        // A queue has it already.
        let queued = TransportError(final: .unknown, "queued")
        #expect(try await send(.unknown, [queued, nil]).outcome == .init(failure: queued, retried: 0))
    }

    @Test("what is known in the end is what is known of all tries")
    func fates() async throws {
        #expect(try await send(.unknown, [Self.lost, Self.full]).outcome == .init(failure: Self.lost, retried: 1))
        #expect(try await send(.unknown, [Self.away, Self.full]).outcome == .init(failure: Self.full, retried: 1))
        let limit = Duration.milliseconds(40)
        let (mixed, _) = try await send(.unknown, [Self.away, Self.lost, Self.away], limit: limit)
        #expect(mixed.failure?.fate == .unknown || mixed.retried == 0)
    }

    @Test("it ends with its time, which a peer that never comes back uses up")
    func never() async throws {
        let begin = MonotonicClock.now
        let (outcome, connection) = try await send(.notSent, [Self.away], limit: .milliseconds(60))
        #expect(outcome.failure == Self.away)
        let tries = connection.tries.withLock { $0 }
        #expect(outcome.retried == UInt64(tries.count - 1))
        // On a busy machine each wait may take longer than it is to, so that there may be few of them, or only one.
        #expect(tries.count <= 6 && MonotonicClock.now - begin >= 5_000_000)
        let (hasty, alone) = try await send(.notSent, [Self.away, nil], limit: .zero)
        #expect(hasty == .init(failure: Self.away, retried: 0) && alone.tries.withLock { $0.count } == 1)
    }

    @Test("a load that is cancelled waits no longer")
    func cancelled() async throws {
        let policy = try #require(RetryPolicy(.notSent, limit: .seconds(3600), seed: 7))
        let connection = FailingConnection([Self.away])
        let task = Task { await Self.send(policy, on: connection) }
        while connection.tries.withLock({ $0.isEmpty }) { await Task.yield() }
        task.cancel()
        #expect(await task.value.failure == Self.away)
    }

    @Test("a load counts entries and not tries, and tells the fate of each")
    func load() async throws {
        let ledger = InMemoryLedger()
        let failed = Mutex<Set<UInt64>>([])
        var transport = FakeTransport(ledger: ledger)
        transport.behaviour = { [away = Self.away, full = Self.full] _, sequence in
            if sequence == 3 { return .fail(full) }
            // Each fails once.
            return failed.withLock { $0.insert(sequence).inserted } ? .fail(away) : .deliver
        }
        var phase = LoadPhase(
            run: "r", inFlight: 4, load: .open(ratePerSecond: 100), payloads: PayloadPool(byteCount: 20, seed: 1),
            duration: 100_000_000, wallClockOffset: 0)
        (phase.keepsFates, phase.stopsAtFailure) = (true, false)
        phase.retryPolicy = RetryPolicy(.notSent, limit: .seconds(60), seed: 1)
        let result = try await transport.withConnection { [phase] in await LoadGenerator.run(phase, on: $0) }
        #expect(result.sent > 3 && result.acked == result.sent - 1 && result.rejected == 1 && result.notSent == 0)
        #expect(result.retried == result.acked && result.firstFailure == Self.full)
        #expect(result.fates.count == Int(result.sent) && result.latency.totalCount == result.acked)
        #expect(result.fates.allSatisfy { $0.outcome == ($0.sequence == 3 ? .rejected : .acknowledged) })
    }

    @Test("a job says what is sent again, of a load that goes on, and its result how often that was")
    func job() throws {
        var job = LoadJob(
            job: 7, transport: "fake", target: "x", payloadBytes: 100, payloadSeed: 1, inFlight: 4, connections: 2,
            warmupS: 0.01, warmupRunID: "r-7w", durationS: 6, runID: "r-7m", seed: 1)
        (job.ratePerS, job.arrivals, job.fates, job.retry) = (100, "constant", true, "not-sent")
        #expect(job.fault == nil && LoadJob(line: job.line) == job)
        var other = job
        other.retry = "own"
        #expect(other.fault == "there is no retry 'own'")
        (other.retry, other.fates) = ("none", nil)
        #expect(other.fault?.contains("in a load that ends where an entry fails") == true)
        var result = LoadResult(start: 5, isOpen: true)
        result.retried = 9
        var line = GeneratorResult(result)
        #expect(try line.loadResult(of: job).retried == 9)
        line.retried = nil
        let error = try #require(throws: BenchmarkError.self) { try line.loadResult(of: job) }
        #expect(error.message.contains("does not say how many times"))
        job.retry = nil
        #expect(try line.loadResult(of: job).retried == 0)
    }
}

/// A connection that fails as it is told, try by try, and goes on as it has in the last.
private actor FailingConnection: PacedConnection {
    struct Try: Sendable {
        var sequence: UInt64?
        var id: EntryID?
        var time: UInt64
    }

    nonisolated let tries = Mutex<[Try]>([])
    private let failures: [TransportError?]
    nonisolated let executor = EventLoopExecutor.next()
    private var made: UInt64 = 0
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ failures: [TransportError?]) {
        self.failures = failures
    }

    func makeEntryID() -> EntryID? {
        made += 1
        return EntryID(connection: 1, number: made)
    }

    func send(_ entry: LogEntry) async throws(TransportError) -> Acknowledgement {
        try await send(entry, under: nil)
    }

    func send(_ entry: LogEntry, under id: EntryID?) async throws(TransportError) -> Acknowledgement {
        let number = tries.withLock { tries in
            tries.append(Try(sequence: entry.stamp?.sequence, id: id, time: MonotonicClock.now))
            return tries.count - 1
        }
        if let failure = failures[min(number, failures.count - 1)] { throw failure }
        return Acknowledgement(.recorded)
    }

    func sleep(until deadline: UInt64) async {
        await executor.sleep(until: deadline)
    }

    func spin(until deadline: UInt64) async -> UInt64 {
        await sleep(until: deadline)
        return 0
    }
}
