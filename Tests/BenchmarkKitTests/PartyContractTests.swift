import Metrics
import Foundation
import Histogram
import LoggerService
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

/// What the article Parties shows of the lines is what the lab reads and writes.
@Suite("The party contract")
struct PartyContractTests {
    private let lines: [String]

    init() throws {
        let article = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/brokerlab/Documentation.docc/Parties.md")
        let text = try String(contentsOf: article, encoding: .utf8)
        lines = text.components(separatedBy: "```json\n").dropFirst().flatMap { block in
            block.components(separatedBy: "```")[0].split(separator: "\n").map(String.init)
        }
    }

    /// The lines with these fields.
    private func lines(with fields: String...) throws -> [String] {
        let own = lines.filter { line in fields.allSatisfy { line.contains("\"\($0)\":") } }
        return try #require(own.isEmpty ? nil : own)
    }

    /// Whether both are the same object, whatever the order of its fields.
    private func expectSame(_ one: String, _ other: String) throws {
        func object(_ text: String) throws -> NSDictionary {
            try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
        }
        #expect(try object(one) == object(other))
    }

    @Test("every line of the article is a JSON object that one of the two says")
    func known() throws {
        #expect(lines.count > 10)
        for line in lines {
            _ = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            let isKnown =
                PartyLine(line) != .other || LoadJob(line: line) != nil
                || JSONLine.value(RunReport.self, of: line) != nil
                || JSONLine.value(GeneratorWord.self, of: line) != nil
                || JSONLine.value(GeneratorLine.self, of: line) != nil
            #expect(isKnown, "\(line)")
        }
    }

    @Test("a party says that it is ready, who it is, and where a logger, or a broker in the middle, listens")
    func ready() throws {
        #expect(
            try lines(with: "ready").map { PartyLine($0) } == [
                .ready(), .ready(name: "node", version: "20.20.2"), .ready(name: "gateway", version: "2.1"),
            ])
        #expect(try lines(with: "listen").map { PartyLine($0) } == [.listening(at: "127.0.0.1:41234")])
        #expect(
            try lines(with: "transport", "target").filter { !$0.contains("\"job\"") }.map { PartyLine($0) } == [
                .address(transport: "http", target: "127.0.0.1:41234"),
                .address(transport: "grpc", target: "127.0.0.1:41235"),
            ])
    }

    @Test("a ledger's account has the fields that the lab reads; what may be left out may be")
    func account() throws {
        let accounts = try lines(with: "received")
        let reports = try accounts.map { try #require(JSONLine.value(RunReport.self, of: $0)) }
        #expect(reports.map(\.corrupt) == [nil, 0] && reports.map(\.unique) == [4, 1])
        #expect(reports[0].deliveryLatency == nil && reports[1].deliveryLatency?.p99Us == 238.7)
        for (line, report) in zip(accounts, reports) { try expectSame(line, JSONLine.text(of: report)) }
    }

    @Test("a job has the fields that the lab writes, and can be done")
    func job() throws {
        let line = try lines(with: "payload_bytes")[0]
        let job = try #require(LoadJob(line: line))
        #expect(job.fault == nil)
        try expectSame(line, job.line)
    }

    @Test("what a generator says of it is reckoned with, a histogram of another library included")
    func generator() throws {
        let job = try #require(LoadJob(line: lines(with: "payload_bytes")[0]))
        let said = try lines(with: "job").filter { !$0.contains("payload_bytes") && !$0.contains("\"go\"") }
        let heard = try said.map { try #require(JSONLine.value(GeneratorLine.self, of: $0)) }
        #expect(heard.allSatisfy { $0.job == 7 } && heard.compactMap(\.mark) == [.warm, .begin, .end])
        for (line, one) in zip(said, heard) { try expectSame(line, one.text) }
        let results = heard.compactMap(\.result)
        #expect(results.count == 2)
        for result in results {
            // HdrHistogram of PyPI, with 180, 200, 200 and 1300 us.
            let load = try result.loadResult(of: job)
            #expect(load.acked == 4 && load.latency.totalCount == 4)
            #expect(load.latency.valueAtPercentile(50) / 1000 == 200 && load.latency.maxRecorded / 1_000_000 == 1)
        }
        let word = try #require(JSONLine.value(GeneratorWord.self, of: lines(with: "go")[0]))
        #expect(word.job == 7 && word.go)
    }

    @Test("lines that are no objects are counted, and the first is kept")
    func strayLines() {
        var stray = StrayLines()
        for line in ["{\"ready\":true}\n", "\n", "  {}\n", "Listening\n", "[1]\n"] { stray.look(at: line) }
        #expect(stray.count == 2 && stray.first == "Listening")
    }

    @Test("a command is named after its program, whatever starts that")
    func names() {
        #expect(PartyCommand(shell: "/usr/bin/node 'my logger.js'").name == "node")
        #expect(PartyCommand(words: ["./generator", "--quiet"]).name == "generator")
        #expect(PartyCommand(executable: "/bin/cat", arguments: []).behind("/bin/nice", ["-n", "1"]).name == "cat")
    }
}
