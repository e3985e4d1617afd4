import ArgumentParser
import Glibc
import Terminal

/// The `brokerlab` command.
struct BrokerLab: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "brokerlab",
        abstract: "Tells which transport your services should use, with evidence.",
        discussion: """
            One broker sends log entries to one logger over interchangeable transports: \
            \(TransportRegistry.selectors.joined(separator: ", ")).

            EXAMPLES
              brokerlab doctor                      what is installed, reachable, missing
              brokerlab bench --suite quick         all transports side by side, in half a minute
              brokerlab logger                      a logger on the contract's ports
              brokerlab send --transport grpc --to 127.0.0.1:50001 --name login --data "user 7"

            EXIT CODES
            \(ExitStatus.table)
            """,
        version: "0.1.0",
        subcommands: [
            BenchCommand.self, SuiteCommand.self, ReportCommand.self, CompareCommand.self, AdviseCommand.self,
            ColumnsCommand.self, LoggerCommand.self, EntriesCommand.self,
            BrokerCommand.self, SendCommand.self, GenerateCommand.self, GobCommand.self, DoctorCommand.self,
            RabbitMQCommand.self, PostgreSQLCommand.self, LinkCommand.self, CheckPartyCommand.self,
        ])

    /// Runs a command line; says why it failed, if so.
    static func exitCode(of arguments: ArraySlice<String>) async -> Int32 {
        var isRunning = false
        do {
            var command = try await parse(arguments)
            isRunning = true
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return ExitStatus.success.rawValue
        } catch let error as OutputError {
            if !error.description.isEmpty { StandardError.write(line: "Error: \(error)") }
            return error.exitCode
        } catch let error as ExitCode {
            return error.rawValue
        } catch let error where exitCode(for: error) == .success {
            return answer(error)
        } catch  where isRunning {
            // Not the command line's fault: no usage is shown.
            StandardError.write(line: "Error: \(message(for: error))")
            return ExitStatus(of: error).rawValue
        } catch {
            StandardError.write(line: fullMessage(for: error))
            return ExitStatus.usage.rawValue
        }
    }

    /// What was asked for is a text: --help, --version.
    private static func answer(_ error: any Error) -> Int32 {
        do {
            try StandardOutput.write(fullMessage(for: error) + "\n")
            return ExitStatus.success.rawValue
        } catch {
            if !error.description.isEmpty { StandardError.write(line: "Error: \(error)") }
            return error.exitCode
        }
    }

    /// The command that a line means.
    static func parse(_ arguments: ArraySlice<String>) async throws -> any ParsableCommand {
        if let name = arguments.first, !name.hasPrefix("-"), !commandNames.contains(name) {
            let near = Nearest.of(name, among: commandNames).map { " Did you mean '\($0)'?" } ?? ""
            throw ValidationError(
                "There is no command '\(name)'.\(near) There are: \(commandNames.joined(separator: ", ")).")
        }
        return try await asyncParseAsRoot(Array(arguments))
    }

    private static let commandNames = configuration.subcommands.map { $0._commandName } + ["help"]
}
