import Foundation
import Testing

@testable import BenchmarkResults

/// Folders of results that an earlier version wrote, in `Written`: what is made of them stays as it is, byte by byte.
///
/// Where a change of the page or of a table is meant, `brokerlab report` makes the files in `Written` anew (and leaves
/// `results.csv`, `overhead.csv`, `layers.csv`, `latency.hlog` and `run.json` alone, which nothing may change).
@Suite("Results that were written before")
struct WrittenBeforeTests {
    private let written = Bundle.module.bundlePath + "/Written"

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(written)/\(name)", encoding: .utf8)
    }

    private func report(_ name: String) throws -> Report {
        try Report(of: ResultsFolder(existing: "\(written)/\(name)"))
    }

    @Test("are read, and the rows written again are the same bytes")
    func rows() throws {
        for folder in ["earlier", "later"] {
            let record = try RunRecord(path: "\(written)/\(folder)/run.json")
            try expectSame("\(folder)/results.csv", record, record.suite)
        }
        let record = try RunRecord(path: "\(written)/earlier/run.json")
        try expectSame("earlier/overhead.csv", record, try #require(record.suite.overhead))
    }

    private func expectSame(_ file: String, _ record: RunRecord, _ suite: BenchmarkResults.Suite) throws {
        // Columns that came later stand behind those that the file has.
        let count = try #require(try CSVReader.records(text(file), of: file).first).fields.count
        let records = try ResultsReader(path: "\(written)/\(file)").rows.map { row in
            let fields = ResultColumns.fields(
                of: ReportedResult(row: row, suite: suite, environment: record.environment))
            return CSV.record(Array(fields.prefix(count)))
        }
        let before = try text(file).components(separatedBy: ",")
        let again = (CSV.record(Array(ResultColumns.header.prefix(count))) + records.joined())
            .components(separatedBy: ",")
        #expect(before.count == again.count)
        for (index, (old, new)) in zip(before, again).enumerated() where old != new {
            // The goodput is worked out from the throughput, which the file has with three decimals.
            let throughput = before[index - 1]
            let goodput = Double(throughput).map { DecimalText.format($0 * 100, places: 3) }
            #expect(again[index - 1] == throughput && new == goodput, "\(file): '\(old)' became '\(new)'")
        }
    }

    @Test("give the same table, summary, page and files")
    func reports() throws {
        let base = NSTemporaryDirectory() + "brokerlab-written-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: base) }
        let folder = try ResultsFolder(path: base, suite: "s")
        let report = try report("earlier")
        #expect(report.table == (try text("earlier/table.txt")))
        try report.write(to: folder)
        for name in ["summary.csv", "decomposition.csv", "benchmark.txt"] {
            #expect(
                try String(contentsOfFile: "\(base)/\(name)", encoding: .utf8) == text("earlier/\(name)"), "\(name)")
        }
        // The last digit of a curve's points is the compiler's.
        let page = try String(contentsOfFile: folder.pageFile, encoding: .utf8).components(separatedBy: "\n")
        let before = try text("earlier/report.html").components(separatedBy: "\n")
        try #require(page.count == before.count)
        for (line, old) in zip(page, before) where !old.hasPrefix("<polyline") { #expect(line == old) }
        #expect(SummaryColumns.file(try self.report("later")) == (try text("later/summary.csv")))
    }

    @Test("compare as they did")
    func compares() throws {
        #expect(
            RunComparison(old: try report("earlier"), new: try report("later")).text
                == (try text("compare.txt")))
    }
}
