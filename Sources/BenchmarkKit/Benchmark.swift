import BenchmarkResults
import Broker

/// A benchmark: the cells of a suite, measured one after the other; broker and logger are processes of their own, fresh in
/// every round.
package struct Benchmark: Sendable {
    private let configuration: BenchmarkConfiguration

    /// Creates a benchmark.
    package init(configuration: BenchmarkConfiguration) {
        self.configuration = configuration
    }

    /// Measures every cell, and writes the summary.
    ///
    /// When the task is cancelled, or a logger is lost, the run stops at once; what was measured is kept, and the
    /// outcome says how it ended.
    /// - Throws: ``SuiteError``; ``BenchmarkError`` when nothing could be measured or the files cannot be written;
    ///   `CancellationError` when cancelled before the first row.
    @concurrent
    package func run() async throws -> BenchmarkOutcome {
        let choice = TransportChoice(registry: configuration.registry)
        var suite = try configuration.suite.validated(transports: choice)
        suite.references = suite.references ?? choice.references
        suite.tcpOnly = choice.tcpOnly
        suite.behindLinks = suite.behindLinks ?? choice.behindLinks
        (suite.killable, suite.replicated) = (choice.killable, choice.replicated)
        let run = try BenchmarkRun(configuration: configuration, suite: suite)
        let ending: BenchmarkOutcome.Ending
        do {
            defer { configuration.progress.show(.ended) }
            try run.measureLayers()
            configuration.progress.show(.starting)
            try await run.measureAll()
            ending = .complete
        } catch {
            let isCancelled = error is CancellationError || Task.isCancelled
            guard !run.rows.isEmpty else { throw isCancelled ? CancellationError() : error }
            ending = isCancelled ? .interrupted : .failed("\(error)")
        }
        return try finish(run.rows, suite, ending)
    }

    private func finish(
        _ rows: [ResultRow], _ suite: Suite, _ ending: BenchmarkOutcome.Ending
    ) throws(BenchmarkError) -> BenchmarkOutcome {
        let folder = configuration.folder
        let report = try Report(of: folder)
        try report.write(to: folder)
        let files = "rows:    \(folder.resultsFile)\nsummary: \(folder.summaryFile)\nreport:  \(folder.pageFile)\n"
        return BenchmarkOutcome(
            ending: ending, rows: rows, summary: report.summary, report: report.table + files, json: report.json,
            thresholds: report.thresholdLines, assessment: report.assessment, junit: report.junit,
            markdown: report.markdown, advice: report.advice)
    }
}
