import Broker
import Foundation
import Glibc
import LoggerService
import Synchronization
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

/// Loads whose rate is told by what the warm-up has carried.
@Suite("More than is carried", .timeLimit(.minutes(1)))
struct OverloadTests {
    private let ledger = InMemoryLedger()

    private func measure(
        times: Double, seconds: Double = 0.5,
        _ behaviour: @escaping @Sendable (String, UInt64) -> FakeTransport.Behaviour
    ) async throws -> ResultRow {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["fake"], payloadBytes: [100], inFlight: [4], rounds: 1, duration: seconds,
            warmup: 0.2, seed: 1)
        suite.usedOverload = [times]
        let transport = FakeTransport(ledger: ledger, behaviour: behaviour)
        var measurement = CellMeasurement(
            suite: suite, planned: PlannedCell(cell: suite.cells[0], block: 1, orderInBlock: 1, number: 7),
            descriptor: transport.descriptor(), target: "x", companions: [],
            generator: GeneratorSeat { .hosted([transport.descriptor()]) }, loggerPID: getpid(), ledger: ledger,
            runPrefix: "abcdef")
        measurement.reconciliation?.patience = .milliseconds(500)
        return try await measurement.measure().row
    }

    @Test("what is due beyond what is carried is held back by a transport that answers when an entry is recorded")
    func heldBack() async throws {
        let row = try await measure(times: 3) { _, _ in .delay(.milliseconds(5)) }
        #expect(!row.hasFailed, "\(row.invalidReason)")
        let carried = try #require(row.carriedPerSecond)
        #expect(carried > 0 && carried <= 800)
        let (offered, heldBack, sent) = (try #require(row.offered), try #require(row.heldBack), try #require(row.sent))
        #expect(offered == UInt64((3 * carried * 0.5).rounded(.up)) && offered == heldBack + sent)
        #expect(row.acked == sent && row.errors == 0 && row.backlog == 0)
        // What came before and behind bears other run ids.
        #expect(ledger.announcements.withLock { $0 } == ["abcdef-7w", "abcdef-7m", "abcdef-7a"])
        #expect(UInt64(ledger.entries(of: "abcdef-7m").count) == sent && !ledger.entries(of: "abcdef-7a").isEmpty)
        #expect(row.rateKept == nil && row.stationarityRatio == nil && row.isOverloaded)
    }

    @Test("what is answered before it is recorded, and is not yet when the last is answered, is the backlog")
    func queued() async throws {
        let row = try await measure(times: 0.5) { run, _ in
            run.hasSuffix("m") ? .deliverLater(.milliseconds(700)) : .delay(.milliseconds(5))
        }
        #expect(!row.hasFailed, "\(row.invalidReason)")
        #expect(try #require(row.backlog) > 0 && row.lost == 0)
        // Of an account without times nobody knows.
        #expect(row.drainMs == nil && row.loggerCPUUsPerMessage == nil && !row.isOverloaded)
    }

    @Test("an entry that fails is told by its fate, and costs no row; one that is lost does, also afterwards")
    func failures() async throws {
        let refused = try await measure(times: 1) { run, sequence in
            run.hasSuffix("m") && sequence == 2
                ? .fail(TransportError(.rejected, "full")) : .delay(.milliseconds(5))
        }
        #expect(!refused.hasFailed && refused.rejected == 1 && refused.errors == 1, "\(refused.invalidReason)")
        let lost = try await measure(times: 1) { run, sequence in
            run.hasSuffix("a") && sequence == 2 ? .drop : .delay(.milliseconds(5))
        }
        #expect(lost.invalidReason.contains("1 of ") && lost.invalidReason.contains("acknowledged afterwards"))
        let nothing = try await measure(times: 1) { run, _ in
            run.hasSuffix("w") ? .fail(TransportError(.notSent, "away")) : .deliver
        }
        #expect(nothing.invalidReason.contains("the warm-up failed"))
    }

    @Test("what was carried is what the logger had by the time until it had it; rates stay within bounds")
    func rates() throws {
        var warm = LoadResult(start: MonotonicClock.now, isOpen: false)
        warm.end = warm.start + 1_000_000_000
        warm.acked = 1000
        #expect(OverloadRates(times: 3, warm, nil)?.carried == 1000)
        var report = RunReport(run: "w")
        report.lastReceivedAtNs = Int64(warm.start) + 4_000_000_000 + LoadPhase.currentWallClockOffset()
        let slow = try #require(OverloadRates(times: 3, warm, report))
        #expect(abs(slow.carried - 250) < 1 && abs(slow.offered - 750) < 3 && abs(slow.afterwards - 125) < 1)
        #expect(OverloadFigures(rates: slow).offered(in: 10) >= 7490)
        warm.acked = 1 << 50
        #expect(OverloadRates(times: 3, warm, nil)?.offered == SuiteRules.ratePerSecond.upperBound)
        warm.acked = 0
        #expect(OverloadRates(times: 3, warm, nil) == nil)
    }

    @Test("the rate is back where nine tenths of it are acknowledged for half a second")
    func normalAgain() {
        var result = LoadResult(start: 5_000_000_000, isOpen: true)
        func again(_ acked: [UInt64]) -> UInt64? {
            let bins = acked.map { LoadTimeline.Bin(sent: $0, acked: $0) }
            result.timeline = LoadTimeline(start: 5_000_000_000, width: RateRecovery.binWidth, bins: bins, pauses: [])
            return Afterwards(result, ratePerSecond: 100, since: 4_950_000_000).normalAgain
        }
        #expect(again([10, 10, 10, 10, 10]) == 50_000_000)
        #expect(again([0, 4, 10, 9, 11, 10, 10, 0]) == 250_000_000)
        #expect(again([10, 10, 10, 10]) == nil && again([10, 10, 0, 10, 10, 10, 10]) == nil)
    }

    @Test(
        "a job whose rate comes with the word has none of its own; who says nothing of what came behind is not believed"
    )
    func job() throws {
        var job = LoadJob(
            job: 7, transport: "fake", target: "x", payloadBytes: 100, payloadSeed: 1, inFlight: 4, connections: 2,
            warmupS: 0.2, warmupRunID: "r-7w", durationS: 6, runID: "r-7m", seed: 1)
        job.afterwards = LoadJob.Afterwards(durationS: 3, runID: "r-7a")
        #expect(job.fault == nil && job.load == .closed)
        #expect(LoadJob(line: job.line) == job && job.line.contains(#""afterwards":{"duration_s":3,"run_id":"r-7a"}"#))
        var cold = job
        cold.warmupS = 0
        #expect(cold.fault?.contains("told by the warm-up") == true)
        var told = job
        told.ratePerS = 100
        #expect(told.fault?.contains("told by the warm-up") == true)
        let silent = GeneratorResult(LoadResult(start: 1, isOpen: true))
        let error = try #require(throws: BenchmarkError.self) { try silent.loadResult(of: told) }
        #expect(error.message.contains("was to go on at another rate"))
        var result = LoadResult(start: 1, isOpen: true)
        result.afterwards = Afterwards(sent: 5, acked: 4, firstError: "full", normalAgain: 9)
        #expect(try GeneratorResult(result).loadResult(of: told).afterwards == result.afterwards)
    }
}
