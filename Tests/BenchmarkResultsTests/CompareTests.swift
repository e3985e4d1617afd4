import LoggerService
import Testing

@testable import BenchmarkResults

/// What is said of two runs.
@Suite("Two runs compared")
struct CompareTests {
    @Test("a cell that became slower by a fifth is found, and a regression beyond 5% but not beyond 30%")
    func slower() throws {
        let comparison = RunComparison(
            old: Self.report(["a": 1, "b": 1], seed: 1), new: Self.report(["a": 1, "b": 0.8], machine: 0.6, seed: 2))
        #expect(comparison.lines.map(\.change) == [.slower])
        #expect(abs(comparison.lines[0].loss - 0.2) < 0.03)
        #expect(comparison.regressions(beyond: 0.05).count == 1)
        #expect(comparison.regressions(beyond: 0.3).isEmpty)
        // The machine's own change is told apart.
        #expect(abs(try #require(comparison.machine.first).ratio - 0.6) < 0.1)
        #expect(comparison.text.contains("b, 100 B, 1 in flight  slower: throughput 0.8"))
    }

    @Test("what became faster is no regression")
    func faster() {
        let comparison = RunComparison(
            old: Self.report(["a": 1, "b": 1], seed: 1), new: Self.report(["a": 1, "b": 1.3], seed: 2))
        #expect(comparison.lines.map(\.change) == [.faster])
        #expect(comparison.regressions(beyond: 0).isEmpty)
    }

    @Test("values are compared as they are when asked for, and the floor is then a cell like the others")
    func absolute() {
        let comparison = RunComparison(
            old: Self.report(["a": 1, "b": 1], seed: 1), new: Self.report(["a": 1, "b": 1], machine: 0.6, seed: 2),
            absolute: true)
        #expect(comparison.lines.map(\.change) == [.slower, .slower])
        #expect(comparison.machine.isEmpty)
    }

    @Test("under an open load it is p99 that became longer")
    func open() throws {
        let load = LoadModel.open(ratePerSecond: 1000)
        let old = Self.report(["a": 1, "b": 1], load: load, seed: 1)
        let new = Self.report(["a": 1, "b": 1], load: load, seed: 2) { row in
            if row.planned.cell.transport == "b" { row.ackLatency?.p99Us *= 2 }
        }
        let line = try #require(RunComparison(old: old, new: new).lines.first)
        #expect(line.change == .slower)
        #expect(abs(line.loss - 1) < 0.1 && abs(line.ratio.median - 2) < 0.1)
    }

    @Test("cells that only one of the runs has, or that have no valid row, are left out")
    func noPartner() {
        let old = Self.report(["a": 1, "b": 1], seed: 1)
        let other = Self.report(["a": 1, "c": 1], seed: 2)
        #expect(RunComparison(old: old, new: other).lines.isEmpty)
        let invalid = Self.report(["a": 1, "b": 1], seed: 2) { $0.invalidReasons = ["audit: late"] }
        #expect(RunComparison(old: old, new: invalid).lines.isEmpty)
    }

    @Test("identical builds compared 40 times: at most 2 comparisons find a difference in any of two cells")
    func identicalBuilds() {
        var generator = SplitMix64(seed: 16_844)
        // Between two runs the machine changes by a fifth, and each transport by a part of the noise within a run: where a
        // process's memory came to lie, and what the minute was like.
        func run(_ number: UInt64) -> Report {
            let machine = Double.random(in: 0.8...1.25, using: &generator)
            let rates = ["a", "b", "c"].map { ($0, Double.random(in: 0.985...1.015, using: &generator)) }
            return Self.report(
                Dictionary(uniqueKeysWithValues: rates), machine: machine, noise: 0.03, seed: number)
        }
        let runs = (1...41).map { run($0) }
        let found = zip(runs, runs.dropFirst()).count { old, new in
            RunComparison(old: old, new: new).lines.contains { $0.change != .same }
        }
        #expect(found <= 2)
    }

    private static func report(
        _ rates: [String: Double], machine: Double = 1, load: LoadModel = .closed, noise: Double = 0.015, seed: UInt64,
        change: (inout ResultRow) -> Void = { _ in }
    ) -> Report {
        var rows = SignificanceTests.measure(
            rates.mapValues { $0 * machine }, rounds: 7, noise: noise, drift: 0.1, seed: seed, load: load)
        for index in rows.indices {
            // Under an open load all carry the same; what differs is how long it takes.
            let rate = rows[index].throughput ?? 1
            if load != .closed { rows[index].ackLatency?.p99Us = 1e7 / rate }
            change(&rows[index])
        }
        let suite = SignificanceTests.suite(rates.keys.sorted(), baseline: "a", load: load)
        return Report(record: SignificanceTests.record(suite), rows: rows)
    }
}
