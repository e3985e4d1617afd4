import Foundation
import Testing

/// Every subcommand explains itself.
@Suite(.timeLimit(.minutes(1)))
struct HelpTests {
    @Test(
        "--help shows an example",
        arguments: ["bench", "logger", "entries", "broker", "send", "generate", "gob", "doctor", "link", "check-party"])
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
        // What bench alone starts is none of a newcomer's business.
        #expect(!finished.output.lines.contains { $0.hasPrefix("  link ") })
    }

    @Test("columns, keys of suites, and suites are listed")
    func lists() async throws {
        let columns = try await runProgram(.brokerlab, ["columns"])
        #expect(columns.exitCode == 0)
        #expect(columns.output.lines.contains { $0.hasPrefix("  generator_spin_pct ") })
        let keys = try await runProgram(.brokerlab, ["suite", "--explain"])
        #expect(keys.exitCode == 0)
        #expect(keys.output.lines.contains("in_flight: [N, ...], 1 to 10000  (--in-flight)"))
        let suites = try await runProgram(.brokerlab, ["suite"])
        #expect(suites.exitCode == 0)
        #expect(suites.output.lines.contains { $0.hasPrefix("rate-sweep ") })
    }

    @Test("each key of a suite that has a flag is one of bench's, and a wrong value of it is told with its help")
    func suiteFlags() async throws {
        let help = try await runProgram(.brokerlab, ["bench", "--help"])
        for flag in [
            "transport", "payload-bytes", "in-flight", "connections", "rate", "arrivals", "spin-us", "placement",
            "rounds",
            "duration", "warmup", "timeline-ms", "slice-ms", "seed", "baseline",
        ] {
            #expect(help.output.lines.contains { $0.hasPrefix("  --\(flag) <") }, "\(flag)")
        }
        let number = try await runProgram(.brokerlab, ["bench", "--in-flight", "1,x"])
        #expect(number.exitCode == 64)
        #expect(number.errors.text.contains("Error: The value '1,x' is invalid for '--in-flight <n,n>'"))
        let word = try await runProgram(.brokerlab, ["bench", "--placement", "moon"])
        #expect(word.exitCode == 64)
        #expect(word.errors.text.contains("Error: --placement takes free or split or one-cpu, not 'moon'."))
        let bound = try await runProgram(.brokerlab, ["bench", "--rounds", "0"])
        #expect(bound.exitCode == 64)
        #expect(bound.errors.lines == ["Error: --rounds: 0 is out of range; allowed: 1 to 1000"])
    }

    @Test("a command that there is not is told with the nearest one")
    func nearest() async throws {
        let unknown = try await runProgram(.brokerlab, ["bnech"])
        #expect(unknown.exitCode == 64)
        #expect(unknown.errors.text.contains("There is no command 'bnech'. Did you mean 'bench'? There are: bench, "))
        let far = try await runProgram(.brokerlab, ["xyzzyx"])
        #expect(far.errors.text.contains("There is no command 'xyzzyx'. There are: bench"))
        let option = try await runProgram(.brokerlab, ["bench", "--round", "5"])
        #expect(option.exitCode == 64)
        #expect(option.errors.text.contains("Did you mean '--rounds'?"))
    }

    @Test("what goes wrong at run time is told without how the command is used, and what is missing is 69")
    func noUsage() async throws {
        for arguments in [["report", "/nowhere"], ["compare", "/nowhere", "/nowhere"]] {
            let finished = try await runProgram(.brokerlab, arguments)
            #expect(finished.exitCode == 69)
            #expect(finished.errors.text.hasPrefix("Error: there is no /nowhere/run.json."))
            #expect(!finished.errors.text.contains("Usage"))
        }
    }

    @Test("doctor names what the transports need")
    func doctor() async throws {
        let finished = try await runProgram(.brokerlab, ["doctor"])
        #expect(finished.exitCode == 0, "\(finished.output.text)")
        #expect(finished.output.text.contains("rabbitmq-server"))
        #expect(finished.output.lines.contains { $0.hasPrefix("ok ") && $0.contains("unix sockets") })
        #expect(finished.output.lines.contains { $0.hasPrefix("ok ") && $0.contains("bench --tls on") })
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
