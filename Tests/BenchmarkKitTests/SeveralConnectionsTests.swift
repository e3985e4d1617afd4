import BenchmarkResults
import Broker
import Histogram
import Synchronization
import Testing

@testable import BenchmarkKit

@Suite("Several connections", .timeLimit(.minutes(1)))
struct SeveralConnectionsTests {
    private let ledger = InMemoryLedger()

    @Test("are open together, more than are dialed at once, and end with what they were opened for")
    func together() async throws {
        let counting = CountingTransport(ledger: ledger)
        let most = try await counting.withConnections(300) { connections in
            #expect(counting.count == 300)
            return connections.count
        }
        #expect(most == 300 && counting.count == 0)
        await #expect(throws: TransportError.self) {
            try await counting.withConnections(3) { _ in throw TransportError(.unknown, "of what is done with them") }
        }
        #expect(counting.count == 0)
    }

    @Test("are none where one cannot be had")
    func refused() async throws {
        let refusal = TransportError(.notSent, "nobody there")
        var transport = FakeTransport(ledger: ledger)
        transport.refusal = refusal
        await #expect(throws: refusal) {
            try await transport.withConnections(200) { _ in Issue.record("there are no connections") }
        }
    }

    @Test("outlive a cancellation for as long as what is done with them")
    func cancelled() async throws {
        let counting = CountingTransport(ledger: ledger)
        let (opened, sink) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await counting.withConnections(5) { _ in
                sink.yield()
                while !Task.isCancelled { await Task.yield() }
                return counting.count
            }
        }
        for await _ in opened { break }
        task.cancel()
        #expect(try await task.value == 5)
        #expect(counting.count == 0)
    }

    @Test("of one event loop share their latencies, which are counted once")
    func tally() {
        let tally = LatencyTally(isOpen: true)
        let phase = LoadPhase(
            run: "tally", inFlight: 1, load: .open(ratePerSecond: 10), payloads: PayloadPool(byteCount: 1, seed: 1),
            duration: 1000, wallClockOffset: 0)
        let recorders = (0..<3).map { LoadRecorder(of: phase.shared($0, of: 3), start: 100, tally: tally) }
        #expect(recorders.map(\.tellsOfTally) == [true, false, false])
        for (index, recorder) in recorders.enumerated() {
            recorder.sending(at: 200)
            recorder.acknowledged(
                Arrival(sequence: 0, intended: 150, wasAwaited: index > 0), sent: 200, now: 1200 + UInt64(index) * 1000)
        }
        #expect(recorders[0].soFar(at: 1_000_000_100)?.messagesPerSecond == 3)
        let sum = LoadResult.merging(recorders.map { $0.finish() })
        #expect(sum?.acked == 3 && sum?.latency.totalCount == 3 && sum?.uncorrectedLatency?.totalCount == 3)
        #expect(sum?.scheduleSlip?.totalCount == 3 && sum?.arrivalError?.totalCount == 2)
        #expect(sum?.latency.max ?? 0 >= 3050 && sum?.latency.min ?? 0 >= 1050)
    }
}

/// A transport that counts its open connections.
private struct CountingTransport: ClientTransport {
    private final class Counter: Sendable {
        let open = Mutex(0)
    }

    private let counter = Counter()
    private let inner: FakeTransport
    var acknowledgement: AcknowledgementClass { .recorded }
    var count: Int { counter.open.withLock { $0 } }

    init(ledger: InMemoryLedger) {
        inner = FakeTransport(ledger: ledger)
    }

    func withConnection<R: Sendable>(
        _ body: @Sendable (isolated FakeConnection) async throws -> R
    ) async throws -> R {
        counter.open.withLock { $0 += 1 }
        defer { counter.open.withLock { $0 -= 1 } }
        return try await inner.withConnection(body)
    }
}
