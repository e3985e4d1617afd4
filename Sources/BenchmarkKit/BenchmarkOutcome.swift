public import BenchmarkResults

/// What a benchmark measured, complete or not.
public struct BenchmarkOutcome: Sendable {
    /// How a run came to its end.
    public enum Ending: Sendable, Hashable {
        /// Every cell was measured.
        case complete
        /// The task was cancelled (Ctrl-C); what was measured before is kept.
        case interrupted
        /// Something that every further cell needs is gone; what was measured before is kept.
        case failed(String)
    }

    /// How the run came to its end.
    public var ending: Ending
    /// The rows of `results.csv` and `overhead.csv`, in the order of their measurement.
    public var rows: [ResultRow]
    /// The rows of `summary.csv`.
    public var summary: [SummaryRow]
    /// The final table and where the files are, for standard output; at most 100 columns wide.
    public var report: String

    /// The rows of `summary.csv` as JSON: an array of objects by the file's columns.
    public var json: String
    /// What the suite's thresholds ask for and was not measured: a sentence each.
    public var missedThresholds: [String]

    /// Whether entries were lost, changed or duplicated in any row, or not answered.
    public var hasFailed: Bool { rows.contains(where: \.hasFailed) }

    /// Whether every row may be trusted.
    public var isValid: Bool { rows.allSatisfy(\.isValid) }
}
