import Foundation
import Testing

@testable import BenchmarkResults

/// How often the intervals that the lab prints have the true value in them, in 10,000 made-up runs each.
@Suite("Coverage")
struct CoverageTests {
    /// What the values of a cell may be like; the median is 0.
    enum Shape: CaseIterable, Sendable {
        /// As is usual.
        case normal
        /// One of ten is far below the others.
        case outliers
        /// As waiting times are.
        case exponential
        /// So wide that there is no mean.
        case cauchy

        func draw(_ generator: inout SplitMix64) -> Double {
            let unit = Double.random(in: 1e-12..<1, using: &generator)
            switch self {
            case .normal: return CoverageTests.normal(&generator)
            case .outliers:
                // The quantile of the median moves by what the outliers are: 0.5 by 0.9 of the others are above.
                let isOutlier = unit < 0.1
                return isOutlier ? -8 : CoverageTests.normal(&generator) + 0.1397102988
            case .exponential: return -log(unit) - log(2)
            case .cauchy: return tan(.pi * (unit - 0.5))
            }
        }
    }

    static let runs = 10_000

    static func normal(_ generator: inout SplitMix64) -> Double {
        // Box and Muller.
        let (one, other) = (
            Double.random(in: 1e-12..<1, using: &generator), Double.random(in: 0..<1, using: &generator)
        )
        return (-2 * log(one)).squareRoot() * cos(2 * .pi * other)
    }

    /// The part of the runs whose interval has the value in it, and what they say that it is.
    private func coverage(
        of truth: Double, seed: UInt64, _ estimate: (inout SplitMix64) -> Estimate?
    ) -> (found: Double, said: Double) {
        var generator = SplitMix64(seed: seed)
        var (inside, said) = (0, 0.0)
        for _ in 0..<Self.runs {
            guard let one = estimate(&generator), let low = one.low, let high = one.high else { continue }
            if low <= truth && truth <= high { inside += 1 }
            said = one.coverage
        }
        return (Double(inside) / Double(Self.runs), said)
    }

    @Test("a median's interval covers 95% of runs, whatever the shape", arguments: Shape.allCases, [6, 7, 9, 12, 20])
    func median(shape: Shape, rounds: Int) {
        let (found, said) = coverage(of: 0, seed: UInt64(rounds)) { generator in
            Estimate(medianOf: (0..<rounds).map { _ in shape.draw(&generator) })
        }
        #expect(said == 0.95)
        #expect((0.93...0.97).contains(found), "\(found)")
    }

    @Test("of fewer rounds it covers what it says", arguments: [2, 3, 4, 5])
    func fewRounds(rounds: Int) {
        let (found, said) = coverage(of: 0, seed: UInt64(rounds)) { generator in
            Estimate(medianOf: (0..<rounds).map { _ in Shape.exponential.draw(&generator) })
        }
        #expect(abs(found - said) < 0.015, "\(found) \(said)")
    }

    @Test("the ratio of two runs", arguments: [Shape.normal, .exponential], [4, 7, 9])
    func twoRuns(shape: Shape, rounds: Int) {
        let (found, said) = coverage(of: 1.2, seed: UInt64(rounds)) { generator in
            func run(_ factor: Double) -> [Double] {
                (0..<rounds).map { _ in factor * exp(0.1 * shape.draw(&generator)) }
            }
            return Estimate(ratioOf: run(1.2), to: run(1))
        }
        #expect((0.93...0.97).contains(said))
        #expect((0.93...0.97).contains(found), "\(found)")
    }

    @Test(
        "the ratio of two runs beside the floor, on a machine that has changed", arguments: [4, 7, 12, 23],
        [0.9, 1.15, 1.4])
    func besideFloor(rounds: Int, power: Double) {
        let (found, said) = coverage(of: 1.2, seed: UInt64(rounds)) { generator in
            func run(_ factor: Double, machine: Double) -> [AnalysisOfCovariance.Round] {
                (0..<rounds).map { _ in
                    let floor = log(machine) + 0.08 * Self.normal(&generator)
                    return .init(value: log(factor) + power * floor + 0.04 * Self.normal(&generator), floor: floor)
                }
            }
            let machine = exp(0.08 * Self.normal(&generator))
            return AnalysisOfCovariance(old: run(1, machine: 1), new: run(1.2, machine: machine))?.ratio
        }
        #expect(said == 0.95)
        #expect((0.93...0.97).contains(found), "\(found)")
    }

    /// In 2,000 runs, as each asks for hundreds of medians.
    @Test("a crossover", arguments: [7, 12])
    func crossover(rounds: Int) {
        var generator = SplitMix64(seed: UInt64(rounds))
        // The logarithm of the ratio falls from 0.5 to -0.3 from 100 B to 1000 B.
        let truth = 100 * pow(10, 0.5 / 0.8)
        let runs = 2000
        var inside = 0
        for _ in 0..<runs {
            let ratios = [0.5, -0.3].map { middle in
                Dictionary(
                    uniqueKeysWithValues: (1...rounds).map { ($0, middle + 0.1 * Self.normal(&generator)) })
            }
            guard let found = Crossover.meeting([log(100), log(1000)], ratios), let low = found.low,
                let high = found.high
            else { continue }
            if exp(low) <= truth && truth <= exp(high) { inside += 1 }
        }
        let found = Double(inside) / Double(runs)
        #expect((0.93...0.97).contains(found), "\(found)")
    }

    /// Latencies of many entries, as a histogram has them.
    @Test("a percentile of a cell", arguments: [(50.0, 20), (50, 500), (90, 100), (99, 1000)])
    func percentile(percentile: Double, count: Int) throws {
        var generator = SplitMix64(seed: 5)
        let ranks = try #require(OrderStatistics.ranks(ofPercentile: percentile, count: UInt64(count)))
        // A value is below the percentile as often as a number from 0 to 1 is below its part: of sorted ones only how many
        // are below matters.
        var inside = 0
        let runs = Self.runs
        for _ in 0..<runs {
            var below: UInt64 = 0
            for _ in 0..<count where Double.random(in: 0..<1, using: &generator) < percentile / 100 { below += 1 }
            if ranks.low <= below && below < ranks.high { inside += 1 }
        }
        let found = Double(inside) / Double(runs)
        #expect((0.93...0.97).contains(found), "\(found)")
    }
}
