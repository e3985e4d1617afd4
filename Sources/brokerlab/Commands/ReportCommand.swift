import ArgumentParser
import BenchmarkResults
import Terminal

/// The command `brokerlab report`.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Makes a run's summary.csv, benchmark.txt and report.html again from its raw results.",
        discussion: """
            Reads results.csv, run.json, latency.hlog and, if the suite asked for them, layers.csv, overhead.csv and timeline.csv of the folder, prints the table, and writes the rest.

            EXAMPLE
              brokerlab report results/20260131T120000Z-default
            """)

    @Argument(help: ArgumentHelp("A folder that 'brokerlab bench' has made.", valueName: "dir"))
    var folder: String

    func run() throws {
        let folder = ResultsFolder(existing: folder)
        let report = try Report(of: folder)
        try report.write(to: folder)
        try StandardOutput.write(report.table + "summary: \(folder.summaryFile)\nreport:  \(folder.pageFile)\n")
    }
}
