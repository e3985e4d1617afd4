import Testing

/// A client on the port of another protocol fails in bounded time and harms nobody.
@Suite(.timeLimit(.minutes(2)))
struct WrongProtocolTests {
    private static let transports = ["http", "netrpc", "grpc", "tcp"]

    /// A client's transport and that of the port it is sent to.
    struct Mismatch: Sendable, CustomTestStringConvertible {
        var client: String
        var port: String

        var testDescription: String { "\(client) to \(port)" }

        static let all = (transports + ["http:http2", "amqp"]).flatMap { client in
            transports.filter { !client.hasPrefix($0) }.map { Mismatch(client: client, port: $0) }
        }
    }

    @Test("brokerlab send says that the port speaks something else", arguments: Mismatch.all)
    func send(_ mismatch: Mismatch) async throws {
        try await withLogger([mismatch.port]) { logger in
            let target = logger.targets[mismatch.port]!
            let finished = try await InteropTests.send(
                mismatch.client, to: mismatch.client == "amqp" ? "amqp://\(target)" : target)
            // A net/rpc server speaks enough HTTP to answer, as Go's does; gRPC and HTTP may both be spoken over HTTP/2.
            let answers = [
                "http to netrpc": "405 must CONNECT", "grpc to http": "is it a gRPC server?",
                "http:http2 to grpc": "HTTP 415",
            ]
            expectOneClearLine(finished, mentioning: [answers[mismatch.testDescription] ?? target])
            try await expectUnharmed(logger, mismatch.port)
        }
    }

    @Test(
        "A real peer on the wrong port fails, and the next right client is served",
        .needs(.go("netrpc-client"), .python("grpc_client")),
        arguments: [
            Mismatch(client: "netrpc", port: "http"), Mismatch(client: "netrpc", port: "grpc"),
            Mismatch(client: "netrpc", port: "tcp"), Mismatch(client: "grpc", port: "http"),
            Mismatch(client: "grpc", port: "netrpc"), Mismatch(client: "grpc", port: "tcp"),
            Mismatch(client: "http", port: "netrpc"), Mismatch(client: "http", port: "grpc"),
            Mismatch(client: "http", port: "tcp"),
        ])
    func peer(_ mismatch: Mismatch) async throws {
        let peers = [
            "netrpc": Program.go("netrpc-client"), "grpc": .python("grpc_client"), "http": .go("http-client"),
        ]
        try await withLogger([mismatch.port]) { logger in
            let arguments = Sample.arguments(to: logger.targets[mismatch.port]!, count: 1)
            let finished = try await runProgram(peers[mismatch.client]!, arguments)
            #expect(finished.exitCode == 1, "\(finished.output.text) \(finished.errors.text)")
            try await expectUnharmed(logger, mismatch.port)
        }
    }

    private func expectUnharmed(_ logger: RunningLogger, _ port: String) async throws {
        let before = try await logger.entries(limit: 2)
        #expect(before.isEmpty)
        let finished = try await InteropTests.send(port, to: logger.targets[port]!)
        #expect(finished.exitCode == 0, "\(finished.errors.text)")
        let after = try await logger.entries(limit: 2)
        #expect(after.map(\.plain) == [PlainEntry(name: Sample.name, data: Sample.data)])
    }
}
