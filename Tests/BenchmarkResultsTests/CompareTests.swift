import Glibc
import Metrics
import Testing

@testable import BenchmarkResults

/// What is said of two runs.
@Suite("Two runs compared")
struct CompareTests {
    @Test("a cell that became slower by a fifth is found, and a regression beyond 5% but not beyond 30%")
    func slower() throws {
        let comparison = RunComparison(
            old: Self.report(["a": 1, "b": 1], seed: 1), new: Self.report(["a": 1, "b": 0.8], machine: 0.6, seed: 2))
        #expect(Self.primary(comparison).map(\.change) == [.worse])
        #expect(abs(Self.primary(comparison)[0].loss - 0.2) < 0.03)
        #expect(comparison.regressions(beyond: 0.05).count == 1)
        #expect(comparison.regressions(beyond: 0.3).isEmpty)
        // The machine's own change is told apart.
        #expect(abs(try #require(comparison.floor.first).ratio.median - 0.6) < 0.1)
        #expect(comparison.text.contains("  slower: throughput 0.8"))
    }

    @Test("what became faster is no regression")
    func faster() {
        let comparison = RunComparison(
            old: Self.report(["a": 1, "b": 1], seed: 1), new: Self.report(["a": 1, "b": 1.3], seed: 2))
        #expect(Self.primary(comparison).map(\.change) == [.better])
        #expect(comparison.regressions(beyond: 0).isEmpty)
    }

    @Test("values are compared as they are when asked for, and the floor is then a cell like the others")
    func absolute() {
        var rules = RunComparison.Rules()
        rules.isAbsolute = true
        let comparison = RunComparison(
            old: Self.report(["a": 1, "b": 1], seed: 1), new: Self.report(["a": 1, "b": 1], machine: 0.6, seed: 2),
            rules: rules)
        #expect(Self.primary(comparison).map(\.change) == [.worse, .worse])
        #expect(comparison.floor.isEmpty)
    }

    @Test("under an open load it is p99 that became longer")
    func open() throws {
        let load = LoadModel.open(ratePerSecond: 1000)
        let old = Self.report(["a": 1, "b": 1], load: load, seed: 1)
        let new = Self.report(["a": 1, "b": 1], load: load, seed: 2) { row in
            if row.planned.cell.transport == "b" { row.ackLatency?.p99Us *= 2 }
        }
        let line = try #require(RunComparison(old: old, new: new).lines.first)
        #expect(line.change == .worse)
        #expect(abs(line.loss - 1) < 0.1 && abs(line.ratio.median - 2) < 0.1)
    }

    @Test("a run whose control has no valid row is taken to be as noisy as the other")
    func controls() throws {
        let old = Self.report(["a": 1, "b": 1], seed: 1)
        let cell = try #require(old.summary.map(\.cell).first { $0.transport == "b" })
        func noise(_ isWithout: @escaping (ResultRow) -> Bool) throws -> Double {
            let new = Self.report(["a": 1, "b": 1], machine: 0.6, seed: 2) { row in
                if isWithout(row) { row.invalidReasons = ["audit: late"] }
            }
            return try #require(FigurePairs(old: old, new: new, floor: "a").of(cell, .throughput)).noise
        }
        let own = try #require(FigurePairs(old: old, new: old, floor: "a").of(cell, .throughput)).noise
        #expect(own > 0)
        #expect(try noise { $0.planned.cell.role == .control } == own)
        #expect(try noise { _ in false } != own)
    }

    @Test("of a transport that goes with more than the floor's rate, a machine that became slower is no change")
    func otherPower() throws {
        func report(machine: Double, _ change: Double = 1, seed: UInt64) -> Report {
            Self.report(["a": 1, "b": 0.4], machine: machine, seed: seed) { row in
                // The faster the round, the faster still.
                guard row.planned.cell.transport == "b", let rate = row.throughput else { return }
                row.throughput = change * 4000 * pow(rate / 4000, 1.3)
            }
        }
        let line = try #require(
            Self.primary(RunComparison(old: report(machine: 1, seed: 1), new: report(machine: 0.8, seed: 2))).first)
        #expect(!line.isChanged, "\(line.ratio)")
        let slower = RunComparison(old: report(machine: 1, seed: 1), new: report(machine: 0.8, 0.7, seed: 2))
        #expect(Self.primary(slower).map(\.change) == [.worse], "\(slower.text)")
    }

    @Test("cells that only one of the runs has, or that have no valid row, are left out")
    func noPartner() {
        let old = Self.report(["a": 1, "b": 1], seed: 1)
        let other = Self.report(["a": 1, "c": 1], seed: 2)
        #expect(RunComparison(old: old, new: other).lines.isEmpty)
        let invalid = Self.report(["a": 1, "b": 1], seed: 2) { $0.invalidReasons = ["audit: late"] }
        #expect(RunComparison(old: old, new: invalid).lines.isEmpty)
    }

    @Test(
        "identical builds compared 200 times: one comparison of twenty finds a difference in any of two cells")
    func identicalBuilds() {
        var generator = SplitMix64(seed: 16_844)
        // Between two runs the machine changes by a fifth, and each transport by what no round tells of.
        func run(_ number: UInt64) -> Report {
            let machine = Double.random(in: 0.8...1.25, using: &generator)
            let rates = ["a", "b", "c"].map { ($0, Double.random(in: 0.996...1.004, using: &generator)) }
            return Self.report(
                Dictionary(uniqueKeysWithValues: rates), machine: machine, noise: 0.03, seed: number)
        }
        let runs = (1...201).map { run($0) }
        let found = zip(runs, runs.dropFirst()).count { old, new in
            RunComparison(old: old, new: new).lines.contains(where: \.isChanged)
        }
        // One of twenty, and two standard deviations.
        #expect(found <= 16, "\(found)")
    }

    @Test("made-up folders that a comparison was fooled by", arguments: FooledCase.allCases)
    func fooled(_ made: FooledCase) {
        let comparison = Self.fooled(made)
        #expect(comparison.assessment == made.assessment, "\(comparison.text)")
        #expect(comparison.text.contains(made.words), "\(comparison.text)")
        #expect(comparison.markdown.contains("| cell | figure | change |"))
        #expect(comparison.json.contains("\"assessment\":\"\(made.assessment.word)\""))
        // Told to, it takes them as they are.
        let allowed = Self.fooled(made, isAllowing: true)
        if [.otherHost, .otherPlacement, .same].contains(made) { #expect(allowed.assessment == .passed) }
    }

    static func fooled(_ made: FooledCase, isAllowing: Bool = false) -> RunComparison {
        var rules = RunComparison.Rules()
        rules.failOn = 0.1
        rules.allowsMissing = isAllowing
        rules.allowsDifferent = isAllowing
        let rates = ["a": 1.0, "b": 0.5]
        let old = Self.report(rates, seed: 1)
        var new = Self.report(rates, machine: made == .floorHalved ? 0.5 : 1, seed: 2) { row in
            switch made {
            case .cpuTripled where row.planned.cell.transport == "b": row.brokerCPUUsPerMessage? *= 100
            case .p99Tripled where row.planned.cell.transport == "b": row.ackLatency?.p99Us *= 3
            case .invalid where row.planned.cell.transport == "b": row.invalidReasons = ["audit: late"]
            case .lost where row.planned.block == 3:
                row.invalidReasons = ["1 of 10 acknowledged entries did not arrive"]
            default: break
            }
        }
        if made == .missing {
            new = Report(record: new.record, rows: new.rows.filter { $0.planned.cell.transport != "b" })
        }
        if made == .otherHost {
            var record = new.record
            record.environment.host = "another"
            new = Report(record: record, rows: new.rows)
        }
        if made == .otherPlacement {
            var record = new.record
            record.suite.placement = .free
            new = Report(record: record, rows: new.rows)
        }
        return RunComparison(old: old, new: new, rules: rules)
    }

    /// A folder that was made up, and what is to be said of it.
    enum FooledCase: CaseIterable, Sendable {
        case same, invalid, missing, lost, floorHalved, otherHost, otherPlacement, cpuTripled, p99Tripled

        var assessment: Assessment {
            switch self {
            case .same: .passed
            case .invalid, .missing, .floorHalved, .otherHost, .otherPlacement: .undecided
            case .lost: .entriesLost
            case .cpuTripled, .p99Tripled: .missed
            }
        }

        var words: String {
            switch self {
            case .same: "unchanged within"
            case .invalid: "b, 100 B, 1 in flight: too few valid rows to be compared"
            case .missing: "b, 100 B, 1 in flight: the new run does not have it"
            case .lost: "entries were lost, changed, came twice or failed: in 0 rows of the old run, "
            case .floorHalved: "the floor moved: a, 100 B, 1 in flight, slower: throughput 0."
            case .otherHost: "the runs differ in host: h, then another (*)"
            case .otherPlacement: "the runs differ in placement: one-cpu, then free (*)"
            case .cpuTripled: "dearer: CPU 3."
            case .p99Tripled: "slower: p99 3.0"
            }
        }
    }

    @Test("what cannot be told says what would have been seen, and few rounds that nothing would")
    func power() throws {
        var rules = RunComparison.Rules()
        rules.failOn = 0.05
        let noisy = RunComparison(
            old: Self.report(["a": 1, "b": 1], noise: 0.2, seed: 3),
            new: Self.report(["a": 1, "b": 1], noise: 0.2, seed: 4), rules: rules)
        let line = try #require(Self.primary(noisy).first)
        #expect(line.change == .undecided && line.text.contains("; would see "))
        #expect(try #require(line.least) > 0.05)
        #expect(
            noisy.assessment == .undecided && noisy.text.contains("a change of 5% could not have been seen; the least"))
        let few = Self.report(["a": 1, "b": 1], seed: 1) { row in
            if row.planned.block > 3 { row.invalidReasons = ["audit: late"] }
        }
        let blind = RunComparison(old: few, new: few, rules: rules)
        #expect(Self.primary(blind).first?.least == nil)
        #expect(blind.assessment == .undecided && blind.text.contains("too few rounds to see anything"))
    }

    /// The lines that say most of their cells.
    private static func primary(_ comparison: RunComparison) -> [ComparisonLine] {
        comparison.lines.filter(\.isPrimary)
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
