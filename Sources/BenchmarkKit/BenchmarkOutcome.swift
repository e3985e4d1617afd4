package import BenchmarkResults

/// What a benchmark measured, complete or not.
package struct BenchmarkOutcome: Sendable {
    /// How a run came to its end.
    package enum Ending: Sendable, Hashable {
        /// Every cell was measured.
        case complete
        /// The task was cancelled (Ctrl-C); what was measured before is kept.
        case interrupted
        /// Something that every further cell needs is gone; what was measured before is kept.
        case failed(String)
    }

    /// How the run came to its end.
    package var ending: Ending
    /// The rows of `results.csv` and `overhead.csv`, in the order of their measurement.
    package var rows: [ResultRow]
    /// The rows of `summary.csv`.
    package var summary: [SummaryRow]
    /// The final table and where the files are, for standard output; at most 100 columns wide.
    package var report: String

    /// The rows of `summary.csv` as JSON: an array of objects by the file's columns.
    package var json: String
    /// How the suite's thresholds ended, a line each.
    package var thresholds: [String]
    /// What it comes to, as an exit code.
    package var assessment: Assessment
    /// What was asked and what came of it, for a CI's test report.
    package var junit: JUnitFile
    /// The verdict for a reader of Markdown.
    package var markdown: String
    /// What to do about the rows that the audit does not trust; nil where it trusts all.
    package var advice: String?

    /// Whether entries were lost, changed or duplicated in any row, or not answered.
    package var hasFailed: Bool { rows.contains(where: \.hasFailed) }
}
