import Testing

/// Outputs that cannot be written, and signals at random moments, for every subcommand.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct OutputTests {
    private static func outputs(_ arguments: [String]) async throws -> FinishedProgram {
        try await runProgram(
            .python("outputs"), ["--brokerlab", Program.brokerlab.path, "--for", "500"] + arguments,
            limit: .seconds(540))
    }

    private static let withServers = "rabbitmq,postgresql,bench of amqp"
    /// Takes minutes: `rabbitmq` says most of it.
    private static let slow = "rabbitmq --nodes"

    @Test("End with an exit code that is documented, and leave nothing behind", .needs(.python("outputs")))
    func commands() async throws {
        let finished = try await Self.outputs(["--times", "3", "--skip", "\(Self.withServers),\(Self.slow)"])
        #expect(finished.exitCode == 0, "\(finished.output.text)\n\(finished.errors.text)")
    }

    @Test("So do those that start a RabbitMQ or a PostgreSQL", .needs(.python("outputs")))
    func servers() async throws {
        let finished = try await Self.outputs(["--times", "1", "--only", Self.withServers])
        #expect(finished.exitCode == 0, "\(finished.output.text)\n\(finished.errors.text)")
    }
}
