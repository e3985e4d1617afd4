import Foundation
import Testing

/// Every subcommand explains itself.
@Suite(.timeLimit(.minutes(1)))
struct HelpTests {
    @Test("--help shows an example", arguments: ["bench", "logger", "broker", "send", "gob", "doctor"])
    func helpShowsAnExample(_ subcommand: String) async throws {
        let finished = try await runProgram(.brokerlab, [subcommand, "--help"])
        #expect(finished.exitCode == 0)
        let lines = finished.output.lines.filter { !$0.hasPrefix("USAGE:") }
        #expect(lines.contains { $0.localizedCaseInsensitiveContains("example") })
        #expect(lines.contains { $0.contains("brokerlab \(subcommand)") })
    }

    @Test("The command itself lists its subcommands")
    func helpListsSubcommands() async throws {
        let finished = try await runProgram(.brokerlab, ["--help"])
        #expect(finished.exitCode == 0)
        for subcommand in ["bench", "logger", "broker", "send", "gob", "doctor"] {
            #expect(finished.output.text.contains(subcommand))
        }
    }

    @Test("doctor names what the transports need")
    func doctor() async throws {
        let finished = try await runProgram(.brokerlab, ["doctor"])
        #expect(finished.exitCode == 0, "\(finished.output.text)")
        #expect(finished.output.text.contains("rabbitmq-server"))
    }

    @Test("doctor says how to get a RabbitMQ that is missing")
    func doctorMissingRabbitMQ() async throws {
        let finished = try await runProgram(.brokerlab.with(environment: Missing.rabbitMQ), ["doctor"])
        #expect(finished.exitCode != nil)
        #expect(finished.output.text.contains("apt-get install"))
    }
}

/// What makes brokerlab believe that something is not installed.
enum Missing {
    static let rabbitMQ = ["BROKERLAB_RABBITMQ_SERVER": "/nonexistent"]
}
