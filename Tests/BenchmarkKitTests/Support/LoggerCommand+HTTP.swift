@testable import BenchmarkKit

extension LoggerCommand {
    /// A logger that has its control API where this project's has it.
    init(executable: String, arguments: [String]) {
        self.init(PartyCommand(executable: executable, arguments: arguments), controlTransport: "http")
    }
}
