import Histogram
import LoggerService
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

    @Test("Holm's correction is that of statsmodels", arguments: ScipyCases.holm.indices)
    func holm(index: Int) {
        let expected = ScipyCases.holm[index]
        for (p, other) in zip(Holm.adjust(expected.p), expected.adjusted) { #expect(abs(p - other) < 1e-12) }
        #expect(Holm.adjust([]).isEmpty)
    }

    /// Both draw resamples, so an end may fall on the neighbouring value of a small sample's few.
    @Test(
        "bootstrap intervals are scipy's, within what resampling leaves open", arguments: ScipyCases.bootstrap.indices)
    func bootstrap(index: Int) throws {
        let expected = ScipyCases.bootstrap[index]
        let estimate = try #require(Bootstrap(seed: 11).estimate(expected.values))
        #expect(estimate.median == expected.median)
        let width = expected.high - expected.low
        #expect(abs(try #require(estimate.low) - expected.low) <= 0.15 * width)
        #expect(abs(try #require(estimate.high) - expected.high) <= 0.15 * width)
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
        let bootstrap = Bootstrap(seed: 1)
        #expect(bootstrap.estimate([5]) == Estimate(median: 5, low: nil, high: nil))
        #expect(bootstrap.estimate([]) == nil)
    }

    @Test("three values: the median of a resample is the lowest in 7 of 27 cases, so the interval is the whole range")
    func smallSample() {
        #expect(Bootstrap(seed: 7).estimate([3, 1, 2]) == Estimate(median: 2, low: 1, high: 3))
    }

    /// The median of 21 values lies between the 6th and the 16th in 97.3% of resamples, and between the 7th and the 15th
    /// in 92.2% (binomial), so that the ends of the 95% interval are near the 6th and the 16th.
    @Test("the interval of a sample of 21 is where the binomial distribution puts it")
    func largerSample() throws {
        let estimate = try #require(Bootstrap(seed: 3).estimate((1...21).map(Double.init)))
        #expect(estimate.median == 11)
        #expect((6...7).contains(try #require(estimate.low)))
        #expect((15...16).contains(try #require(estimate.high)))
    }

    @Test("the same seed gives the same interval")
    func seeded() {
        let values = (0..<15).map { Double($0 * $0) }
        #expect(Bootstrap(seed: 9).estimate(values) == Bootstrap(seed: 9).estimate(values))
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
