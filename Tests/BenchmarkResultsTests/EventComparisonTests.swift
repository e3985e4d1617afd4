import Foundation
import Metrics
import Testing

@testable import BenchmarkResults

/// What is said of faults and of overload, from one transport to the other and from one run to the other: a difference that was planted is
/// found, and where there is none nothing is.
@Suite("Faults and overload compared")
struct EventComparisonTests {
    /// What a cell with a fault comes to, without noise.
    struct Outcome: Sendable {
        var gap = 1200.0
        var failed = 500.0
        var unknown = 0.0
        var duplicated = 0.0
        var isBack = true
    }

    @Test(
        "times of transports that differ have letters of their own, in table, page and verdict; those that do not share one"
    )
    func letters() throws {
        let report = Self.faults(["a": Outcome(), "b": Outcome(), "c": Outcome(gap: 2600)], seed: 1)
        let costs = try #require(FaultCosts.all(of: report).first)
        #expect(costs.lines.map { $0.letters[.largestGap] } == ["a", "a", "b"])
        #expect(costs.lines.map { $0.letters[.firstAcknowledged] } == ["a", "a", "b"])
        // Where none failed there is nothing to be compared.
        #expect(costs.lines.allSatisfy { $0.letters[.firstFailed] == "a" })
        #expect(costs.sentence.hasSuffix("The longest gap is the shortest with a or b."))
        #expect(costs.notes.contains { $0.hasPrefix("longest gap: nine of ten such runs find a difference of ") })
        #expect(costs.notes.contains { $0.hasPrefix("longest gap: cannot be told apart: a and b") })
        let lines = FaultTable(costs: costs).lines
        #expect(lines.allSatisfy { $0.count <= ResultTable.width }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("(longest gaps of one promise that share a letter") })
        #expect(lines.contains { $0.hasPrefix("c ") && $0.contains("  b  ") }, "\(lines)")
        #expect(report.table.contains("longest gap: cannot be told apart: a and b"))
        #expect(ReportPage(of: report).html.contains(" <span class=\"letters\">b</span><small>"))
    }

    @Test("transports of another promise are not told apart from these, and few rounds tell nothing")
    func notTold() throws {
        let classes = Self.faults(["a": Outcome(), "b": Outcome(gap: 30)], seed: 1) { row in
            if row.planned.cell.transport == "b" { row.acknowledgementClass = "queued" }
        }
        let costs = try #require(FaultCosts.all(of: classes).first)
        #expect(costs.lines.allSatisfy { $0.letters.isEmpty } && costs.notes.isEmpty)
        let few = Self.faults(["a": Outcome(), "b": Outcome(gap: 30)], rounds: 3, seed: 1)
        let told = try #require(FaultCosts.all(of: few).first)
        #expect(told.notes == ["not ranked: 3 rounds are too few to tell transports apart; take --rounds 7"])
        #expect(!told.sentence.contains("longest gap"))
    }

    @Test("no difference is one that is shorter than what lies between two entries, or than a bin of a rate")
    func resolution() throws {
        let fine = Self.faults(["a": Outcome(gap: 2), "b": Outcome(gap: 2.8)], noise: 0.01, seed: 1)
        #expect(try #require(FaultCosts.all(of: fine).first).lines.map { $0.letters[.largestGap] } == ["a", "a"])
        let coarse = Self.faults(["a": Outcome(), "b": Outcome()], seed: 1) { row in
            row.recoveredMs = row.planned.cell.transport == "a" ? 1100 : 1200
        }
        #expect(try #require(FaultCosts.all(of: coarse).first).lines.map { $0.letters[.recovered] } == ["a", "a"])
    }

    @Test("what never came back took the rest of its cell, and is no better than what did")
    func neverBack() throws {
        let report = Self.faults(["a": Outcome(), "b": Outcome(gap: 4000, isBack: false)], seed: 1)
        let line = try #require(FaultCosts.all(of: report).first).lines
        #expect(line.map { $0.letters[.recovered] } == ["a", "b"] && line[1].recovered == nil)
    }

    @Test("transports that are alike are told apart no more often than the level allows")
    func alike() {
        // Of 60 runs 3 are expected, and more than 7 in one of a hundred tests.
        let found = (1...60).count { seed in
            let report = Self.faults(["a": Outcome(), "b": Outcome(), "c": Outcome()], noise: 0.1, seed: UInt64(seed))
            return FaultCosts.all(of: report)[0].standings.comparisons.contains(where: \.isSignificant)
        }
        #expect(found <= 7)
    }

    @Test(
        "a gap that became longer, and entries that became more, are found in two runs, and missed thresholds for JUnit"
    )
    func worse() throws {
        var rules = RunComparison.Rules()
        rules.failOn = 0.2
        let old = Self.faults(["a": Outcome(), "b": Outcome()], seed: 1)
        let new = Self.faults(["a": Outcome(), "b": Outcome(gap: 1800, failed: 900, unknown: 3)], seed: 2)
        let comparison = RunComparison(old: old, new: new, rules: rules)
        let worse = comparison.regressions(beyond: 0.2).map { "\($0.cell.transport) \($0.figure.rawValue)" }
        #expect(
            worse == ["b longest gap", "b acknowledged again", "b rate is back", "b failed", "b unknown"],
            "\(comparison.text)")
        #expect(comparison.assessment == .missed && comparison.missing.inNew.isEmpty && comparison.unmeasured.isEmpty)
        #expect(
            comparison.text.contains("b, 100 B, 8 in flight at 1000/s, stored in sqlite, with logger-kill"),
            "\(comparison.text)")
        #expect(
            comparison.text.contains("  longer: longest gap 1.18 s, then 1.81 s, 1.53 times (1.48 to 1.61), p 0.0012"),
            "\(comparison.text)")
        #expect(comparison.text.contains("  more: unknown 0, then 3, p 0.0008"), "\(comparison.text)")
        // That entries are known not to be sent is neither better nor worse, and told all the same.
        #expect(comparison.text.contains("  more: not sent 493, then 904, p 0.0012"), "\(comparison.text)")
        #expect(comparison.lines.contains { $0.figure == .notSent && $0.change == .changed })
        #expect(comparison.markdown.contains("| longest gap | **worse** | 1.53"), "\(comparison.markdown)")
        #expect(comparison.json.contains("\"figure\":\"unknown\",\"change\":\"worse\""))
        let cases = comparison.junit.cases.filter { $0.name == "longest gap not worse by more than 20%" }
        #expect(cases.map(\.outcome) == [.passed, .failed])
        let page = ComparisonPage(comparison: comparison, old: old, new: new).html
        #expect(page.contains("<td class=\"t\">longest gap</td><td>1.2") && page.contains("more: unknown 0, then 3"))
        // The other way round it is better.
        let back = RunComparison(old: new, new: old, rules: rules)
        #expect(back.regressions(beyond: 0.2).isEmpty && back.text.contains("  shorter: longest gap 1.8"))
    }

    @Test("runs that are alike differ in nothing, and say what would have been seen")
    func unchanged() throws {
        var rules = RunComparison.Rules()
        rules.failOn = 0.2
        let runs = (1...41).map { Self.faults(["a": Outcome(), "b": Outcome()], noise: 0.05, seed: $0) }
        let comparisons = zip(runs, runs.dropFirst()).map { RunComparison(old: $0, new: $1, rules: rules) }
        // Each figure is a family of tests of its own.
        let gaps = comparisons.count { one in one.lines.contains { $0.isPrimary && $0.isChanged } }
        #expect(gaps <= 2)
        let line = try #require(comparisons.first?.lines.first)
        #expect(line.figure == .largestGap && line.isPrimary && line.least != nil)
        let few = RunComparison(
            old: Self.faults(["a": Outcome()], rounds: 2, seed: 1),
            new: Self.faults(["a": Outcome()], rounds: 2, seed: 2),
            rules: rules)
        #expect(few.assessment == .undecided && few.text.contains("too few rounds to see anything"), "\(few.text)")
    }

    @Test("a cell with a fault that one of the runs lacks, or has no valid row of, is told")
    func missing() {
        let old = Self.faults(["a": Outcome(), "b": Outcome()], seed: 1)
        let fewer = Report(record: old.record, rows: old.rows.filter { $0.planned.cell.transport != "b" })
        #expect(RunComparison(old: old, new: fewer).missing.inNew.map(\.transport) == ["b"])
        let invalid = Self.faults(["a": Outcome(), "b": Outcome()], seed: 1) { row in
            if row.planned.cell.transport == "a" { row.invalidReasons = ["audit: late"] }
        }
        let comparison = RunComparison(old: old, new: invalid)
        #expect(comparison.text.contains("with logger-kill: too few valid rows to be compared"), "\(comparison.text)")
    }

    @Test("memory, backlog and what is acknowledged of more than is carried are compared, the last by the floor")
    func overload() throws {
        let old = Self.overload(["a": 1, "b": 1], memory: 1 << 26, seed: 1)
        let new = Self.overload(["a": 1, "b": 0.6], machine: 0.5, memory: 1 << 27, seed: 2)
        let comparison = RunComparison(old: old, new: new)
        let changed = comparison.lines.filter { $0.change == .worse && $0.cell.load.overload == 3 }.map {
            "\($0.cell.transport) \($0.figure.rawValue)"
        }
        #expect(
            changed == ["a memory of RabbitMQ", "b throughput", "b memory of RabbitMQ"], "\(comparison.text)")
        #expect(
            comparison.text.contains("more: memory of RabbitMQ 64 MiB, then 128 MiB, 2.00 times"), "\(comparison.text)")
        #expect(comparison.floor.map(\.figure) == [.throughput, .throughput] && comparison.unmeasured.isEmpty)
    }

    static func faults(
        _ outcomes: [String: Outcome], rounds: Int = 7, noise: Double = 0.02, seed: UInt64, retries: Retries = .own,
        change: (inout ResultRow) -> Void = { _ in }
    ) -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: outcomes.keys.sorted(), payloadBytes: [100], inFlight: [8],
            load: .open(ratePerSecond: 1000), rounds: rounds, duration: 6, seed: 5)
        (suite.faults, suite.stores, suite.retries) = ([.loggerKill], [.sqlite], [retries])
        // What is due is the same in every round; how long it took, and so how many failed, is not.
        let noisy = SignificanceTests.measure(
            outcomes.mapValues { _ in 1 }, rounds: rounds, noise: noise, drift: 0, seed: seed)
        let rows = noisy.filter { $0.planned.cell.role == .cell }.map { one -> ResultRow in
            var row = one
            let outcome = outcomes[row.planned.cell.transport] ?? Outcome()
            let factor = (row.throughput ?? 0) / 10_000
            row.planned.cell = Cell(
                transport: row.planned.cell.transport, payloadBytes: 100, inFlight: 8,
                load: .open(ratePerSecond: 1000), store: .sqlite, fault: .loggerKill, retries: retries)
            row.acknowledgementClass = "stored"
            row.throughput = 1000
            (row.faultAtMs, row.faultLastedMs, row.firstFailedMs) = (2000, 1100, 1.5)
            row.largestGapMs = outcome.gap * factor
            row.firstAcknowledgedMs = outcome.gap * factor
            row.recoveredMs = outcome.isBack ? (outcome.gap * factor / 100).rounded() * 100 : nil
            row.notSent = UInt64(outcome.failed * factor)
            (row.rejected, row.unknown, row.unknownArrived) = (0, UInt64(outcome.unknown), 0)
            row.errors = (row.notSent ?? 0) + (row.unknown ?? 0)
            row.duplicated = UInt64(outcome.duplicated)
            change(&row)
            return row
        }
        return Report(record: SignificanceTests.record(suite), rows: rows)
    }

    static func overload(
        _ rates: [String: Double], machine: Double = 1, memory: UInt64, seed: UInt64
    ) -> Report {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: rates.keys.sorted(), payloadBytes: [100], inFlight: [8], rounds: 7, duration: 10,
            warmup: 1, seed: 5)
        suite.usedOverload = [0.5, 3]
        let noisy = SignificanceTests.measure(
            rates.mapValues { $0 * machine }, rounds: 7, noise: 0.02, drift: 0.1, seed: seed)
        let cells = noisy.filter { $0.planned.cell.role == .cell }
        let rows = suite.usedOverload.flatMap { times in
            cells.map { one -> ResultRow in
                var row = one
                row.planned.cell = Cell(
                    transport: row.planned.cell.transport, payloadBytes: 100, inFlight: 8, load: .overload(times: times)
                )
                (row.carriedPerSecond, row.offered) = (10_000, UInt64(100_000 * times))
                row.heldBack = times > 1 ? UInt64(100_000 * (times - 1)) : 0
                row.throughput = row.throughput.map { $0 * min(times, 1) }
                (row.backlog, row.drainMs, row.normalAgainMs) = (0, 0, 0)
                row.queueRSSPeakBytes = times > 1 ? memory : 1 << 26
                return row
            }
        }
        return Report(record: SignificanceTests.record(suite), rows: rows)
    }
}
