import ArgumentParser
import BenchmarkResults
import Broker
import Foundation
import Testing

@testable import brokerlab

/// What the process ends with: one table, in `--help` and in the article.
@Suite("Exit codes")
struct ExitStatusTests {
    @Test("each is in --help and, in the same words, in the article")
    func documented() throws {
        let help = BrokerLab.helpMessage(columns: 400)
        let article = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/brokerlab/Documentation.docc/Results.md")
        let lines = try String(contentsOf: article, encoding: .utf8).split(separator: "\n").map(String.init)
        let rows = ExitStatus.allCases.map { "| \($0.rawValue) | \($0.meaning) |" }
        #expect(lines.suffix(rows.count) == rows)
        for status in ExitStatus.allCases { #expect(help.contains(status.meaning), "\(status)") }
    }

    @Test("the article on columns is what the program says of them")
    func columns() throws {
        let article = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/brokerlab/Documentation.docc/Columns.md")
        #expect(try String(contentsOf: article, encoding: .utf8) == ColumnGuide.markdown)
    }

    @Test("none is a signal's but those that say so, and what a run comes to has one each")
    func distinct() {
        #expect(Set(ExitStatus.allCases.map(\.rawValue)).count == ExitStatus.allCases.count)
        #expect([.passed, .missed, .entriesLost, .undecided].map { ExitStatus($0).rawValue } == [0, 1, 2, 3])
    }

    @Test("a wrong suite and a wrong address are usage, what cannot be had is unavailable")
    func errors() {
        #expect(ExitStatus(of: SuiteError(source: "s.yaml", message: "no")) == .usage)
        #expect(ExitStatus(of: BenchmarkError("there is no file")) == .unavailable)
        #expect(ExitStatus(of: ServerError("the port is in use")) == .unavailable)
    }
}
