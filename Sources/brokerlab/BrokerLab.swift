import ArgumentParser
import CLinux

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
            """,
        version: "0.1.0",
        subcommands: [
            BenchCommand.self, ReportCommand.self, CompareCommand.self, AdviseCommand.self, LoggerCommand.self,
            BrokerCommand.self, SendCommand.self, GobCommand.self, DoctorCommand.self, RabbitMQCommand.self,
        ])

    static func main() async {
        Memory.keepLargeBlocks()
        await main(nil)
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
