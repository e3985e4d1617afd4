import Broker
import Dispatch
import Foundation
import Histogram
import Synchronization
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

@Suite("The load")
struct LoadTests {
    private let ledger = InMemoryLedger()

    @Test(
        "texts have exactly the length asked for, are printable, differ, and are sealed where there is room",
        arguments: [1, 15, 17, 100, 10_240])
    func payloads(byteCount: Int) {
        let pool = PayloadPool(byteCount: byteCount, seed: 1)
        let texts = (0..<64).map { pool[UInt64($0)] }
        #expect(texts.allSatisfy { $0.utf8.count == byteCount })
        #expect(texts.allSatisfy { $0.utf8.allSatisfy { (0x20...0x7e).contains($0) } })
        #expect(pool.isSealed == (byteCount >= 16))
        #expect(texts.allSatisfy { PayloadSeal.isIntact($0.utf8.span.bytes) == pool.isSealed })
        #expect(Set(texts).count > (byteCount >= 100 ? 63 : 1))
        #expect(pool[64] == pool[0])
    }

    @Test("large texts are fewer, so that they do not take the machine's memory")
    func largePayloads() {
        #expect([0, 100, 1 << 20, 4 << 20, 16_777_211].map(PayloadPool.count) == [64, 64, 64, 16, 4])
    }

    @Test("entry i of an open load is due i intervals after the start, without drift")
    func schedule() throws {
        var schedule = try #require(LoadSchedule(start: 1000, load: .open(ratePerSecond: 3)))
        let times = (0...3_000_000).map { _ in schedule.next() }
        #expect(times[0] == 1000)
        #expect(times[1] == 333_334_333)
        #expect(times[3] == 1_000_001_000)
        #expect(times[3_000_000] == 1_000_000_000_001_000)
        #expect(LoadSchedule(start: 0, load: .closed) == nil)
    }

    @Test("the connections of a cell take turns in its schedule")
    func sharedSchedule() throws {
        let load = LoadModel.open(ratePerSecond: 1000)
        var whole = try #require(LoadSchedule(start: 0, load: load))
        let expected = (0..<12).map { _ in whole.next() }
        var found: [UInt64] = []
        for index in 0..<3 {
            var part = try #require(
                LoadSchedule(start: 0, load: load, share: ConnectionShare(index: index, count: 3)))
            found += (0..<4).map { _ in part.next() }
        }
        #expect(found.sorted() == expected)
        #expect(ConnectionShare(index: 2, count: 3).sequence(of: 5) == 17)
    }

    /// The gaps of a Poisson process have an exponential distribution: mean 1/rate, as large a deviation, and 63.2% below
    /// the mean.
    @Test("random arrivals have the rate asked for and the gaps of a Poisson process, also over connections")
    func poisson() throws {
        for count in [1, 4] {
            var due: [UInt64] = []
            for index in 0..<count {
                var schedule = try #require(
                    LoadSchedule(
                        start: 0, load: .open(ratePerSecond: 1000, arrivals: .poisson),
                        share: ConnectionShare(index: index, count: count), seed: 7 + UInt64(index)))
                due += (0..<(40_000 / count)).map { _ in schedule.next() }
            }
            due.sort()
            let gaps = zip(due, due.dropFirst()).map { Double($1 - $0) / 1e6 }
            let mean = gaps.reduce(0, +) / Double(gaps.count)
            let deviation = (gaps.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(gaps.count)).squareRoot()
            let below = Double(gaps.filter { $0 < mean }.count) / Double(gaps.count)
            #expect(abs(mean - 1) < 0.03, "\(mean)")
            #expect(abs(deviation / mean - 1) < 0.05, "\(deviation)")
            #expect(abs(below - 0.632) < 0.015, "\(below)")
        }
    }

    @Test("the messages of an operation are sent together, and the next one starts when all are answered")
    func operations() async throws {
        var phase = phase(inFlight: 8, milliseconds: 40)
        phase.messagesPerOperation = 4
        phase.keepsSamples = true
        let result = try await run(phase)
        #expect(result.acked == result.sent && result.acked > 8)
        #expect(result.acked % 4 == 0)
        // All of an operation have its start as their intended time.
        let operations = Dictionary(grouping: result.samples, by: \.intended)
        #expect(operations.values.allSatisfy { $0.count % 4 == 0 })
    }

    @Test("an operation that fails lets all of its senders go")
    func failingOperation() async throws {
        var phase = phase(inFlight: 8, milliseconds: 60_000)
        phase.messagesPerOperation = 4
        let result = try await run(phase) { _, sequence in
            sequence == 41 ? .fail(TransportError(.unknown, "connection lost")) : .deliver
        }
        #expect(result.errors == 1)
    }

    @Test("texts of log lines have exactly the length asked for, are whole characters, and are sealed")
    func lines() throws {
        let path = NSTemporaryDirectory() + "brokerlab-lines-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let lines = "2026-01-31 12:00 INFO started in 5 ms\nä日本語🦊 naïve\n"
        try lines.write(toFile: path, atomically: true, encoding: .utf8)
        for byteCount in 1...200 {
            let pool = try PayloadPool(byteCount: byteCount, kind: .lines(path: path), seed: 1)
            for index in 0..<8 {
                let text = pool[UInt64(index)]
                #expect(text.utf8.count == byteCount && !text.contains("\u{fffd}"))
                #expect(PayloadSeal.isIntact(text.utf8.span.bytes) == pool.isSealed)
            }
        }
        #expect(throws: BenchmarkError.self) {
            try PayloadPool(byteCount: 10, kind: .lines(path: "/nowhere"), seed: 1)
        }
    }

    @Test("a closed load keeps n entries in flight, numbers them without a gap, and accounts for each")
    func closed() async throws {
        let phase = phase(inFlight: 8, milliseconds: 30)
        let begin = MonotonicClock.wallTime
        let result = try await run(phase)
        #expect(result.sent > 8)
        #expect(result.acked == result.sent)
        #expect(result.errors == 0)
        #expect(result.latency.totalCount == result.acked)
        #expect(result.uncorrectedLatency == nil)
        let entries = ledger.entries(of: phase.run)
        #expect(Set(entries.compactMap { $0.stamp?.sequence }) == Set(0..<result.sent))
        #expect(entries.allSatisfy { $0.name == "bench" && $0.data.utf8.count == 100 })
        let sentAt = try #require(entries.first?.stamp?.sentAt)
        #expect((begin...MonotonicClock.wallTime).contains(sentAt))
    }

    @Test("a bare loop numbers its entries without a gap, counts them and nothing else")
    func bare() async throws {
        var phase = phase(inFlight: 8, milliseconds: 30)
        phase.isBare = true
        let result = try await run(phase)
        #expect(result.sent > 8 && result.acked == result.sent)
        #expect(result.latency.totalCount == 0)
        #expect(result.elapsed >= 0.03)
        #expect(Set(ledger.entries(of: phase.run).compactMap { $0.stamp?.sequence }) == Set(0..<result.sent))

        phase.duration = 60_000_000_000
        phase.run = "bare-2"
        let failed = try await run(phase) { _, sequence in
            sequence < 100 ? .deliver : .fail(TransportError(.rejected, "no"))
        }
        #expect(failed.acked == 100 && failed.errors == failed.sent - 100 && failed.firstError == "no")
    }

    @Test("an open load sends what is due, neither more nor earlier")
    func open() async throws {
        let phase = phase(inFlight: 4, milliseconds: 100, rate: 200)
        let result = try await run(phase)
        // A machine that stood still near the end may leave some out; none can be added.
        #expect(result.sent <= 20)
        #expect(result.sent >= 1)
        #expect(result.acked == result.sent)
        #expect(result.scheduleSlip?.totalCount == result.acked)
        #expect(result.elapsed >= 0.1)
        let due = ledger.entries(of: phase.run).compactMap(\.stamp).sorted { $0.sequence < $1.sequence }
        for (first, second) in zip(due, due.dropFirst()) {
            #expect(abs((second.sentAt - first.sentAt) - 5_000_000) <= 1)
        }
    }

    @Test("a stall shows in the latency from the intended time and not in the uncorrected one")
    func coordinatedOmission() async throws {
        // One entry of 200 is answered 100 ms late; those due meanwhile could not be sent.
        let result = try await run(phase(inFlight: 1, milliseconds: 400, rate: 500)) { _, sequence in
            sequence == 20 ? .delay(.milliseconds(100)) : .deliver
        }
        let corrected = try #require(result.latency.totalCount > 30 ? result.latency.valueAtPercentile(80) : nil)
        let uncorrected = try #require(result.uncorrectedLatency).valueAtPercentile(80)
        #expect(corrected > 5_000_000)
        #expect(uncorrected < corrected)
        #expect(try #require(result.scheduleSlip).maxRecorded > 80_000_000)
    }

    @Test("a connection that fails ends the load at once; what was in flight is counted by its fate")
    func failingConnection() async throws {
        let result = try await run(phase(inFlight: 4, milliseconds: 10_000)) { _, sequence in
            sequence < 10 ? .deliver : .fail(TransportError(.unknown, "connection lost"))
        }
        #expect(result.acked == 10)
        #expect((1...4).contains(result.unknown))
        #expect(result.sent == 10 + result.unknown)
        #expect(result.firstError == "connection lost")
    }

    @Test("an open load whose connection fails ends at once, though senders wait for entries that are due later")
    func failingOpenLoad() async throws {
        let result = try await run(phase(inFlight: 4, milliseconds: 60_000, rate: 0.1)) { _, _ in
            .fail(TransportError(.unknown, "connection lost"))
        }
        #expect(result.sent == 1 && result.unknown == 1)
    }

    @Test("a sender that comes free takes what is overdue, in the order in which it was due")
    func backlog() async throws {
        var phase = phase(inFlight: 2, milliseconds: 200, rate: 1000)
        phase.keepsSamples = true
        let result = try await run(phase) { _, _ in .delay(.milliseconds(10)) }
        #expect(result.sent < 200 && result.acked == result.sent)
        let intended = result.samples.sorted { $0.sent < $1.sent }.map(\.intended)
        // The first two were awaited, and whoever awaits one may be slow to wake.
        let awaited = Set(intended.sorted().prefix(2))
        let overdue = intended.filter { !awaited.contains($0) }
        #expect(overdue == overdue.sorted())
        // Later ones were due before there was anyone to send them.
        #expect(try #require(result.arrivalError).totalCount < result.acked)
    }

    @Test("waits are on the core for the time before an entry is due that the phase says, and are counted")
    func spin() async throws {
        var phase = phase(inFlight: 2, milliseconds: 100, rate: 100)
        #expect(try await run(phase).spun == 0)
        phase.spin = 1_000_000
        let result = try await run(phase)
        #expect(result.spun > 0 && result.spun % FakeConnection.costOfSpin == 0)
        #expect(try #require(result.arrivalError).totalCount <= result.acked)
    }

    @Test("refusals are counted and do not end the load, until there are very many")
    func rejections() async throws {
        let result = try await run(phase(inFlight: 2, milliseconds: 10_000)) { _, sequence in
            sequence % 2 == 0 ? .fail(TransportError(.rejected, "no")) : .deliver
        }
        #expect(result.rejected >= LoadRecorder.mostRejections)
        #expect(result.rejected <= LoadRecorder.mostRejections + 1)
        #expect(result.acked > 900)
    }

    @Test("a load tells what it has come to while it runs")
    func live() async throws {
        var phase = phase(inFlight: 2, milliseconds: 600)
        let live = LiveFigures()
        phase.live = live
        let result = try await run(phase)
        let soFar = try #require(live.soFar)
        #expect(soFar.messagesPerSecond > 0 && soFar.p99Us > 0)
        // What was told half-way is of less than what came in the end.
        #expect(soFar.messagesPerSecond * 0.25 < Double(result.acked))
    }

    @Test("a cancelled load ends at once")
    func cancelled() async throws {
        let phase = phase(inFlight: 2, milliseconds: 60_000, rate: 0.1)
        let started = AsyncStream.makeStream(of: Void.self)
        let task = Task { [ledger] in
            try await FakeTransport(ledger: ledger) { _, _ in
                started.continuation.yield()
                return .deliver
            }.withConnection { connection in await LoadGenerator.run(phase, on: connection) }
        }
        for await _ in started.stream { break }
        task.cancel()
        let result = try await task.value
        #expect(result.sent == 1)
    }

    private func phase(inFlight: Int, milliseconds: UInt64, rate: Double? = nil) -> LoadPhase {
        LoadPhase(
            run: "load-m", inFlight: inFlight, load: rate.map { .open(ratePerSecond: $0) } ?? .closed,
            payloads: PayloadPool(byteCount: 100, seed: 1), duration: milliseconds * 1_000_000,
            wallClockOffset: LoadPhase.currentWallClockOffset())
    }

    private func run(
        _ phase: LoadPhase,
        _ behaviour: @escaping @Sendable (String, UInt64) -> FakeTransport.Behaviour = { _, _ in .deliver }
    ) async throws -> LoadResult {
        try await FakeTransport(ledger: ledger, behaviour: behaviour).withConnection { connection in
            await LoadGenerator.run(phase, on: connection)
        }
    }
}

@Suite("A task that is never waited for too long")
struct BoundedTaskTests {
    @Test("gives its result")
    func result() async throws {
        let value = try await BoundedTask.run(limit: .seconds(60)) { 42 }
        #expect(value == 42)
    }

    @Test("gives its error")
    func error() async throws {
        await #expect(throws: BenchmarkError("no")) {
            try await BoundedTask.run(limit: .seconds(60)) { throw BenchmarkError("no") }
        }
    }

    @Test("is cancelled at the limit, and what it does about it is its result")
    func limit() async throws {
        await #expect(throws: CancellationError.self) {
            try await BoundedTask.run(limit: .milliseconds(10)) { try await Task.sleep(for: .seconds(60)) }
        }
    }

    @Test("has as much more time as it was made to wait")
    func waited() async throws {
        let waits = Mutex([Duration.milliseconds(10), .milliseconds(5), .zero])
        let start = ContinuousClock.now
        await #expect(throws: CancellationError.self) {
            try await BoundedTask.run(
                limit: .milliseconds(10), left: { waits.withLock { $0.removeFirst() } },
                { try await Task.sleep(for: .seconds(60)) })
        }
        #expect(ContinuousClock.now - start >= .milliseconds(25))
        let left = waits.withLock(\.count)
        #expect(left == 0)
    }

    @Test("is given up when it does not heed its cancellation")
    func stuck() async throws {
        await #expect(throws: BoundedTask.Failure.overdue) {
            try await BoundedTask.run(limit: .milliseconds(10), grace: .milliseconds(10)) {
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            }
        }
    }

    @Test("is given up when its caller is cancelled")
    func callerCancelled() async throws {
        let task = Task {
            try await BoundedTask.run(limit: .seconds(60), grace: .milliseconds(10)) {
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            }
        }
        task.cancel()
        await #expect(throws: BoundedTask.Failure.overdue) { try await task.value }
    }
}
