import Foundation
import Metrics
import Testing

@testable import BenchmarkResults

/// What a run with a time budget measures further, and how often it is wrong.
@Suite("Rounds that go where they are needed")
struct RoundScheduleTests {
    /// Runs a schedule over transports whose true rates are known; each cell takes a second.
    private func run(
        _ rates: [String: Double], budget: Double?, noise: Double = 0.05, seed: UInt64 = 1,
        rate: @escaping (Cell) -> Double = { _ in 1 }, inFlight: [Int] = [1],
        change: (inout ResultRow) -> Void = { _ in }
    ) -> (report: Report, rounds: [[PlannedCell]]) {
        var suite = SignificanceTests.suite(rates.keys.sorted(), baseline: "a", load: .closed)
        suite.inFlight = inFlight
        suite.timeBudget = budget
        if budget != nil { suite.rounds = Looks.planned[0] }
        suite.seed = seed
        var schedule = RoundSchedule(suite: suite, floor: "a")
        var generator = SplitMix64(seed: seed)
        var (rows, rounds): ([ResultRow], [[PlannedCell]]) = ([], [])
        while let round = schedule.next(after: rows, seconds: Double(rows.count)) {
            rounds.append(round)
            let machine = exp(0.15 * CoverageTests.normal(&generator))
            for planned in round {
                var row = ResultRow.sample(
                    throughput: 10_000 * (rates[planned.cell.transport] ?? 1) * rate(planned.cell) * machine
                        * exp(noise * CoverageTests.normal(&generator)))
                row.planned = planned
                change(&row)
                rows.append(row)
            }
        }
        #expect(schedule.count == rows.count)
        return (Report(record: SignificanceTests.record(suite), rows: rows), rounds)
    }

    @Test("a fixed number of rounds has every cell in each, whatever was measured")
    func fixed() {
        let (report, rounds) = run(["a": 1, "b": 1.001, "c": 1], budget: nil)
        #expect(rounds.count == 7)
        #expect(rounds == report.suite.scheduled())
        #expect(rounds.allSatisfy { Set($0.map(\.cell)) == Set(report.suite.cells) })
    }

    @Test(
        "what is decided is measured no further, what is open is, with the control of its load where that belongs to it"
    )
    func open() throws {
        let (report, rounds) = run(["a": 4, "b": 1, "c": 1.03], budget: 300, noise: 0.05)
        #expect(rounds[..<6].allSatisfy { $0.count == 4 })
        #expect(rounds.count > 6)
        #expect(rounds[6...].allSatisfy { Set($0.map(\.cell.transport)) == ["b", "c"] })
        #expect(report.summary[0].place == "1")
        let (_, all) = run(["a": 1, "b": 1.03], budget: 300, noise: 0.05)
        #expect(all[6].map(\.cell.role).sorted { $0.rawValue < $1.rawValue } == [.cell, .cell, .control])
    }

    @Test("nothing is measured further where all is decided")
    func decided() {
        let (report, rounds) = run(["a": 4, "b": 2, "c": 1], budget: 1000)
        #expect(rounds.count == 6)
        #expect(report.summary.map(\.place) == ["1", "2", "3"])
    }

    @Test("what the audit distrusts in every round is open, what has lost entries is measured no further")
    func doubted() {
        func rounds(_ reason: InvalidReason) -> Int {
            run(["a": 4, "b": 1], budget: 40, change: { $0.invalidReasons = [reason] }).rounds.count
        }
        #expect(rounds(.audit("late")) > 6)
        #expect(rounds("1 of 10 acknowledged entries did not arrive") == 6)
    }

    @Test("the budget is kept, and ends at a look; the load that needs fewest rounds goes first")
    func budget() {
        // Six rounds of six cells each; a further look of both loads has 2 rounds of 6.
        let (report, rounds) = run(
            ["a": 1, "b": 1], budget: 36 + 11, noise: 0.1, rate: { $0.inFlight == 64 && $0.transport == "b" ? 1.3 : 1 },
            inFlight: [1, 64])
        #expect(rounds.flatMap(\.self).count <= 47)
        #expect(rounds.count == 6 || rounds.count == 8)
        #expect(rounds.dropFirst(6).allSatisfy { Set($0.map(\.cell.inFlight)).count == 1 })
        #expect(Looks.planned.contains(report.rows.map(\.planned.block).max() ?? 0))
    }

    @Test("transports that are alike are found to be so, and measured no further than that")
    func equal() throws {
        let (report, rounds) = run(["a": 1, "b": 1], budget: 10_000, noise: 0.02)
        #expect(rounds.count < 64)
        let pair = try #require(report.comparisons(at: report.suite.points[0]).first)
        #expect(pair.isEqual && !pair.isSignificant && !pair.isOpen)
        #expect(try #require(pair.atMost) <= Comparison.margin)
        #expect(report.summary.map(\.equalTo) == [["b"], ["a"]])
        #expect(report.summary.map(\.place) == ["1 to 2", "1 to 2"])
    }

    /// What the noise within a cell may be like.
    enum Noise: CaseIterable, Sendable {
        /// As is usual.
        case normal
        /// One round of ten is two thirds of the others.
        case outliers
        /// A process comes to lie in one of two places, of which one is half as fast as the other.
        case places
    }

    private func draw(_ noise: Noise, _ generator: inout SplitMix64) -> Double {
        let normal = CoverageTests.normal(&generator)
        switch noise {
        case .normal: return 0.08 * normal
        case .outliers: return 0.03 * normal - (Double.random(in: 0..<1, using: &generator) < 0.1 ? 0.4 : 0)
        case .places: return 0.03 * normal - (Double.random(in: 0..<1, using: &generator) < 0.5 ? 0.7 : 0)
        }
    }

    /// Whether any difference is found, by all looks up to that of 20 rounds, between transports of such rates.
    private func found(
        _ rates: [Double], _ noise: Noise, runs: Int
    ) -> (wrong: Double, right: Double) {
        var suite = SignificanceTests.suite(["a", "b"], baseline: "a", load: .closed)
        suite.timeBudget = 1000
        var generator = SplitMix64(seed: 16_844)
        var (wrong, right, real) = (0, 0, 0)
        for _ in 0..<runs {
            var samples = rates.indices.map { (transport: String($0), sample: Sample([], \.throughput)) }
            for round in 1...20 {
                let machine = 0.15 * CoverageTests.normal(&generator)
                for index in rates.indices {
                    samples[index].sample.values[round] = rates[index] * exp(machine + draw(noise, &generator))
                }
            }
            let comparisons = Comparison.all(samples, looks: Looks(suite))
            func differ(_ one: Comparison) -> Bool { rates[Int(one.first) ?? 0] != rates[Int(one.second) ?? 0] }
            if comparisons.contains(where: { !differ($0) && $0.isSignificant }) { wrong += 1 }
            real += comparisons.count(where: differ)
            right += comparisons.count { differ($0) && $0.isSignificant }
        }
        return (Double(wrong) / Double(runs), real > 0 ? Double(right) / Double(real) : 0)
    }

    @Test("however often it is looked at, at most 5% of runs find a difference that is none", arguments: Noise.allCases)
    func errors(noise: Noise) {
        #expect(found([1, 1], noise, runs: 500).wrong <= 0.05)
        #expect(found([1, 1, 1, 1], noise, runs: 150).wrong <= 0.06)
        #expect(found([1, 1, 2], noise, runs: 150).wrong <= 0.06)
    }

    @Test("a tenth is found in most runs of two transports of 20 rounds, and a quarter in nearly all of three")
    func power() {
        #expect(found([1, 1.1], .normal, runs: 200).right > 0.6)
        #expect(found([1, 1.1], .outliers, runs: 200).right > 0.5)
        #expect(found([1, 1.25, 1.6], .normal, runs: 100).right > 0.99)
    }

    @Test("rounds and a budget contradict each other in one file, and a flag for the one takes the place of the other")
    func keys() throws {
        let choice = TransportChoice(known: ["a", "b"], standard: ["a", "b"])
        func suite(_ lines: String) throws -> BenchmarkResults.Suite {
            try SuiteFile(path: "s.yaml", text: "transports: [a, b]\n\(lines)").suite(transports: choice)
        }
        let budgeted = try suite("time_budget_s: 60\n")
        #expect(budgeted.timeBudget == 60 && budgeted.rounds == 6)
        #expect(throws: SuiteError.self) { try suite("rounds: 7\ntime_budget_s: 60\n") }
        var overrides = SuiteOverrides()
        overrides["rounds"] = .integer(9)
        let fixed = try budgeted.applying(overrides, transports: choice)
        #expect(fixed.timeBudget == nil && fixed.rounds == 9)
    }
}
