import ArgumentParser
import CLinux
import Glibc
import Logging
import Terminal

/// The `brokerlab` command.
@main
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
              0         done, or stopped in order (logger, broker)
              1         it failed, or what was measured did (send, bench, compare --fail-on, advise, doctor, gob)
              64        the command line is wrong
              74        standard output or standard input failed: closed, full, or broken
              130       interrupted by Ctrl-C (SIGINT) or SIGTERM, after putting away what it had started (bench, send, rabbitmq)
              130, 143  ended by SIGINT or SIGTERM where there is nothing to put away
              141       the reader of its standard output has gone; nothing is said then
            """,
        version: "0.1.0",
        subcommands: [
            BenchCommand.self, SuiteCommand.self, ReportCommand.self, CompareCommand.self, AdviseCommand.self,
            ColumnsCommand.self, LoggerCommand.self,
            BrokerCommand.self, SendCommand.self, GobCommand.self, DoctorCommand.self, RabbitMQCommand.self,
        ])

    static func main() async {
        StandardDescriptors.prepare()
        Memory.keepLargeBlocks()
        LoggingSystem.bootstrap { _ in NoticeLogHandler() }
        Glibc.exit(await exitCode(of: CommandLine.arguments.dropFirst()))
    }

    /// Runs a command line; says why it failed, if so.
    private static func exitCode(of arguments: ArraySlice<String>) async -> Int32 {
        do {
            do {
                var command = try await asyncParseAsRoot(Array(arguments))
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
                return 0
            } catch let error where exitCode(for: error) == .success {
                // What was asked for is a text: --help, --version.
                try StandardOutput.write(fullMessage(for: error) + "\n")
                return 0
            }
        } catch let error as OutputError {
            if !error.description.isEmpty { StandardError.write(line: "Error: \(error)") }
            return error.exitCode
        } catch {
            let message = fullMessage(for: error)
            if !message.isEmpty { StandardError.write(line: message) }
            return exitCode(for: error).rawValue
        }
    }
}

/// How the process uses memory.
enum Memory {
    /// Keeps freed blocks of up to 32 MiB in the process.
    ///
    /// glibc would otherwise map each large buffer anew, and touching fresh pages costs several times what sending a
    /// 1 MiB entry does.
    static func keepLargeBlocks() {
        mallopt(M_MMAP_THRESHOLD, 32 << 20)
        mallopt(M_TRIM_THRESHOLD, 256 << 20)
    }
}
