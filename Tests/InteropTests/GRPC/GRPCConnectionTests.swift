import Testing

/// The times that an operator gives gRPC connections.
@Suite(.timeLimit(.minutes(2)))
struct GRPCConnectionTests {
    @Test("A connection that is too old ends gracefully: its client goes on over a new one, and nothing is lost")
    func maxAge() async throws {
        try await withLogger(["grpc"], arguments: ["--grpc-max-age", "0.5"]) { logger in
            let target = try #require(logger.targets["grpc"])
            for transport in ["grpc", "grpc:stream"] {
                let finished = try await runProgram(
                    .brokerlab,
                    [
                        "send", "--transport", transport, "--to", target, "--name", "old", "--payload-bytes", "10",
                        "--in-flight", "8", "--duration", "4", "--warmup", "0", "--json",
                    ])
                #expect(finished.exitCode == 0, "\(finished.errors.text)")
                let outcome = try finished.decoded(SendOutcome.self)
                #expect(outcome.failed == 0 && outcome.acked == outcome.sent && outcome.sent > 100, "\(outcome)")
            }
        }
    }

    @Test("A message that is larger than the window comes in parts, and a window that cannot be is refused")
    func window() async throws {
        try await withLogger(["grpc"], arguments: ["--grpc-window", "65535"]) { logger in
            let target = try #require(logger.targets["grpc"])
            let finished = try await runProgram(
                .brokerlab,
                [
                    "send", "--transport", "grpc", "--to", target, "--payload-bytes", "1048576", "--count", "16",
                    "--in-flight", "8", "--json",
                ])
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            #expect(try finished.decoded(SendOutcome.self).acked == 16)
        }
        let refused = try await runProgram(.brokerlab, ["logger", "--grpc-window", "65534"])
        #expect(refused.exitCode == 64 && refused.errors.text.contains("--grpc-window takes 65535 to 67108864"))
    }

    @Test(
        "A client that is idle, too old or silent is told so before its connection ends",
        .needs(.python("http2_silent")),
        arguments: [
            (["--grpc-idle-timeout", "0.5"], ["GOAWAY 0 "]),
            (["--grpc-max-age", "0.5"], ["GOAWAY 0 "]),
            (["--grpc-keepalive", "0.5"], ["PING", "GOAWAY"]),
        ])
    func goodbye(_ arguments: [String], _ words: [String]) async throws {
        let arguments = arguments + ["--grpc-keepalive-timeout", "0.5"]
        try await withLogger(["grpc"], arguments: arguments) { logger in
            let target = try #require(logger.targets["grpc"])
            let finished = try await runProgram(.python("http2_silent"), [target])
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            for word in words { #expect(finished.output.text.contains(word), "\(finished.output.text)") }
        }
    }
}
