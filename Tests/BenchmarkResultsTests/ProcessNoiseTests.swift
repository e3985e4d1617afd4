import Broker
import Foundation
import Testing

@testable import BenchmarkResults

@Suite("The noise between processes and within them")
struct ProcessNoiseTests {
    /// Rows whose processes differ by one standard deviation and whose halves by another, as drawn from a seed.
    private func rows(
        between: Double, within: Double, rounds: Int = 4000, isOfOneProcess: Bool = false
    ) -> [ResultRow] {
        var generator = SplitMix64(seed: 7)
        func normal() -> Double {
            // Box and Muller.
            let (first, second) = (Double(generator.next() >> 11) + 1, Double(generator.next() >> 11))
            return sqrt(-2 * log(first / 0x1p53)) * cos(2 * .pi * second / 0x1p53)
        }
        return (1...rounds).flatMap { round in
            [CellRole.cell, .control].enumerated().map { index, role in
                let cell = Cell(transport: "tcp", payloadBytes: 100, inFlight: 1, role: role)
                var row = ResultRow(
                    runID: "r", startedAt: "",
                    planned: PlannedCell(cell: cell, block: round, orderInBlock: 1, number: 1),
                    mode: "", codec: "", peerVersion: nil, isEncrypted: false, acknowledgementClass: "recorded")
                let process = normal() * between
                // A half has twice the variance of the whole.
                let halves = [normal(), normal()].map { $0 * within * 2.0.squareRoot() }
                row.throughput = 1000 * exp(process + (halves[0] + halves[1]) / 2)
                // Later halves are a little faster, which is no noise.
                row.stationarityRatio = exp(halves[1] - halves[0] + 0.2)
                row.brokerPID = isOfOneProcess ? 1 : UInt64(2 * round + index)
                return row
            }
        }
    }

    @Test("are told apart", arguments: [(0.1, 0.03), (0.06, 0.06), (0.0, 0.05)])
    func components(between: Double, within: Double) throws {
        let noise = try #require(ProcessNoise(rows(between: between, within: within)))
        #expect(abs(noise.within - within) < 0.006, "\(noise)")
        #expect(abs(noise.between - between) < (between == 0 ? 0.02 : 0.01), "\(noise)")
        let share = between * between / (between * between + within * within)
        #expect(abs(noise.shareBetween - share) < (between == 0 ? 0.15 : 0.05), "\(noise)")
    }

    @Test("are not told where all rows are of one process, or of too few")
    func unknown() {
        #expect(ProcessNoise(rows(between: 0.1, within: 0.1, rounds: 100, isOfOneProcess: true)) == nil)
        #expect(ProcessNoise(rows(between: 0.1, within: 0.1, rounds: 2)) == nil)
        #expect(ProcessNoise([]) == nil)
        // Runs of before there were such columns.
        var old = rows(between: 0.1, within: 0.1, rounds: 10)
        for index in old.indices { old[index].brokerPID = nil }
        #expect(ProcessNoise(old) == nil)
    }
}
