import Testing

/// grpcio's client runs the published interop cases against this project's server.
@Suite struct GRPCServerCaseTests {
    static let cases = [
        "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream",
        "timeout_on_sleeping_server", "cancel_after_begin", "cancel_after_first_response", "custom_metadata",
        "status_code_and_message", "special_status_message", "unimplemented_method", "unimplemented_service",
        "client_compressed_unary", "server_compressed_unary",
    ]

    private struct CaseLine: Decodable {
        var passed: Bool
        var why: String?
    }

    @Test("grpcio's client against the server", .needs(.python("grpc_interop_client")), arguments: cases)
    func grpcioClient(name: String) async throws {
        try await withInteropServer { address in
            let client = Program.python("grpc_interop_client")
            let finished = try await runProgram(client, ["--to", address, "--case", name])
            let line = try finished.decoded(CaseLine.self)
            #expect(line.passed, "\(line.why ?? "")")
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
        }
    }
}
