import Subprocess
import Testing

/// Health probes and reflection of the logger, asked by grpcio's own clients, which do not have its proto file.
@Suite(.timeLimit(.minutes(2)))
struct GRPCServicesTests {
    private struct CaseLine: Decodable {
        var passed: Bool
        var why: String?
    }

    private struct WatchingLine: Decodable {
        var watching: Bool
    }

    private static let client = Program.python("grpc_services_client")

    @Test(
        "Health and reflection", .needs(client),
        arguments: [
            "health_check", "health_check_unknown", "health_watch", "health_list", "reflection_services",
            "reflection_files", "reflection_errors",
        ])
    func answers(name: String) async throws {
        try await withLogger(["grpc"]) { logger in
            try await expectPassed(["--to", logger.targets["grpc"]!, "--case", name])
        }
    }

    @Test("A method that reflection has described records an entry", .needs(client))
    func reflectedCall() async throws {
        try await withLogger(["grpc"]) { logger in
            try await expectPassed(["--to", logger.targets["grpc"]!, "--case", "reflection_call"])
            let entries = try await logger.entries(limit: 2)
            #expect(entries.map(\.plain) == [PlainEntry(name: "reflected", data: "no proto file")])
        }
    }

    @Test("Whoever watches learns that the logger stops", .needs(client))
    func watchOfStop() async throws {
        try await withLogger(["grpc"]) { logger in
            let arguments = ["--to", logger.targets["grpc"]!, "--case", "health_stop"]
            try await withProgram(Self.client, arguments, isStopped: false) { client in
                _ = try await client.line(WatchingLine.self)
                try logger.program.signal(.terminate)
                let line = try await client.line(CaseLine.self)
                #expect(line.passed, "\(line.why ?? "")")
            }
        }
    }

    private func expectPassed(_ arguments: [String]) async throws {
        let finished = try await runProgram(Self.client, arguments)
        let line = try finished.decoded(CaseLine.self)
        #expect(line.passed, "\(line.why ?? "")")
        #expect(finished.exitCode == 0, "\(finished.errors.text)")
    }
}
