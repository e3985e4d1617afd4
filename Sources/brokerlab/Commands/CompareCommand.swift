import ArgumentParser
import BenchmarkResults
import Terminal

/// The command `brokerlab compare`.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Says what became faster, slower, or cannot be told, between two runs.",
        discussion: """
            Compares throughput (p99 where the load was open), p99 and CPU time of the cells that both runs have. Since two \
            runs are not interleaved, each value is looked at beside the floor's (tcp) in the same round, if both runs have it; what \
            the floor itself changed by is told apart. A difference is one only if an analysis of covariance says so at 5% after \
            Holm's correction, and if it exceeds the A/A noise of both runs together, and 2%, or --fail-on where that is less. \
            Where there is none, the line says within \
            how much a figure is unchanged, or what would have been seen. Of cells with faults it compares times and entries, and of \
            those that are offered more than they carry backlog and memory, too, as they are.

            Exits 1 when a figure became worse by more than --fail-on; 2 when entries were lost in either run; 3 when cells are \
            missing, the floor moved by more than --fail-on, such a change could not have been seen, or the runs were made on \
            different machines or with other loads.

            EXAMPLES
              brokerlab compare results/before results/after
              brokerlab compare results/main results/branch --fail-on 7%
              brokerlab compare results/main results/branch --fail-on 7% --markdown --allow-missing
              brokerlab compare results/main results/branch --fail-on 7% --html change.html --junit change.xml
            """)

    @Argument(help: ArgumentHelp("The folder of the earlier run.", valueName: "old"))
    var old: String

    @Argument(help: ArgumentHelp("The folder of the later run.", valueName: "new"))
    var new: String

    @Option(
        help: ArgumentHelp(
            "Fail when a figure became worse by more than this, and significantly.", valueName: "percent"))
    var failOn: Percentage?

    @Flag(help: "Compare the values themselves, and not beside the floor's.")
    var absolute = false

    @Flag(help: "Cells that one of the runs lacks, or has too few valid rows of, decide nothing.")
    var allowMissing = false

    @Flag(help: "Compare runs of different machines, placements, durations or payloads all the same.")
    var allowDifferent = false

    @Flag(help: "Print an object of JSON.")
    var json = false

    @Flag(help: "Print a table in Markdown, for a review.")
    var markdown = false

    @Option(
        help: ArgumentHelp(
            "Write a page with both runs side by side and what changed, which needs no network.", valueName: "file"))
    var html: String?

    @OptionGroup
    var files: OutcomeFiles

    func validate() throws {
        guard !json || !markdown else { throw ValidationError("Give --json or --markdown, not both.") }
    }

    func run() throws {
        var rules = RunComparison.Rules()
        rules.failOn = failOn?.part
        rules.isAbsolute = absolute
        rules.allowsMissing = allowMissing
        rules.allowsDifferent = allowDifferent
        let (before, after) = (
            try Report(of: ResultsFolder(existing: old)), try Report(of: ResultsFolder(existing: new))
        )
        let comparison = RunComparison(old: before, new: after, rules: rules)
        try StandardOutput.write(json ? comparison.json : markdown ? comparison.markdown : comparison.text)
        if let html { try comparison.writePage(to: html, old: before, new: after) }
        try files.write(comparison.junit, markdown: comparison.markdown)
        let status = ExitStatus(comparison.assessment)
        if status != .success { throw status.exitCode }
    }
}

/// A percentage: `5%`, or `5`.
struct Percentage: ExpressibleByArgument {
    var part: Double

    init?(argument: String) {
        let digits = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
        guard let value = Double(digits), (0...1000).contains(value) else { return nil }
        part = value / 100
    }
}
