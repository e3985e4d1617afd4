import Metrics
import Broker
import Foundation
import Histogram
import LoggerService
import Synchronization
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

/// The load generator's part in cold connections, and what the lab makes of it.
@Suite("Cold connections")
struct ColdRunTests {
    private let ledger = InMemoryLedger()

    /// Counts the connections of a ``FakeTransport``, and how many there are at once.
    private struct CountingTransport: ClientTransport {
        final class Count: Sendable {
            let opened = Mutex(0)
            let open = Mutex(0)
            let most = Mutex(0)
        }

        var base: FakeTransport
        let count = Count()
        var refusals: Set<Int> = []
        var acknowledgement: AcknowledgementClass { base.acknowledgement }

        func withConnection<R: Sendable>(
            _ body: @Sendable (isolated FakeConnection) async throws -> R
        ) async throws -> R {
            let number = count.opened.withLock { opened in
                opened += 1
                return opened
            }
            if refusals.contains(number) { throw TransportError(.notSent, "refused") }
            let open = count.open.withLock { open in
                open += 1
                return open
            }
            count.most.withLock { $0 = max($0, open) }
            defer { count.open.withLock { $0 -= 1 } }
            return try await base.withConnection(body)
        }

        var descriptor: TransportDescriptor {
            var descriptor = base.descriptor()
            descriptor.makeClient = { _ in self }
            return descriptor
        }
    }

    @Test("each entry has a connection of its own, one after the other, and the warm-up dials once at least")
    func dials() async throws {
        let transport = CountingTransport(base: FakeTransport(ledger: ledger))
        let row = try await measurement(transport).measure().row
        #expect(!row.hasFailed, "\(row.invalidReason)")
        #expect(row.sent == 20 && row.acked == 20 && row.delivered == 20)
        let warm = ledger.entries(of: "r-7w").count
        #expect(warm >= 1 && transport.count.opened.withLock { $0 } == 20 + warm)
        #expect(transport.count.most.withLock { $0 } == 1)
        #expect(ledger.entries(of: "r-7m").count == 20)
        #expect(try #require(row.connectP50Us) <= #require(row.ackLatency).p50Us)
        #expect(row.connectP99Us == nil && row.ackLatency?.knownP99Us == nil)
        // Nothing is in flight while a connection is closed, and halves of a time that nobody set say nothing.
        #expect(row.littleRatio == nil && row.stationarityRatio == nil && row.generatorSpinPercent == nil)
        // Without sockets there are no bytes.
        #expect(row.handshakeTxBytes == nil && row.wireTxBytesPerMessage == nil)
    }

    @Test("without a warm-up nothing is dialed but what is measured")
    func withoutWarmup() async throws {
        let transport = CountingTransport(base: FakeTransport(ledger: ledger))
        var measurement = measurement(transport)
        measurement.suite.warmup = 0
        #expect(try await measurement.measure().row.acked == 20)
        #expect(transport.count.opened.withLock { $0 } == 20)
    }

    @Test("a dial that fails ends the cell, and is told as an entry that was not sent")
    func refused() async throws {
        var transport = CountingTransport(base: FakeTransport(ledger: ledger))
        transport.refusals = [3]
        var measurement = measurement(transport)
        measurement.suite.warmup = 0
        let row = try await measurement.measure().row
        #expect(row.sent == 3 && row.acked == 2 && row.errors == 1)
        // On a busy machine the audit has its say behind it.
        #expect(row.invalidReason.hasPrefix("1 of 3 entries failed (1 not sent): refused"))
        transport.refusals = [1]
        let first = try await self.measurement(CountingTransport(base: transport.base, refusals: [1])).measure().row
        let failure = "the warm-up failed: 1 of 1 entries failed (1 not sent): refused"
        #expect(first.invalidReason.hasPrefix(failure))
    }

    @Test("a job of them is one connection with one entry")
    func job() {
        #expect(job { _ in }.fault == nil && job { _ in }.load == .cold)
        #expect(job { $0.dials = 0 }.fault != nil)
        #expect(job { ($0.inFlight, $0.connections) = (2, 1) }.fault != nil)
        #expect(job { $0.ratePerS = 5 }.fault != nil)
        #expect(job { $0.timelineMs = 10 }.fault != nil)
        #expect(job { $0.bareLoop = true }.fault != nil)
        #expect(LoadJob(line: job { _ in }.line)?.dials == 20)
    }

    @Test("what the generator says of them is what it counted, and a histogram of other connections is not believed")
    func roundTrip() throws {
        var result = LoadResult(start: 1000, isOpen: false)
        (result.end, result.sent, result.acked) = (2_000_001_000, 2, 2)
        var connect = LoadResult.emptyHistogram()
        for value in [1000, 3000] as [UInt64] {
            result.latency.record(value * 2)
            connect.record(value)
        }
        (result.connect, result.handshake) = (connect, WireBytes(sent: 7, received: 8))
        let line = GeneratorLine(job: 7, result: GeneratorResult(result, wire: WireBytes(sent: 9, received: 10))).text
        var heard = try #require(JSONLine.value(GeneratorLine.self, of: line)?.result)
        let read = try heard.loadResult(of: job { _ in })
        #expect(read.connect?.totalCount == 2 && read.connect?.maxRecorded == connect.maxRecorded)
        #expect(read.handshake == WireBytes(sent: 7, received: 8) && read.wire == WireBytes(sent: 9, received: 10))
        connect.record(5)
        heard.connect = HistogramCode.encode(connect)
        #expect(throws: BenchmarkError.self) { try heard.loadResult(of: job { _ in }) }
        // Of a job without dials it means nothing.
        #expect(try heard.loadResult(of: job { $0.dials = nil }).connect == nil)
    }

    @Test("a generator that knows nothing of dials, and sends as it always did, is not believed")
    func ignorant() async throws {
        let ledger = ledger
        var histogram = LoadResult.emptyHistogram()
        histogram.record(1000)
        let counts = #""sent":1,"acked":1,"not_sent":0,"unknown":0,"rejected":0,"start_ns":0,"elapsed_ns":0"#
        let result = #"{\#(counts),"latency":"\#(HistogramCode.encode(histogram))"}"#
        var measurement = measurement(CountingTransport(base: FakeTransport(ledger: ledger)))
        measurement.suite.warmup = 0
        measurement.generator = GeneratorSeat {
            let none = #"{"sent":0,"acked":0,"not_sent":0,"unknown":0,"rejected":0,"start_ns":0,"elapsed_ns":0}"#
            let script =
                "echo '{\"ready\":true}'; read job; echo '{\"job\":7,\"mark\":\"warm\",\"result\":\(none)}'; read go; "
                + "echo '{\"job\":7,\"mark\":\"begin\"}'; echo '{\"job\":7,\"mark\":\"end\"}'; "
                + "echo '{\"job\":7,\"result\":\(result)}'; exec cat > /dev/null"
            return try await GeneratorParty.start(PartyCommand(executable: "/bin/sh", arguments: ["-c", script]))
        }
        let row = try await measurement.measure().row
        #expect(row.invalidReason == "the load generator was to dial 20 times for an entry each, and sent 1")
    }

    private func job(_ change: (inout LoadJob) -> Void) -> LoadJob {
        var job = LoadJob(
            job: 7, transport: "fake", target: "x", payloadBytes: 100, payloadSeed: 1, inFlight: 1, connections: 1,
            warmupS: 0.01, warmupRunID: "r-7w", durationS: 0.03, runID: "r-7m", seed: 1)
        job.dials = 20
        change(&job)
        return job
    }

    private func measurement(_ transport: CountingTransport) -> CellMeasurement {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["fake"], payloadBytes: [100], inFlight: [1], load: .cold, rounds: 1, duration: 0.03,
            warmup: 0.01, seed: 1)
        suite.coldDials = 20
        let planned = PlannedCell(cell: suite.cells[0], block: 1, orderInBlock: 1, number: 7)
        let descriptor = transport.descriptor
        return CellMeasurement(
            suite: suite, planned: planned, descriptor: descriptor, target: "x", companions: [],
            generator: GeneratorSeat { .hosted([descriptor]) }, loggerPID: getpid(), ledger: ledger, runPrefix: "r")
    }
}
