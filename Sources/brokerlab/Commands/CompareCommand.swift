import ArgumentParser
import BenchmarkResults
import Terminal

/// The command `brokerlab compare`.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Says what became faster, slower, or cannot be told, between two runs.",
        discussion: """
            Compares the cells that both runs have measured: throughput, or p99 where the load was open. Since two runs are \
            not interleaved, each value is divided by the floor's (tcp) in the same round, if both runs have it. A difference \
            is one only if Mann and Whitney's test says so at 5% after Holm's correction, and if it exceeds the A/A noise of \
            both runs together.

            EXAMPLES
              brokerlab compare results/before results/after
              brokerlab compare results/main results/branch --fail-on 5%
            """)

    @Argument(help: ArgumentHelp("The folder of the earlier run.", valueName: "old"))
    var old: String

    @Argument(help: ArgumentHelp("The folder of the later run.", valueName: "new"))
    var new: String

    @Option(
        help: ArgumentHelp(
            "Exit with 1 when a cell became worse by more than this, and significantly.", valueName: "percent"))
    var failOn: Percentage?

    @Flag(help: "Compare the values themselves, without dividing by the floor's.")
    var absolute = false

    func run() throws {
        let comparison = RunComparison(
            old: try Report(of: ResultsFolder(existing: old)), new: try Report(of: ResultsFolder(existing: new)),
            absolute: absolute)
        guard !comparison.lines.isEmpty else {
            throw ValidationError(
                "The two runs have no cell in common that has valid rows in both. Run the same suite twice, with nothing else at work."
            )
        }
        try StandardOutput.write(comparison.text)
        guard let failOn else { return }
        let regressions = comparison.regressions(beyond: failOn.part)
        guard regressions.isEmpty else {
            try StandardOutput.write(
                "\(regressions.count) of \(comparison.lines.count) cells became worse by more than \(failOn.text)\n")
            throw ExitCode.failure
        }
        try StandardOutput.write("no cell became worse by more than \(failOn.text)\n")
    }
}

/// A percentage: `5%`, or `5`.
struct Percentage: ExpressibleByArgument {
    var part: Double
    var text: String

    init?(argument: String) {
        let digits = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
        guard let value = Double(digits), (0...1000).contains(value) else { return nil }
        part = value / 100
        text = "\(digits)%"
    }
}
