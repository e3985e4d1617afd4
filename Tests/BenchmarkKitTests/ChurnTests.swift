import BenchmarkResults
import Broker
import Foundation
import Histogram
import LoggerService
import Synchronization
import Testing
import TransportIO

@testable import BenchmarkKit
@testable import BenchmarkResults

/// Connections that are closed after a number of entries, while the load goes on.
@Suite("Connections that do not stay", .timeLimit(.minutes(1)))
struct ChurnTests {
    private let ledger = InMemoryLedger()

    /// A transport that keeps a log of its connections.
    private struct LoggedTransport: ClientTransport {
        final class Log: Sendable {
            struct Stay: Sendable {
                var given = 0
                var answered = 0
                var isClosed = false
            }

            let stays = Mutex<[Stay]>([])
            let most = Mutex(0)

            var all: [Stay] { stays.withLock { $0 } }
        }

        var base: FakeTransport
        let log = Log()
        /// The dials that fail, by their numbers from 1 on.
        var refusals: Set<Int> = []
        var acknowledgement: AcknowledgementClass { base.acknowledgement }

        func withConnection<R: Sendable>(
            _ body: @Sendable (isolated LoggedConnection) async throws -> R
        ) async throws -> R {
            let (number, open) = log.stays.withLock { stays in
                stays.append(Log.Stay())
                return (stays.count - 1, stays.count { !$0.isClosed })
            }
            log.most.withLock { $0 = max($0, open) }
            defer { log.stays.withLock { $0[number].isClosed = true } }
            if refusals.contains(number + 1) { throw TransportError(.notSent, "refused") }
            return try await body(LoggedConnection(FakeConnection(transport: base), log, number))
        }

        var descriptor: TransportDescriptor {
            var descriptor = base.descriptor()
            descriptor.makeClient = { _ in self }
            return descriptor
        }
    }

    private actor LoggedConnection: PacedConnection {
        private let base: FakeConnection
        private let log: LoggedTransport.Log
        private let number: Int
        nonisolated var unownedExecutor: UnownedSerialExecutor { base.unownedExecutor }
        nonisolated var executor: EventLoopExecutor { base.executor }

        init(_ base: FakeConnection, _ log: LoggedTransport.Log, _ number: Int) {
            (self.base, self.log, self.number) = (base, log, number)
        }

        func send(_ entry: LogEntry) async throws(TransportError) -> Acknowledgement {
            log.stays.withLock { stays in
                stays[number].given += 1
                #expect(!stays[number].isClosed)
            }
            let answer = try await base.send(entry)
            log.stays.withLock { stays in
                stays[number].answered += 1
                #expect(!stays[number].isClosed, "an entry in flight was not waited for")
            }
            return answer
        }

        func sleep(until deadline: UInt64) async { await base.sleep(until: deadline) }
        func spin(until deadline: UInt64) async -> UInt64 { await base.spin(until: deadline) }
    }

    @Test(
        "each is closed behind the last of its entries, and another one takes its place: closed and open loads",
        arguments: [
            (1, 1, 1, nil), (1, 8, 1, nil), (7, 8, 2, nil), (100, 4, 4, nil), (3, 8, 2, 2000), (1_000_000, 4, 2, nil),
        ] as [(Int, Int, Int, Double?)])
    func places(churn: Int, inFlight: Int, connections: Int, rate: Double?) async throws {
        let transport = LoggedTransport(base: FakeTransport(ledger: ledger))
        let measurement = measurement(
            transport, churn: churn, inFlight: inFlight, connections: connections,
            load: rate.map { .open(ratePerSecond: $0) } ?? .closed)
        let row = try await measurement.measure().row
        #expect(!row.hasFailed, "\(row.invalidReason)")
        let acked = try #require(row.acked)
        #expect(acked > 0 && row.sent == acked && row.delivered == acked && row.lost == 0 && row.duplicated == 0)
        let stays = transport.log.all
        #expect(stays.allSatisfy { $0.isClosed && $0.given == $0.answered && $0.given <= churn })
        #expect(stays.map(\.given).reduce(0, +) == ledger.entries(of: "r-7w").count + Int(acked))
        // All are full but the last ones.
        #expect(stays.count { $0.given < churn } <= connections)
        let dialed = try #require(row.dialedConnections)
        #expect(dialed <= UInt64(stays.count) && acked <= UInt64(churn) * (dialed + UInt64(inFlight)))
        if churn == 1_000_000 { #expect(dialed == 0 && stays.count == connections) }
        // Those that are being closed, beside those with an entry in flight.
        #expect(transport.log.most.withLock { $0 } <= 2 * inFlight + connections)
    }

    @Test("entries that take longer are answered before their connection is closed, and hold up nobody else")
    func slowest() async throws {
        var base = FakeTransport(ledger: ledger)
        base.behaviour = { _, sequence in sequence % 10 == 0 ? .delay(.milliseconds(5)) : .deliver }
        let transport = LoggedTransport(base: base)
        let row = try await measurement(transport, churn: 5, inFlight: 4).measure().row
        #expect(!row.hasFailed && row.delivered == row.acked, "\(row.invalidReason)")
        #expect(transport.log.all.allSatisfy { $0.isClosed && $0.given == $0.answered })
    }

    @Test("operations go on over them")
    func operations() async throws {
        let transport = LoggedTransport(base: FakeTransport(ledger: ledger))
        var measurement = measurement(transport, churn: 6, inFlight: 8)
        measurement.suite.messagesPerOperation = 4
        let row = try await measurement.measure().row
        #expect(!row.hasFailed && row.delivered == row.acked && row.dialedConnections ?? 0 > 0, "\(row.invalidReason)")
    }

    @Test("a dial that fails ends the cell, and is told as entries that were not sent")
    func refused() async throws {
        var transport = LoggedTransport(base: FakeTransport(ledger: ledger))
        transport.refusals = [4]
        var measurement = measurement(transport, churn: 2, inFlight: 1)
        measurement.suite.warmup = 0
        let row = try await measurement.measure().row
        #expect(row.sent == 7 && row.acked == 6 && row.errors == 1 && row.dialedConnections == 3)
        #expect(row.invalidReason.hasPrefix("1 of 7 entries failed (1 not sent): refused"))
        #expect(transport.log.all.allSatisfy { $0.isClosed })
        // The first one is dialed before there is an entry for it.
        let first = try await self.measurement(
            LoggedTransport(base: transport.base, refusals: [1]), churn: 2, inFlight: 1
        ).measure().row
        #expect(first.invalidReason == "refused")
    }

    @Test("a job says after how many entries; not of dials, nor of none")
    func job() {
        #expect(job { _ in }.fault == nil && LoadJob(line: job { _ in }.line)?.churn == 5)
        #expect(job { $0.churn = 0 }.fault == "churn is 0" && job { $0.churn = 1_000_001 }.fault != nil)
        #expect(job { ($0.dials, $0.inFlight, $0.connections) = (3, 1, 1) }.fault != nil)
        #expect(job { $0.ratePerS = 100 }.fault == nil && job { $0.timelineMs = 10 }.fault == nil)
        #expect(!job { $0.churn = nil }.line.contains("churn"))
    }

    @Test("what the generator says of dials is what it counted; one that says nothing, or too few, is not believed")
    func roundTrip() throws {
        var result = LoadResult(start: 1000, isOpen: false)
        (result.end, result.sent, result.acked, result.dialed) = (2_000_001_000, 60, 60, 8)
        for value in 1...60 { result.latency.record(UInt64(value * 1000)) }
        var heard = GeneratorResult(result)
        #expect(try heard.loadResult(of: job { _ in }).dialed == 8)
        // 4 in flight may have had as many connections before.
        heard.dialedConnections = 7
        let tooFew = #expect(throws: BenchmarkError.self) { try heard.loadResult(of: job { _ in }) }
        #expect(
            tooFew?.message
                == "the load generator counted 60 acknowledgements, and dialed 7 connections for 5 entries each")
        heard.dialedConnections = nil
        let none = #expect(throws: BenchmarkError.self) { try heard.loadResult(of: job { _ in }) }
        #expect(
            none?.message
                == "the load generator was to close each connection after 5 entries, and says of none that it dialed it"
        )
        // Of a job without churn it means nothing.
        heard.dialedConnections = 3
        #expect(try heard.loadResult(of: job { $0.churn = nil }).dialed == nil)
    }

    private func job(_ change: (inout LoadJob) -> Void) -> LoadJob {
        var job = LoadJob(
            job: 7, transport: "fake", target: "x", payloadBytes: 100, payloadSeed: 1, inFlight: 4, connections: 2,
            warmupS: 0.01, warmupRunID: "r-7w", durationS: 0.03, runID: "r-7m", seed: 1)
        job.churn = 5
        change(&job)
        return job
    }

    private func measurement(
        _ transport: LoggedTransport, churn: Int, inFlight: Int, connections: Int = 1, load: LoadModel = .closed
    ) -> CellMeasurement {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["fake"], payloadBytes: [100], inFlight: [inFlight], load: load, rounds: 1,
            duration: 0.05, warmup: 0.01, seed: 1)
        suite.connections = [connections]
        suite.churn = [churn]
        let planned = PlannedCell(cell: suite.cells[0], block: 1, orderInBlock: 1, number: 7)
        let descriptor = transport.descriptor
        return CellMeasurement(
            suite: suite, planned: planned, descriptor: descriptor, target: "x", companions: [],
            generator: GeneratorSeat { .hosted([descriptor]) }, loggerPID: getpid(), ledger: ledger, runPrefix: "r")
    }
}
