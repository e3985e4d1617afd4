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
    /// The rows of `results.csv`, in the order of their measurement.
    public var rows: [ResultRow]
    /// The rows of `summary.csv`.
    public var summary: [SummaryRow]
    /// The final table and where the files are, for standard output; at most 100 columns wide.
    public var report: String

    /// Whether every row may be trusted.
    public var isValid: Bool { rows.allSatisfy(\.isValid) }
}
