import Foundation
import Testing

/// A transport that only its line in the registry knows (Tests/MadeUpTransport) goes through every command.
@Suite("A transport plugs in by its descriptor alone", .serialized, .timeLimit(.minutes(2)))
struct TransportPlugInTests {
    private static let program = Program.brokerlab.beside("madeup")
    private static let motto = ["--postcard-motto", "wish you were here"]

    @Test("logger and send, with an option of its own, and by the short form of --listen")
    func loggerAndSend() async throws {
        try await withLogger(["postcard"], arguments: Self.motto, program: Self.program) { logger in
            let target = try #require(logger.targets["postcard"])
            let send = ["send", "--transport", "postcard", "--to", target, "--name", "card", "--data", "d", "--json"]
            let finished = try await runProgram(Self.program, send + Self.motto)
            #expect(try finished.decoded(SendOutcome.self) == SendOutcome(sent: 1, acked: 1, failed: 0))
            #expect(try await logger.entries(limit: 1).map(\.plain) == [PlainEntry(name: "card", data: "d")])
            let stranger = try await runProgram(Self.program, send + ["--timeout", "2", "--patience", "0"])
            #expect(try stranger.decoded(SendOutcome.self).failed == 1 && stranger.exitCode == 1)
        }
    }

    @Test("broker, to a logger that was started by --listen")
    func broker() async throws {
        let listen = ["logger", "--listen", "http=127.0.0.1:0", "--listen", "postcard=127.0.0.1:0"]
        try await withProgram(Self.program, listen) { program in
            let addresses = try await program.lines(2, AddressLine.self)
            let targets = Dictionary(uniqueKeysWithValues: addresses.map { ($0.transport, $0.target) })
            let logger = RunningLogger(program: program, targets: targets)
            let to = ["--transport", "postcard", "--to", targets["postcard"] ?? ""]
            try await withProgram(Self.program, ["broker", "--listen", "127.0.0.1:0"] + to) { broker in
                let url = "http://\(try await broker.line(ListenLine.self).listen)/handle"
                let body = #"{"action":"log","log":{"name":"n","data":"through the broker"}}"#
                let answer = try await runProgram(
                    .curl, ["--fail", "-H", "Content-Type: application/json", "-d", body, url])
                #expect(answer.exitCode == 0, "\(answer.errors.text)")
            }
            #expect(try await logger.entries(limit: 1).map(\.data) == ["through the broker"])
        }
    }

    @Test("bench, beside the floor")
    func bench() async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                Self.program,
                [
                    "bench", "--transport", "tcp,postcard", "--duration", "0.1", "--warmup", "0", "--rounds", "1",
                    "--payload-bytes", "100", "--in-flight", "8", "--quiet", "--out", folder.path,
                ])
            // With one round, there is nothing to decide.
            #expect([0, 3].contains(finished.exitCode), "\(finished.errors.text)")
            let results = try ResultsCSV(contentsOf: folder.appending(path: "results.csv"))
            let rows = results.rows.filter { $0["transport"] == "postcard" }
            #expect(!rows.isEmpty)
            for row in rows {
                #expect(row["codec"] == "protobuf" && row["mode"] == "card" && row["lost"] == "0", "\(row)")
                #expect((Int(row["delivered"] ?? "") ?? 0) > 0 && row["sent"] == row["delivered"], "\(row)")
            }
        }
    }

    @Test("doctor looks at its port and names its library")
    func doctor() async throws {
        let finished = try await runProgram(Self.program, ["doctor"])
        #expect(finished.output.text.contains("port 5999 (postcard)"), "\(finished.output.text)")
        #expect(finished.output.text.contains("libpostcard"))
    }

    @Test("--help shows it and its option; what is wrong is told by the flag's name")
    func help() async throws {
        let logger = try await runProgram(Self.program, ["logger", "--help"])
        for text in ["  --postcard <addr>", "  --postcard-motto <word>", "amqp, postcard, amqp:quorum"] {
            let squeezed = logger.output.lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
            #expect(squeezed.contains(text.trimmingCharacters(in: .whitespaces)), "\(logger.output.text)")
        }
        for command in ["send", "broker"] {
            let help = try await runProgram(Self.program, [command, "--help"])
            #expect(help.output.text.contains("--postcard-motto <word>"))
        }
        for (arguments, words) in [
            (["logger", "--listen", "pigeon=127.0.0.1:0"], "no transport 'pigeon'"),
            (["logger", "--listen", "postcard"], "--listen takes NAME=ADDR"),
            (["logger", "--listen", "grpc:stream=127.0.0.1:0"], "'grpc' serves it"),
            (["logger", "--listen", "tcp=127.0.0.1:0", "--tcp", "127.0.0.1:0"], "'tcp' has an address already"),
            (["logger", "--amqp-prefetch", "0"], "--amqp-prefetch takes 1 to 65535"),
            (["logger", "--grpc-max-age", "inf"], "--grpc-max-age takes 0.1 to 31536000 seconds"),
            (["send", "--transport", "amqp", "--amqp-on-loss", "panic"], "--amqp-on-loss takes resend or report"),
        ] {
            let finished = try await runProgram(Self.program, arguments)
            #expect(finished.exitCode == 64, "\(arguments)")
            expectOneClearLine(finished, mentioning: [words])
        }
    }

    private struct AddressLine: Decodable {
        var transport: String
        var target: String
    }
}
