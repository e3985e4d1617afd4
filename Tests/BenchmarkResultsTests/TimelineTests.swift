import Foundation
import Testing

@testable import BenchmarkResults

/// What is made of `timeline.csv`.
@Suite("Cells over time")
struct TimelineTests {
    @Test("a sentence says how often a transport stood still and when longest, and where it was slow")
    func sentences() {
        #expect(Self.sentence([Self.bins()]) == "grpc: no pause; memory of both processes 30.0 to 60.0 MiB.")
        var one = Self.bins()
        (one[14].pauses, one[14].longestPauseUs) = (1, 120_400)
        #expect(Self.sentence([one]).hasPrefix("grpc: a pause of 120 ms at 1.4 s; memory"))
        (one[3].pauses, one[3].longestPauseUs) = (2, 60_000)
        one[20].p99Us = 1000
        one[21].p99Us = 2500
        one[22].p99Us = 999
        #expect(
            Self.sentence([one]).hasPrefix(
                "grpc: 3 pauses, the longest 120 ms at 1.4 s; p99 at least 10 times its median in 2 of 30 bins, up to 2.50 "
                    + "ms at 2.1 s; memory"))
        var other = Self.bins()
        (other[7].pauses, other[7].longestPauseUs) = (1, 2_000_000)
        #expect(
            Self.sentence([one, other]).hasPrefix(
                "grpc: 4 pauses, the longest 2.00 s at 0.7 s of round 2; p99 at least 10 times its median in 2 of 60 bins, "
                    + "up to 2.50 ms at 2.1 s of round 1; memory"))
        #expect(Self.cell([one, other]).worst.block == 2)
    }

    @Test("without percentiles, or without memory, a sentence says nothing of them")
    func unknown() {
        var bins = Self.bins()
        for index in bins.indices {
            bins[index].p99Us = nil
            bins[index].loggerRSSBytes = nil
        }
        #expect(Self.sentence([bins]) == "grpc: no pause.")
    }

    @Test("only valid rows with ten bins or more are told over time, each with its own bins")
    func rows() {
        var rows = (1...3).map { Self.row(block: $0) }
        rows[1].invalidReasons = ["audit: other processes used 40% of the cores' time"]
        rows.append(Self.row(block: 4, role: .control))
        let bins = rows.flatMap { row in Self.bins(row.runID, count: row.planned.block == 3 ? 9 : 10) }
        let timelines = Timeline.all(rows, bins)
        #expect(timelines.map(\.block) == [1] && timelines[0].bins.count == 10)
    }

    @Test("many bins share points: their rate, and the highest of their percentiles")
    func coarser() throws {
        var bins = Self.bins(count: 25)
        bins[11].p99Us = 4000
        bins[12].p99Us = nil
        let timeline = try #require(Timeline(Self.row(block: 1), bins: bins))
        let coarse = timeline.coarser(most: 10)
        #expect(coarse.count == 9 && coarse.map(\.widthMs) == Array(repeating: 300, count: 8) + [100])
        #expect(coarse.map(\.acked).reduce(0, +) == bins.map(\.acked).reduce(0, +))
        #expect(coarse[3].p99Us == 4000 && coarse[3].startMs == 900 && coarse[4].p99Us == 100)
        #expect(timeline.coarser(most: 25) == bins)
    }

    @Test("page and table tell each transport under each load over time, and where there is nothing to tell, nothing")
    func page() throws {
        let rows = [Self.row(block: 1), Self.row("tcp", block: 1), Self.row("tcp", block: 2)]
        var suite = SignificanceTests.suite(["tcp", "grpc"], baseline: "tcp", load: .closed)
        suite.timelineMs = 100
        var bins = rows.flatMap { Self.bins($0.runID) }
        (bins[14].pauses, bins[14].longestPauseUs) = (1, 120_400)
        // An empty bin, and one of no time at the end.
        bins[15].acked = 0
        bins[29].widthMs = 0
        let report = Report(record: SignificanceTests.record(suite), rows: rows, bins: bins)
        let html = ReportPage(of: report).html
        #expect(html.contains("<h2>Over time</h2>") && html.contains("<h3>100 B, 1 in flight, closed loop</h3>"))
        #expect(html.contains("<li>grpc: a pause of 120 ms at 1.4 s; memory of both processes 30.0 to 60.0 MiB.</li>"))
        #expect(
            html.contains("<figcaption>tcp, round 1</figcaption>") && html.contains("<figcaption>grpc</figcaption>"))
        let lines = html.split(separator: "\n").filter { $0.hasPrefix("<polyline") }
        // A place that is no number would be empty.
        #expect(!lines.isEmpty && lines.allSatisfy { !$0.contains(" ,") && !$0.contains(", ") && !$0.contains("\",") })
        #expect(
            report.table.contains(
                "over time, 100 B, 1 in flight, closed loop:\ntcp: no pause; memory of both processes 30.0 to 60.0 MiB.\n"
            ))
        // Numbers that nobody measured make no page that never ends.
        (bins[3].widthMs, bins[4].p99Us, bins[5].longestPauseUs, bins[29].widthMs) = (1e-300, .infinity, -5, .infinity)
        #expect(!ReportPage(of: Report(record: SignificanceTests.record(suite), rows: rows, bins: bins)).html.isEmpty)
        let without = Report(record: SignificanceTests.record(suite), rows: rows)
        #expect(!ReportPage(of: without).html.contains("Over time") && !without.table.contains("over time"))
    }

    @Test("a chart marks pauses where they were, and as many as there is room for")
    func chart() {
        func markup(_ pauses: [ClosedRange<Double>]) -> String {
            TimeChart(
                caption: "x", style: "c1", rate: [(1, 50), (2, 100)], latencyName: "p99", latency: [(1, 10), (2, 20)],
                pauses: pauses, seconds: 10, description: "x"
            ).markup
        }
        // From 58 to 428 are ten seconds.
        #expect(markup([5...6]).contains("x1=\"243.0\" y1=\"24.0\" x2=\"243.0\" y2=\"228.0\" class=\"mark\""))
        #expect(markup([5...6]).contains("<rect x=\"243.0\" y=\"24.0\" width=\"37.0\""))
        let many = markup((0..<1000).map { Double($0) / 100...Double($0) / 100 + 0.05 })
        #expect(many.components(separatedBy: "class=\"mark\"").count - 1 == TimeChart.mostPauses)
        #expect(
            TimeChart(
                caption: "x", style: "c1", rate: [], latencyName: "p99", latency: [], pauses: [], seconds: 0,
                description: ""
            ).markup.isEmpty)
    }

    /// Bins of 100 ms with 1,200 entries, in which the memory doubles.
    private static func bins(_ run: String = "r-1", count: Int = 30) -> [TimelineBin] {
        (0..<count).map { index in
            var bin = TimelineBin(runID: run, name: "grpc")
            (bin.startMs, bin.widthMs) = (Double(index) * 100, 100)
            (bin.sent, bin.acked) = (1200, 1200)
            (bin.p50Us, bin.p99Us, bin.maxUs) = (50, 100, 200)
            let mebibytes = 10 + 10 * index / (count - 1)
            bin.brokerRSSBytes = UInt64(mebibytes) << 20
            bin.loggerRSSBytes = UInt64(2 * mebibytes) << 20
            return bin
        }
    }

    private static func row(_ transport: String = "grpc", block: Int, role: CellRole = .cell) -> ResultRow {
        var row = ResultRow.sample(transport: transport, block: block, role: role)
        row.runID = "\(transport)-\(block)"
        return row
    }

    private static func cell(_ rounds: [[TimelineBin]]) -> CellTimelines {
        CellTimelines(
            transport: "grpc",
            rounds: rounds.enumerated().compactMap { Timeline(row(block: $0.offset + 1), bins: $0.element) })
    }

    private static func sentence(_ rounds: [[TimelineBin]]) -> String { TimelineSentence(cell(rounds)).text }
}
