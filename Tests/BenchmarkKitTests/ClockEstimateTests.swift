import Metrics
import Broker
import Synchronization
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults
@testable import LoggerService

@Suite("The clock of a logger elsewhere")
struct ClockEstimateTests {
    @Test("a round trip tells the other clock within half of what it took, wherever in it that was read")
    func roundTrip() {
        for (there, back) in [(0, 900), (300, 600), (450, 450), (900, 0), (1, 0)] as [(Int64, Int64)] {
            for ahead in [-3_000_000, 0, 3_000_000] as [Int64] {
                let asked: Int64 = 1_795_684_315_767_437_073
                let estimate = ClockEstimate(asked: asked, took: there + back, told: asked + there + ahead)
                #expect(abs(estimate.ahead - ahead) <= estimate.bound)
                #expect(estimate.bound <= (there + back + 1) / 2)
            }
        }
    }

    @Test("the fastest of many round trips counts")
    func fastest() async throws {
        let count = Mutex(0)
        let estimate = try await ClockEstimate.measured {
            // All but one answer late, which only makes them worse.
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number != 10 { try await Task.sleep(for: .milliseconds(2)) }
            return ProcessAPI.Clock(wallNs: MonotonicClock.wallTime + 3_000_000, monotonicNs: 0)
        }
        #expect(count.withLock { $0 } >= ClockEstimate.roundTrips / 10)
        #expect(abs(estimate.ahead - 3_000_000) <= estimate.bound)
    }

    @Test("what holds between two estimates has room for both, and for the drift between them")
    func between() {
        let asked: Int64 = 1_000_000_000
        for (first, second) in [(1000, 1000), (1000, 5000), (5000, -1000), (.min, .max)] as [(Int64, Int64)] {
            let before = ClockEstimate(asked: asked, took: 200, told: asked &+ 100 &+ first)
            let after = ClockEstimate(asked: asked, took: 400, told: asked &+ 200 &+ second)
            let both = ClockEstimate.between(before, after)
            guard first != .min else { continue }
            #expect(both.ahead == (first + second) / 2)
            for truth in [first - 100, first + 100, second - 200, second + 200] {
                #expect(abs(both.ahead - truth) <= both.bound)
            }
        }
    }

    @Test("delivered latencies are without what the logger did not know, and left out where the clock is not known")
    func latencies() {
        func row(median: Double, bound: Int64, residue: Int64) -> ResultRow {
            var row = ResultRow(number: 1)
            row.deliveredLatency = LatencySummary(
                count: 1000, p50Us: median, p90Us: median, p99Us: median, p999Us: median, maxUs: median, meanUs: median)
            var builder = ResultRowBuilder(row)
            let told: Int64 = 3_000_000
            let estimate = ClockEstimate(asked: 0, took: 2 * bound, told: bound + told + residue)
            builder.add(estimate, told: told)
            return builder.row
        }
        let known = row(median: 1000, bound: 90_000, residue: 5000)
        #expect(known.deliveredLatency?.p50Us == 995 && known.deliveredLatency?.maxUs == 995)
        #expect(known.clockOffsetUs == 3005 && known.clockBoundUs == 90)
        let unknown = row(median: 1000, bound: 110_000, residue: 0)
        #expect(unknown.deliveredLatency == nil && unknown.clockBoundUs == 110)
        #expect(row(median: 3, bound: 0, residue: 5000).deliveredLatency?.p50Us == 0)
    }
}
