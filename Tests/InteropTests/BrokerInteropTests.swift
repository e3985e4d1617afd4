import MachineTestKit
import Subprocess
import Testing

/// `brokerlab broker` forwards what a program of the contract posts to it.
@Suite(.timeLimit(.minutes(2)))
struct BrokerInteropTests {
    private static let entry = PlainEntry(name: Sample.name, data: Sample.data)

    @Test(
        "Forwards over each transport", .needs(.go("netrpc-server"), .python("grpc_server")),
        arguments: ReceivingPeer.all)
    func forwards(_ peer: ReceivingPeer) async throws {
        try await peer.serve { server, target in
            try await withBroker(peer.transport, to: target) { _, address in
                let answer = try await post(handleBody(Self.entry), to: "http://\(address)/handle")
                #expect(answer.status == 202)
                #expect(answer.envelope?.error == false)
                #expect(try await server.line(PlainEntry.self) == Self.entry)
            }
        }
    }

    @Test("Forwards over the raw transport")
    func forwardsOverTCP() async throws {
        try await withLogger(["tcp"]) { logger in
            try await withBroker("tcp", to: logger.targets["tcp"]!) { _, address in
                let answer = try await post(handleBody(Self.entry), to: "http://\(address)/handle")
                #expect(answer.status == 202)
                #expect(try await logger.entries(limit: 2).map(\.plain) == [Self.entry])
            }
        }
    }

    @Test("An unknown action is refused, and the next request is served")
    func unknownAction() async throws {
        try await withLogger(["tcp"]) { logger in
            try await withBroker("tcp", to: logger.targets["tcp"]!) { _, address in
                let url = "http://\(address)/handle"
                let refused = try await post(handleBody(Self.entry, action: "dance"), to: url)
                #expect((400..<500).contains(refused.status))
                #expect(refused.envelope?.error == true)
                #expect(try await post(handleBody(Self.entry), to: url).status == 202)
            }
        }
    }

    @Test(
        "A dead logger is reported to the caller, and the broker serves again when the logger is back",
        .needs(.go("netrpc-server")))
    func deadLogger() async throws {
        // Chosen now, so that the second logger can have the address of the first.
        let target = try ReservedPort().release()
        try await withProgram(.go("netrpc-server"), ["-listen", target]) { server in
            _ = try await server.line(ListenLine.self)
            try await withBroker("netrpc", to: target) { _, address in
                let url = "http://\(address)/handle"
                try server.signal(.terminate)
                await server.output.waitForEnd()
                let failed = try await post(handleBody(Self.entry), to: url)
                #expect(failed.status == 502)
                #expect(failed.envelope?.error == true)

                try await withProgram(.go("netrpc-server"), ["-listen", target]) { server in
                    _ = try await server.line(ListenLine.self)
                    let answer = try await post(handleBody(Self.entry), to: url)
                    #expect(answer.status == 202)
                    let received = try await server.line(PlainEntry.self)
                    #expect(received == Self.entry)
                }
            }
        }
    }

    @Test("A logger that cannot be reached at the start", .timeLimit(.minutes(1)))
    func noLogger() async throws {
        let port = try ReservedPort()
        let finished = try await runProgram(
            .brokerlab, ["broker", "--listen", "127.0.0.1:0", "--transport", "netrpc", "--to", port.address])
        expectOneClearLine(finished, mentioning: [port.address, "refused"])
    }
}
