import Testing

/// `brokerlab send` reaches loggers that know nothing of this project.
@Suite(.timeLimit(.minutes(2)))
struct SendInteropTests {
    @Test(
        "Every entry arrives as it was", .needs(.go("netrpc-server"), .python("http_server")),
        arguments: ReceivingPeer.all)
    func delivery(_ peer: ReceivingPeer) async throws {
        let count = 300
        try await peer.serve { server, target in
            let finished = try await send(peer.transport, to: target, count: count, json: true)
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            #expect(try finished.decoded(SendOutcome.self) == SendOutcome(sent: count, acked: count, failed: 0))
            let entries = try await server.lines(count, PlainEntry.self)
            #expect(entries == Array(repeating: PlainEntry(name: Sample.name, data: Sample.data), count: count))
        }
    }

    @Test(
        "A logger's refusal is reported in its own words", .needs(.go("netrpc-server"), .python("grpc_server")),
        arguments: [ReceivingPeer.netRPC, .grpcio, .goHTTP, .goHTTP2])
    func refusal(_ peer: ReceivingPeer) async throws {
        try await peer.serve { _, target in
            let finished = try await send(peer.transport, to: target, name: "refuse")
            expectOneClearLine(finished, mentioning: ["this logger refuses the entry"])

            let machineReadable = try await send(peer.transport, to: target, count: 3, name: "refuse", json: true)
            #expect(machineReadable.exitCode == 1)
            #expect(try machineReadable.decoded(SendOutcome.self) == SendOutcome(sent: 3, acked: 0, failed: 3))
        }
    }

    @Test("Standard input is sent a line an entry", .needs(.go("netrpc-server")))
    func standardInput() async throws {
        let lines = ["first", "", Sample.data, "no line break behind the last"]
        try await ReceivingPeer.netRPC.serve { server, target in
            let finished = try await runProgram(
                .brokerlab, ["send", "--transport", "netrpc", "--to", target, "--name", "stdin", "--json"],
                input: lines.joined(separator: "\n"))
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            let outcome = try finished.decoded(SendOutcome.self)
            #expect(outcome.failed == 0)
            // Whether an empty line is an entry is for the command to say; the others are.
            let entries = try await server.lines(outcome.acked, PlainEntry.self)
            #expect(entries.map(\.data).filter { !$0.isEmpty } == lines.filter { !$0.isEmpty })
            #expect(entries.allSatisfy { $0.name == "stdin" })
        }
    }
}
