import Histogram
import Metrics
import Testing

@testable import BenchmarkResults

@Suite("Percentiles")
struct PercentileTests {
    private func row(known highest: Double) -> ReportedResult {
        var row = ResultRow.sample()
        row.ackLatency?.highestKnown = highest
        let environment = BenchmarkEnvironment(host: "h", os: "Linux", cpuModel: "c", cpuCount: 2)
        let suite = SignificanceTests.suite(["tcp"], baseline: "tcp", load: .closed)
        return ReportedResult(row: row, suite: suite, environment: environment)
    }

    private func fields(_ result: ReportedResult) -> [String: String] {
        Dictionary(uniqueKeysWithValues: zip(ResultColumns.header, ResultColumns.fields(of: result)))
    }

    @Test("those with fewer than ten values beyond them are empty, and are so when they are read back")
    func empty() throws {
        let few = fields(row(known: LatencySummary.highestPercentile(of: 770)))
        #expect(few["ack_p50_us"] == "57.100" && few["ack_p90_us"] == "80.000" && few["ack_max_us"] == "3000.000")
        #expect(few["ack_p99_us"] == "" && few["ack_p999_us"] == "")
        let many = fields(row(known: LatencySummary.highestPercentile(of: 10_000)))
        #expect(many["ack_p99_us"] == "1234.500" && many["ack_p999_us"] == "2000.000")
    }

    @Test("a rate of too few entries says that, and not that the rows are not valid")
    func fewEntries() throws {
        let load = LoadModel.open(ratePerSecond: 1000)
        let rows = (1...7).flatMap { block in
            ["a", "b"].map { name in
                var row = ResultRow.sample(transport: name, block: block, throughput: 1000, load: load)
                row.ackLatency?.highestKnown = LatencySummary.highestPercentile(of: 300)
                return row
            }
        }
        let suite = SignificanceTests.suite(["a", "b"], baseline: "a", load: load)
        let report = Report(record: SignificanceTests.record(suite), rows: rows)
        #expect(
            Verdict(of: report).sentences.first?.text
                == "At 100 B and 1 in flight, 1,000 msgs/s: a and b took too few entries for a p99, which asks for 1,000: take a "
                + "longer --duration.")
        #expect(report.table.contains("a p99 takes 1,000 entries a cell; take a longer --duration"))
        let comparison = RunComparison(old: report, new: report)
        #expect(comparison.text.contains("too few entries for a p99 to be compared"))
        #expect(Knee("a", rows: rows, limitUs: 10_000) == nil)
    }

    @Test("an open load of few entries has no p99 to be ranked by")
    func unranked() {
        var row = ResultRow.sample(load: .open(ratePerSecond: 100))
        #expect(ComparedFigure.ackP99.score(row) != nil)
        row.ackLatency?.highestKnown = 90
        #expect(ComparedFigure.ackP99.score(row) == nil)
    }

    @Test("each has an interval around it, and none where it is none")
    func intervals() throws {
        var histogram = Histogram<UInt32>(highestTrackableValue: HistogramLog.highestLatency)
        for value in 1...1000 { histogram.record(UInt64(value) * 1000) }
        let (low, high) = Percentiles.interval(of: histogram)
        #expect(abs(try #require(low.p99Us) - 984) < 1)
        #expect(abs(try #require(high.p99Us) - 996) < 1)
        #expect(try #require(low.p50Us) < 500)
        #expect(try #require(high.p50Us) > 500)
        #expect(low.p999Us == nil && high.p999Us == nil)
    }
}
