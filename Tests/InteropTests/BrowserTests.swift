import Foundation
import Testing

/// `report.html` in a real browser, Debian's Chromium: on a screen, a phone and paper, by day and in the dark.
@Suite(.serialized, .timeLimit(.minutes(2)), .needs(.chromium))
struct BrowserTests {
    @Test("Pages run no script, ask for nothing, fit the window, and every series and text stands out from its ground")
    func written() async throws {
        try await withTemporaryFolder { folder in
            let written = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../BenchmarkResultsTests/Written/earlier").standardized
            let earlier = folder.appending(path: "earlier")
            try FileManager.default.copyItem(at: written, to: earlier)
            let report = try await runProgram(.brokerlab, ["report", earlier.path])
            #expect(report.exitCode == 0, "\(report.errors.text)")
            // Sweeps, rates, many loads, ties and rows that are not valid: made up by the program that checks sentences.
            let made = folder.appending(path: "made")
            let sentences = try await runProgram(
                .python("check_sentences"), [Program.brokerlab.path, "5", "2", made.path], limit: .seconds(60))
            #expect(sentences.exitCode == 0, "\(sentences.output.text)\(sentences.errors.text)")
            let folders = [earlier] + (0..<5).map { made.appending(path: "\($0)") }
            // A comparison's page looks like a report's. That one of them misses what is asked for is the point.
            let change = folder.appending(path: "change.html")
            let xml = folder.appending(path: "change.xml")
            let summary = folder.appending(path: "summary.md")
            try Data("before\n".utf8).write(to: summary)
            let compare = try await runProgram(
                .brokerlab.with(environment: ["GITHUB_STEP_SUMMARY": summary.path]),
                [
                    "compare", earlier.path, earlier.path, "--fail-on", "5%", "--html", change.path, "--junit",
                    xml.path,
                ])
            #expect(compare.exitCode == 3, "\(compare.errors.text)")
            #expect(try String(contentsOf: xml, encoding: .utf8).contains("<error type=\"undecided\""))
            let said = try String(contentsOf: summary, encoding: .utf8)
            #expect(said.hasPrefix("before\n") && said.contains("| cell | figure | change |"))
            try await look(at: folders.map { $0.appending(path: "report.html") } + [change])
        }
    }

    @Test("So does the page of a suite that was just measured")
    func fresh() async throws {
        try await withTemporaryFolder { folder in
            let out = folder.appending(path: "out")
            let bench = try await runProgram(
                .brokerlab,
                [
                    "bench", "--suite", "quick", "--transport", "tcp,netrpc,grpc,http", "--duration", "0.12",
                    "--timeline-ms", "10", "--quiet", "--out", out.path,
                ], limit: .seconds(60))
            // A busy machine may be one that nothing can be decided on.
            #expect(bench.exitCode == 0 || bench.exitCode == 3, "\(bench.errors.text)")
            try await look(at: [out.appending(path: "report.html")])
        }
    }

    private func look(at pages: [URL]) async throws {
        let check = try await runProgram(.python("check_page"), pages.map(\.path), limit: .seconds(90))
        #expect(check.exitCode == 0, "\(check.output.text)\(check.errors.text)")
    }
}
