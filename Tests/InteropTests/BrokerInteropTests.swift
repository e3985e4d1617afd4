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

    @Test("A dead logger is reported to the caller, and the broker serves again when the logger is back")
    func deadLogger() async throws {
        let port = try ReservedPort()
        try await withBroker("netrpc", to: port.address) { _, address in
            let url = "http://\(address)/handle"
            let failed = try await post(handleBody(Self.entry), to: url)
            #expect(failed.status >= 500)
            #expect(failed.envelope?.error == true)

            try await withProgram(.go("netrpc-server"), ["-listen", port.release()]) { server in
                _ = try await server.line(ListenLine.self)
                #expect(try await post(handleBody(Self.entry), to: url).status == 202)
                #expect(try await server.line(PlainEntry.self) == Self.entry)
            }
        }
    }
}
