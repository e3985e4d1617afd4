import Foundation
import Subprocess
import Testing

@testable import brokerlab

/// What `brokerlab send` makes of standard input.
@Suite(.timeLimit(.minutes(2)))
struct SendLinesTests {
    /// An entry of `GET /entries`.
    private struct Entry: Decodable {
        var data: String
        var seq: UInt64
    }

    /// What `send --json` prints of lines.
    private struct Outcome: Decodable {
        var sent: Int
        var acked: Int
        var notSent: Int
        var linesNotUTF8: Int
        var linesNotSent: Int

        enum CodingKeys: String, CodingKey {
            case sent, acked
            case notSent = "not_sent"
            case linesNotUTF8 = "lines_not_utf8"
            case linesNotSent = "lines_not_sent"
        }
    }

    private func send(_ transport: String, _ logger: RunningLogger, _ more: [String]) -> [String] {
        let target = logger.targets[String(transport.prefix { $0 != ":" })]!
        return ["send", "--transport", transport, "--to", target, "--run", "lines", "--json"] + more
    }

    @Test("A line keeps its number", arguments: ["tcp", "netrpc", "grpc", "grpc:stream", "http"], [1, 8, 64])
    func numbers(_ transport: String, _ inFlight: Int) async throws {
        try await withLogger([String(transport.prefix { $0 != ":" })]) { logger in
            let lines = (0..<5000).map { "\($0)" }.joined(separator: "\n")
            let finished = try await runProgram(
                .brokerlab, send(transport, logger, ["--in-flight", "\(inFlight)"]), input: lines)
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            let entries = try await logger.answer("/entries?limit=10000").decoded([Entry].self)
            #expect(entries.count == 5000)
            #expect(entries.allSatisfy { "\($0.seq)" == $0.data })
            // What goes over one connection arrives in the order in which it was handed to it.
            if transport != "http" { #expect(entries.map(\.seq) == entries.map(\.seq).sorted(by: >)) }
        }
    }

    @Test("--count is how many lines are sent, and the rest is told", arguments: [1, 8])
    func count(_ inFlight: Int) async throws {
        try await withLogger(["tcp"]) { logger in
            let finished = try await runProgram(
                .brokerlab, send("tcp", logger, ["--count", "3", "--in-flight", "\(inFlight)"]),
                input: (0..<10).map { "\($0)\n" }.joined())
            #expect(finished.exitCode == 0)
            let outcome = try finished.decoded(Outcome.self)
            #expect(outcome.sent == 3 && outcome.acked == 3 && outcome.linesNotSent == 7)
            #expect(finished.errors.text == "lines that were read and not sent: 7")
        }
    }

    @Test("--duration ends while it waits for a line", arguments: [1, 8])
    func duration(_ inFlight: Int) async throws {
        try await withLogger(["tcp"]) { logger in
            // The pipe stays open for as long as the program runs.
            let shell = Program(
                path: "/bin/bash", arguments: ["-c", "exec 3> >(exec \"$@\"); echo 0 >&3; wait $!", "-"])
            let arguments = send("tcp", logger, ["--duration", "1", "--in-flight", "\(inFlight)"])
            let start = ContinuousClock.now
            let finished = try await runProgram(shell, [Program.brokerlab.path] + arguments, limit: .seconds(20))
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            #expect(ContinuousClock.now - start < .seconds(15))
            let outcome = try finished.decoded(Outcome.self)
            #expect(outcome.sent == 1 && outcome.linesNotSent == 0)
        }
    }

    @Test("What is not UTF-8, and what is too long, is told")
    func odd() async throws {
        try await withLogger(["tcp"]) { logger in
            let script = #"printf 'a\n\xff\xfe\nb\r\n'; head -c 17000000 /dev/zero | tr '\0' x; printf '\nc'"#
            let shell = Program(path: "/bin/bash", arguments: ["-c", "(\(script)) | \"$0\" \"$@\""])
            let finished = try await runProgram(shell, [Program.brokerlab.path] + send("tcp", logger, []))
            #expect(finished.exitCode == 1)
            let outcome = try finished.decoded(Outcome.self)
            #expect(outcome.sent == 5 && outcome.acked == 4 && outcome.notSent == 1 && outcome.linesNotUTF8 == 1)
            #expect(finished.output.text.contains("line 4 exceeds the limit of 16777216 bytes"))
            #expect(finished.errors.text.contains("lines that were not UTF-8: 1 (the first is line 2)"))
            let entries = try await logger.answer("/entries?limit=10").decoded([Entry].self)
            #expect(entries.reversed().map(\.data) == ["a", "\u{fffd}\u{fffd}", "b", "c"])
            #expect(entries.reversed().map(\.seq) == [0, 1, 2, 4])
        }
    }

    @Test("Standard input that is closed is told")
    func closed() async throws {
        try await withLogger(["tcp"]) { logger in
            let shell = Program(path: "/bin/bash", arguments: ["-c", "exec \"$0\" \"$@\" <&-"])
            let finished = try await runProgram(shell, [Program.brokerlab.path] + send("tcp", logger, []))
            #expect(finished.exitCode == 74)
            #expect(finished.errors.text.contains("bad file descriptor"))
        }
    }

    @Test("Lines are cut as they come", arguments: [1, 2, 3, 7, 100])
    func buffer(_ step: Int) {
        var buffer = LineBuffer()
        let text = Array("one\n\ntwo\r\nmuch too long\nthree\r\r\n\rfour".utf8)
        var lines: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            _ = buffer.append(rest.prefix(step), maxLineBytes: 5)
            rest = rest.dropFirst(step)
            while let line = buffer.next(atEnd: false) { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        #expect(buffer.lineCount == 1)
        if let line = buffer.next(atEnd: true) { lines.append(String(decoding: line, as: UTF8.self)) }
        #expect(lines == ["one", "", "two", "much to", "three\r", "\rfour"])
        #expect(buffer.next(atEnd: true) == nil && buffer.lineCount == 0)
    }
}
