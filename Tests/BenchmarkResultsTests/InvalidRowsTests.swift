import Testing

@testable import BenchmarkResults

/// How rows that must not be trusted are told of.
@Suite("Rows that are not valid")
struct InvalidRowsTests {
    @Test("one line a reason: how many rows, from how little to how much, and who used the cores")
    func lines() {
        let reasons: [InvalidReason] = [
            "audit: other processes used 27.5% of the cores' time, most by cc1plus",
            "audit: other processes used 48.3% of the cores' time, most by swift-frontend",
            "audit: other processes used 31.0% of the cores' time, most by cc1plus",
            "3 of 100 acknowledged entries did not arrive",
        ]
        let rows = reasons.enumerated().map { index, reason in
            ResultRow.sample(transport: index == 1 ? "grpc" : "tcp", block: index + 1, invalidReasons: [reason])
        }
        #expect(
            InvalidRows(rows).lines == [
                "tcp, 100 B, 1 in flight, round 4: 3 of 100 acknowledged entries did not arrive",
                "3 rows of grpc, tcp: audit: other processes used 27.5 to 48.3% of the cores' time, most by cc1plus",
            ])
        #expect(InvalidRows(rows).advice?.hasPrefix("quiet the machine: audit: other processes used 27.5 to") == true)
        #expect(InvalidRows([.sample()]).lines.isEmpty)
        // Numbers within words are words.
        #expect(InvalidRows([rows[0], rows[0]]).lines[0].hasPrefix("2 rows of tcp: audit: other processes used 27.5%"))
        let named = [1, 2].map { ResultRow.sample(block: $0, invalidReasons: ["p99 late by \($0) us"]) }
        #expect(InvalidRows(named).lines == ["2 rows of tcp: p99 late by 1 to 2 us"])
    }

    @Test("a cell without a valid row shows what it measured, in brackets or grey, and is not ranked")
    func shown() {
        var rows = SignificanceTests.measure(["a": 1, "b": 0.5], rounds: 7, noise: 0.01, drift: 0, seed: 5)
        for index in rows.indices where rows[index].planned.cell.transport == "b" {
            rows[index].invalidReasons = ["audit: late"]
        }
        let suite = SignificanceTests.suite(["a", "b"], baseline: "a", load: .closed)
        let report = Report(record: SignificanceTests.record(suite), rows: rows)
        #expect(report.summary[1].rank == nil && report.summary[1].throughput == nil)
        #expect(report.table.contains(" (50") || report.table.contains(" (49"))
        #expect(report.table.contains("(in brackets): of rows that are not valid"))
        #expect(ReportPage(of: report).html.contains("<td class=\"dim\" title=\"of rows that are not valid\">"))
        // A run of enough rounds is not told to take more of them.
        #expect(report.table.contains("0/7"))
        #expect(!report.table.contains("--rounds"))
    }
}
