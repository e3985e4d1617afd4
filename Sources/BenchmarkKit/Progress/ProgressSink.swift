package import BenchmarkResults

/// Who is told how far a benchmark is.
package protocol ProgressSink: Sendable {
    /// Takes an event; called from one task at a time.
    func show(_ event: ProgressEvent)
}

/// A step of a benchmark.
package enum ProgressEvent: Sendable {
    /// Codecs and protocols are being timed by themselves.
    case measuringLayers
    /// The first round's processes are being started.
    case starting
    /// Which cores are whose, in words.
    case placed(String)
    /// A cell is being measured. Sent when it starts, and again a few times a second while it runs.
    case measuring(PlannedCell, of: Int, soFar: LiveFigures.SoFar?, secondsLeft: Double)
    /// A cell was measured.
    case measured(ResultRow, PlannedCell, of: Int, secondsLeft: Double)
    /// Nothing more will be measured.
    case ended
}

/// A sink that shows nothing.
package struct SilentProgress: ProgressSink {
    /// Creates a sink.
    package init() {}

    /// Does nothing.
    package func show(_ event: ProgressEvent) {}
}
