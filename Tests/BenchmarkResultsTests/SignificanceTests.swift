import Glibc
import Metrics
import Testing

@testable import BenchmarkResults

/// What is called a difference, and what is not.
@Suite("Significance")
struct SignificanceTests {
    @Test("identical builds compared 40 times give at most 2 significant differences")
    func identicalBuilds() throws {
        var significant = 0
        for seed in 1...40 {
            let rows = Self.measure(["a": 1, "b": 1], rounds: 7, noise: 0.04, drift: 0.15, seed: UInt64(seed))
            let summary = try #require(Self.summary(rows, baseline: "a").first { $0.cell.transport == "b" })
            if summary.isTiedWithBaseline == false { significant += 1 }
        }
        #expect(significant <= 2)
    }

    @Test("a difference of a third is found in at least 38 of 40 comparisons, in spite of drift")
    func realDifference() throws {
        var found = 0
        for seed in 1...40 {
            let rows = Self.measure(["a": 1, "b": 0.67], rounds: 7, noise: 0.04, drift: 0.05, seed: UInt64(seed))
            let summary = try #require(Self.summary(rows, baseline: "a").first { $0.cell.transport == "b" })
            if summary.isTiedWithBaseline == false { found += 1 }
        }
        #expect(found >= 38)
    }

    @Test("a difference smaller than the control's own noise is a tie, however small its p")
    func belowNoise() throws {
        var rows = Self.measure(["a": 1, "b": 0.97], rounds: 7, noise: 0.0005, drift: 0, seed: 3)
        let precise = try #require(Self.summary(rows, baseline: "a").first { $0.cell.transport == "b" })
        #expect(precise.isTiedWithBaseline == false)
        for index in rows.indices where rows[index].planned.cell.role == .control {
            rows[index].throughput = rows[index].throughput.map { $0 * 0.95 }
        }
        let blurred = try #require(Self.summary(rows, baseline: "a").first { $0.cell.transport == "b" })
        #expect(try #require(blurred.pAdjusted) < 0.01)
        #expect(blurred.isTiedWithBaseline == true)
        #expect(blurred.rank == 1 && blurred.tiedWith == ["a"])
        #expect(try #require(blurred.aaNoisePercent) > 4)
    }

    @Test("places count what is better for sure, and ties are symmetric")
    func places() throws {
        let rates = ["a": 1.0, "b": 0.5, "c": 0.501, "d": 0.2]
        let summary = Self.summary(Self.measure(rates, rounds: 9, noise: 0.02, drift: 0, seed: 5), baseline: "a")
        #expect(summary.map(\.rank) == [1, 2, 2, 4])
        #expect(summary.map(\.tiedWith) == [[], ["c"], ["b"], []])
        #expect(summary.map(\.place) == ["1", "2 to 3", "2 to 3", "4"])
    }

    @Test("rounds that are too few for the number of transports rank nothing")
    func tooFewRounds() {
        #expect(Comparison.canTell(rounds: 4))
        #expect(!Comparison.canTell(rounds: 3))
        let rows = Self.measure(["a": 1, "b": 0.1], rounds: 3, noise: 0.02, drift: 0, seed: 5)
        #expect(Self.summary(rows, baseline: "a").allSatisfy { $0.rank == nil })
    }

    @Test("transports of different acknowledgement classes are not ranked with each other")
    func classes() {
        var rows = Self.measure(["a": 1, "b": 0.5], rounds: 7, noise: 0.02, drift: 0, seed: 5)
        for index in rows.indices where rows[index].planned.cell.transport == "b" {
            rows[index].acknowledgementClass = "queued"
        }
        // Alone in its class, each: there is nothing to rank.
        #expect(Self.summary(rows, baseline: "a").map(\.rank) == [nil, nil])
    }

    @Test("under an open load the smaller latency ranks first, and ratios are those of latency")
    func openLoad() throws {
        var rows = Self.measure(["a": 1, "b": 1], rounds: 7, noise: 0.01, drift: 0, seed: 5, load: Self.open)
        for index in rows.indices where rows[index].planned.cell.transport == "a" {
            rows[index].ackLatency?.p99Us *= 3 + 0.001 * Double(index)
        }
        let summary = Self.summary(rows, baseline: "b", load: Self.open)
        #expect(summary.map(\.rank) == [2, 1])
        #expect(abs(try #require(summary[0].ratioToBaseline).median - 3) < 0.1)
    }

    @Test("rows that are not valid are never ranked")
    func invalid() {
        var rows = Self.measure(["a": 1, "b": 0.5], rounds: 7, noise: 0.02, drift: 0, seed: 5)
        for index in rows.indices where rows[index].planned.cell.transport == "b" {
            rows[index].invalidReasons = ["audit: late"]
        }
        let summary = Self.summary(rows, baseline: "a")
        #expect(summary[1].rank == nil && summary[1].count == 0 && summary[1].invalidCount == 7)
    }

    @Test("a crossover lies between the sizes where the winner changes, with an interval around it")
    func crossover() throws {
        var suite = Self.suite(["a", "b"], baseline: "a", load: .closed)
        suite.payloadBytes = [100, 1000, 10_000]
        var rows: [ResultRow] = []
        for (payload, ratio) in [(100, 2.0), (1000, 1.25), (10_000, 0.8)] {
            rows += Self.measure(["a": ratio, "b": 1], rounds: 7, noise: 0.02, drift: 0, seed: 9, payload: payload)
        }
        let report = Report(record: Self.record(suite), rows: rows)
        let (_, crossovers) = try #require(report.sweeps.first)
        let crossover = try #require(crossovers.first)
        #expect(crossovers.count == 1)
        #expect(crossover.below == "a" && crossover.above == "b")
        // Half-way between 1000 and 10,000 on a logarithmic axis, as 1.25 is as far from 1 as 0.8.
        #expect((2700...3700).contains(crossover.value.median))
        #expect(try #require(crossover.value.low) < crossover.value.median)
        #expect(try #require(crossover.value.high) > crossover.value.median)
    }

    @Test("the knee is the highest rate that is carried below the limit of latency, in most rounds")
    func knee() throws {
        var rows: [ResultRow] = []
        for block in 1...3 {
            for (rate, p99) in [(1000.0, 200.0), (2000, 900), (4000, block == 2 ? 900 : 2000), (8000, 300)] {
                let load = LoadModel.open(ratePerSecond: rate)
                var row = ResultRow.sample(block: block, throughput: rate, load: load)
                row.ackLatency?.p99Us = p99
                if rate == 8000 { row.throughput = 5000 }
                rows.append(row)
            }
        }
        let knee = try #require(Knee("tcp", rows: rows, limitUs: 1000))
        #expect(knee.rate == 2000)
        #expect(knee.range == 2000...4000)
        #expect(!knee.isBeyondSweep)
    }

    private static let open = LoadModel.open(ratePerSecond: 1000)

    static func suite(_ transports: [String], baseline: String, load: LoadModel) -> BenchmarkResults.Suite {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: transports, payloadBytes: [100], inFlight: [1], load: load, rounds: 7, seed: 1)
        suite.baseline = baseline
        return suite
    }

    static func record(_ suite: BenchmarkResults.Suite) -> RunRecord {
        let environment = BenchmarkEnvironment(host: "h", os: "Linux", cpuModel: "c", cpuCount: 2)
        return RunRecord(
            suite: suite, environment: environment, floor: "a", startedAt: "2026-01-31T12:00:00Z", command: [])
    }

    private static func summary(
        _ rows: [ResultRow], baseline: String, load: LoadModel = .closed
    ) -> [SummaryRow] {
        let transports = Set(rows.map(\.planned.cell.transport)).sorted()
        return Summary(suite: suite(transports, baseline: baseline, load: load), floor: "a").rows(of: rows)
    }

    /// Rows of transports whose true rates are known, on a machine that drifts from round to round and has noise beside.
    static func measure(
        _ rates: [String: Double], rounds: Int, noise: Double, drift: Double, seed: UInt64,
        load: LoadModel = .closed, payload: Int = 100
    ) -> [ResultRow] {
        var generator = SplitMix64(seed: seed)
        func normal() -> Double {
            // Box and Muller.
            let (one, other) = (
                Double.random(in: 1e-12..<1, using: &generator), Double.random(in: 0..<1, using: &generator)
            )
            return (-2 * log(one)).squareRoot() * cos(2 * .pi * other)
        }
        var rows: [ResultRow] = []
        for block in 1...rounds {
            let machine = exp(drift * normal())
            for (transport, rate) in rates.sorted(by: { $0.key < $1.key }) {
                rows.append(
                    .sample(
                        transport: transport, payloadBytes: payload, block: block,
                        throughput: 10_000 * rate * machine * exp(noise * normal()), load: load))
            }
            rows.append(
                .sample(
                    transport: "a", payloadBytes: payload, block: block,
                    throughput: 10_000 * (rates["a"] ?? 1) * machine * exp(noise * normal()), load: load,
                    role: .control))
        }
        return rows
    }
}
