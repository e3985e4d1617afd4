import Glibc
import Histogram
import Metrics
import Testing

@testable import BenchmarkResults

@Suite("Statistics")
struct StatisticsTests {
    @Test("the median")
    func median() {
        #expect(Median.of([]) == nil)
        #expect(Median.of([3]) == 3)
        #expect(Median.of([9, 1, 4]) == 4)
        #expect(Median.of([4, 1, 9, 2]) == 3)
    }

    /// numpy.quantile([1, 2, 4, 8, 16], q).
    @Test("quantiles are those of numpy", arguments: [(0.0, 1.0), (0.1, 1.4), (0.25, 2.0), (0.9, 12.8), (1.0, 16.0)])
    func quantile(fraction: Double, expected: Double) throws {
        let value = try #require(Median.quantile(fraction, ofSorted: [1, 2, 4, 8, 16]))
        #expect(abs(value - expected) < 1e-12)
    }

    @Test("Mann and Whitney's test is scipy's", arguments: ScipyCases.mannWhitney.indices)
    func mannWhitney(index: Int) {
        let expected = ScipyCases.mannWhitney[index]
        let test = MannWhitney(expected.first, expected.second)
        #expect(test.u == expected.u)
        #expect(abs(test.p - expected.p) < 1e-9 * max(1, expected.p), "\(test.p) \(expected.p)")
        #expect(abs(MannWhitney(expected.second, expected.first).p - expected.p) < 1e-9)
    }

    @Test(
        "the analysis of covariance is that of least squares with a slope around 1",
        arguments: ScipyCases.covariance.indices)
    func covariance(index: Int) throws {
        let expected = ScipyCases.covariance[index]
        func rounds(_ values: [Double]) -> [AnalysisOfCovariance.Round] {
            stride(from: 0, to: values.count, by: 2).map { .init(value: values[$0], floor: values[$0 + 1]) }
        }
        let (old, new) = (rounds(expected.old), rounds(expected.new))
        let analysis = try #require(AnalysisOfCovariance(old: old, new: new, runSpread: 0.005))
        #expect(abs(analysis.power - expected.power) < 1e-9, "\(analysis.power)")
        #expect(abs(analysis.difference - expected.difference) < 1e-9)
        #expect(abs(analysis.p / expected.p - 1) < 1e-6, "\(analysis.p) \(expected.p)")
        let back = try #require(AnalysisOfCovariance(old: new, new: old, runSpread: 0.005))
        #expect(abs(back.difference + analysis.difference) < 1e-12 && abs(back.p / analysis.p - 1) < 1e-9)
    }

    @Test("an analysis of covariance of few rounds, or of rounds that are all alike, says what it can")
    func fewRoundsOfCovariance() throws {
        typealias Round = AnalysisOfCovariance.Round
        let one = [Round(value: 0, floor: 0)]
        #expect(AnalysisOfCovariance(old: [], new: one) == nil && AnalysisOfCovariance(old: one, new: []) == nil)
        let few = try #require(AnalysisOfCovariance(old: one, new: [Round(value: -1, floor: -0.9)]))
        #expect(abs(few.difference + 0.1) < 1e-12 && few.p == 1)
        #expect(few.ratio.low == nil && few.leastVisible(level: 0.05) == nil)
        // Not one differs from the others: it is known what a round comes to.
        let same = Array(repeating: one[0], count: 5)
        let none = try #require(AnalysisOfCovariance(old: same, new: same))
        #expect(none.difference == 0 && none.p == 1 && none.power == 1)
        let changed = Array(repeating: Round(value: -0.1, floor: 0), count: 5)
        #expect(try #require(AnalysisOfCovariance(old: same, new: changed, runSpread: 0.005)).p < 1e-6)
        // The floor's rounds tell nothing of its power, and those beside it scatter: what a halved machine does is known to a quarter.
        let scattered = [-0.01, 0, 0.01, 0.005, -0.005].map { Round(value: $0, floor: 0) }
        let halved = scattered.map { Round(value: $0.value + log(0.5), floor: log(0.5)) }
        let moved = try #require(AnalysisOfCovariance(old: scattered, new: halved))
        #expect(abs(moved.difference) < 1e-12)
        #expect(abs(try #require(moved.standardError) - 0.25 * log(2)) < 0.01)
        #expect(moved.p == 1)
    }

    @Test("Holm's correction is that of statsmodels", arguments: ScipyCases.holm.indices)
    func holm(index: Int) {
        let expected = ScipyCases.holm[index]
        for (p, other) in zip(Holm.adjust(expected.p), expected.adjusted) { #expect(abs(p - other) < 1e-12) }
        #expect(Holm.adjust([]).isEmpty)
    }

    @Test("Wilcoxon's test is scipy's", arguments: ScipyCases.signedRank.indices)
    func signedRank(index: Int) {
        let expected = ScipyCases.signedRank[index]
        #expect(abs(SignedRank(expected.values).p - expected.p) < 1e-9)
        #expect(abs(SignedRank(expected.values.map { -$0 }).p - expected.p) < 1e-9)
    }

    @Test(
        "Student's distribution is scipy's, and its quantiles are where it says", arguments: ScipyCases.student.indices)
    func student(index: Int) {
        let expected = ScipyCases.student[index]
        let p = StudentT.twoSided(expected.t, freedom: expected.freedom)
        #expect(abs(p - expected.p) < 1e-7 * expected.p, "\(p) \(expected.p)")
        #expect(abs(StudentT.quantile(twoSided: p, freedom: expected.freedom) - expected.t) < 1e-6 * expected.t)
    }

    @Test("a median's interval lies where the binomial distribution puts it", arguments: ScipyCases.median.indices)
    func medianInterval(index: Int) throws {
        let expected = ScipyCases.median[index]
        let estimate = try #require(Estimate(medianOf: expected.values))
        #expect(estimate.median == expected.median && estimate.coverage == 0.95)
        #expect(abs(try #require(estimate.low) - expected.low) < 1e-9)
        #expect(abs(try #require(estimate.high) - expected.high) < 1e-9)
    }

    @Test(
        "a percentile lies between the ranks that the binomial distribution says", arguments: ScipyCases.ranks.indices)
    func ranks(index: Int) throws {
        let expected = ScipyCases.ranks[index]
        let ranks = try #require(OrderStatistics.ranks(ofPercentile: expected.percentile, count: expected.count))
        #expect(ranks.low == expected.low && ranks.high == expected.high)
    }

    @Test("a percentile with fewer than ten values beyond it is none")
    func unknownPercentile() {
        #expect(OrderStatistics.ranks(ofPercentile: 99, count: 999) == nil)
        #expect(
            LatencySummary.highestPercentile(of: 10_000) >= 99.9 && LatencySummary.highestPercentile(of: 9999) < 99.9)
        #expect(LatencySummary.highestPercentile(of: 20) >= 50 && LatencySummary.highestPercentile(of: 19) < 50)
        #expect(LatencySummary.highestPercentile(of: 0) == 0)
    }

    @Test(
        "percentiles of the histogram are those of the sorted values, within its three digits",
        arguments: ScipyCases.percentiles.indices)
    func percentiles(index: Int) {
        let expected = ScipyCases.percentiles[index]
        var histogram = Histogram<UInt32>(highestTrackableValue: HistogramLog.highestLatency)
        for value in expected.values { histogram.record(UInt64(value)) }
        for (rank, value) in zip([50, 90, 99, 99.9], expected.at50And90And99And999) {
            let found = Double(histogram.valueAtPercentile(rank))
            #expect(abs(found - value) <= value / 1000, "\(rank): \(found), \(value)")
        }
    }

    @Test("a single value has no interval, and nothing has no estimate")
    func degenerate() {
        #expect(Estimate(medianOf: [5]) == Estimate(median: 5, low: nil, high: nil))
        #expect(Estimate(medianOf: []) == nil)
        #expect(Estimate(ratioOf: [], to: [1]) == nil)
        #expect(Estimate(ratioOf: [3], to: [2]) == Estimate(median: 1.5, low: nil, high: nil))
    }

    /// The median lies outside the range where all values are on one side of it: 2 of 2^n cases.
    @Test("fewer than six values: the interval is the range, and what it covers is said")
    func smallSample() {
        #expect(Estimate(medianOf: [3, 1, 2]) == Estimate(median: 2, low: 1, high: 3, coverage: 0.75))
        #expect(Estimate(medianOf: [5, 3, 1, 2, 4])?.coverage == 0.9375)
        #expect(Estimate.coverageText(rounds: 5) == "93.75%" && Estimate.coverageText(rounds: 6) == nil)
    }

    @Test("ratios compare rows of the same round, and invalid rows do not count")
    func summary() throws {
        let suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "grpc"], payloadBytes: [100], inFlight: [1], rounds: 3, seed: 1)
        let results = [
            row("tcp", block: 1, 1000), row("grpc", block: 1, 500), row("tcp", block: 2, 2000),
            row("grpc", block: 2, 900), row("tcp", block: 3, 10, invalid: true), row("grpc", block: 3, 700),
        ]
        let rows = Summary(suite: suite, floor: "tcp").rows(of: results)
        #expect(rows.map(\.cell.transport) == ["tcp", "grpc"])
        let floor = rows[0]
        #expect(floor.count == 2)
        #expect(floor.invalidCount == 1)
        #expect(floor.throughput?.median == 1500)
        #expect(floor.ratioToFloor?.median == 1)
        let grpc = rows[1]
        #expect(grpc.count == 3)
        #expect(grpc.throughput?.median == 700)
        #expect(try #require(grpc.ratioToFloor).median == 0.475)
    }

    @Test("a cell that was not reached has no row")
    func partial() {
        let suite = BenchmarkResults.Suite(
            name: "s", transports: ["tcp", "grpc"], payloadBytes: [100], inFlight: [1], rounds: 1, seed: 1)
        let rows = Summary(suite: suite, floor: "tcp").rows(of: [row("grpc", block: 1, 500)])
        #expect(rows.count == 1)
        #expect(rows[0].ratioToFloor == nil)
    }

    private func row(_ transport: String, block: Int, _ throughput: Double, invalid: Bool = false) -> ResultRow {
        .sample(transport: transport, block: block, throughput: throughput, invalidReasons: invalid ? ["x"] : [])
    }
}
