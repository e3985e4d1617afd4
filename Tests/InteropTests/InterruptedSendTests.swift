import Foundation
import MachineTestKit
import Subprocess
import Testing

/// `brokerlab send` that is interrupted says what became of the entries.
@Suite(.timeLimit(.minutes(1)))
struct InterruptedSendTests {
    private struct Outcome: Decodable {
        var sent: Int
        var acked: Int
        var failed: Int
        var notSent: Int
        var unknown: Int
        var rejected: Int

        enum CodingKeys: String, CodingKey {
            case sent, acked, failed, unknown, rejected
            case notSent = "not_sent"
        }
    }

    private func endless(_ transport: String, _ target: String) -> [String] {
        [
            "send", "--transport", transport, "--to", target, "--payload-bytes", "10", "--in-flight", "8", "--count",
            "2000000000", "--json",
        ]
    }

    @Test("In the midst", arguments: ["tcp", "http", "grpc"], [Signal.interrupt, .terminate])
    func midst(_ transport: String, _ signal: Signal) async throws {
        try await withLogger([transport]) { logger in
            let finished = try await withProgram(
                .brokerlab, endless(transport, logger.targets[transport]!), isStopped: false
            ) { sender in
                _ = try await logger.entries(atLeast: 100)
                try sender.signal(signal)
            }
            #expect(finished.exitCode == 130)
            let outcome = try finished.decoded(Outcome.self)
            #expect(outcome.acked >= 100 && outcome.failed == 0 && outcome.sent == outcome.acked)
        }
    }

    @Test("While the logger is frozen", arguments: ["tcp", "http", "grpc"])
    func frozen(_ transport: String) async throws {
        try await withLogger([transport]) { logger in
            let finished = try await withProgram(
                .brokerlab, endless(transport, logger.targets[transport]!), isStopped: false
            ) { sender in
                _ = try await logger.entries(atLeast: 100)
                try logger.program.signal(.suspend)
                try sender.signal(.interrupt)
                await sender.output.waitForEnd()
                try logger.program.signal(.resume)
            }
            #expect(finished.exitCode == 130)
            let outcome = try finished.decoded(Outcome.self)
            #expect(outcome.sent == outcome.acked + outcome.failed)
            #expect(outcome.failed == outcome.unknown && outcome.unknown <= 8)
        }
    }

    @Test("The fates of what failed are told apart")
    func fates() async throws {
        let port = try ReservedPort()
        let nobody = try await runProgram(
            .brokerlab, ["send", "--transport", "tcp", "--to", port.address, "--data", "d", "--json"])
        expectOneClearLine(nobody, mentioning: ["refused"])
        try await withLogger(["http"], arguments: ["--max-entry-bytes", "100"]) { logger in
            let refused = try await runProgram(
                .brokerlab,
                [
                    "send", "--transport", "http", "--to", logger.targets["http"]!, "--payload-bytes", "200", "--count",
                    "3", "--json",
                ])
            let outcome = try refused.decoded(Outcome.self)
            #expect(outcome.failed == 3 && outcome.rejected == 3 && outcome.notSent == 0 && outcome.unknown == 0)
        }
    }
}
