import ArgumentParser
import BenchmarkResults
import Terminal

/// The command `brokerlab suite`.
struct SuiteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suite",
        abstract: "Lists the built-in suites, or explains what a suite file can say.",
        discussion: """
            EXAMPLES
              brokerlab suite
              brokerlab suite --explain
            """)

    @Flag(
        help:
            "Explain every key of a suite file: how it is written, what is allowed, the flag of bench that sets the same."
    )
    var explain = false

    func run() throws {
        try StandardOutput.write(explain ? SuiteGuide.keys(TransportRegistry.choice) : SuiteGuide.builtIn)
    }
}
