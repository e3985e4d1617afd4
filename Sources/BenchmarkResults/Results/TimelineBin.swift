/// What came of a cell in a bin of its time, a row of `timeline.csv`; nil is what is not known.
package struct TimelineBin: Sendable, Hashable {
    /// The run id of the cell's row in `results.csv`.
    package var runID: String
    /// What rows are grouped by: `grpc:stream`, `tcp (control)`.
    package var name: String
    /// When the bin begins, in milliseconds since the cell's measured part began.
    package var startMs = 0.0
    /// How wide it is, in milliseconds.
    package var widthMs = 0.0
    /// Entries handed to the transport.
    package var sent: UInt64 = 0
    /// Entries acknowledged, whenever they were sent.
    package var acked: UInt64 = 0
    /// Entries that were certainly not sent.
    package var notSent: UInt64 = 0
    /// Entries of which nothing is known.
    package var unknown: UInt64 = 0
    /// Entries that the logger did not take.
    package var rejected: UInt64 = 0
    /// Entries that the logger recorded.
    package var delivered: UInt64?
    /// Entries sent and not yet recorded, when the bin ends.
    package var backlog: UInt64?
    /// The median latency of the entries acknowledged, in microseconds.
    package var p50Us: Double?
    /// The 99th percentile of the same.
    package var p99Us: Double?
    /// The longest of them.
    package var maxUs: Double?
    /// Pauses that began.
    package var pauses: UInt64 = 0
    /// How long the longest of those was, in microseconds.
    package var longestPauseUs: Double?
    /// The CPU time of the broker's process by the time that passed, in percent of one core.
    package var brokerCPUPercent: Double?
    /// The same of the logger's.
    package var loggerCPUPercent: Double?
    /// The same of the message broker's.
    package var queueCPUPercent: Double?
    /// The resident memory of the broker's process when the bin ends, in bytes.
    package var brokerRSSBytes: UInt64?
    /// The same of the logger's.
    package var loggerRSSBytes: UInt64?
    /// The same of the message broker's.
    package var queueRSSBytes: UInt64?

    /// The CPU time of the store's server, with the processes that it has started, by the time that passed, in percent of one core.
    package var storeCPUPercent: Double?
    /// The same of the link.
    package var linkCPUPercent: Double?
    /// The same of the lab, where it is not the broker as well.
    package var labCPUPercent: Double?
    /// The same of the broker in the middle.
    package var throughCPUPercent: Double?

    /// The shortest stretch without an acknowledgement that is a pause, in milliseconds.
    package static let shortestPauseMs = 50.0

    /// An empty bin.
    package init(runID: String, name: String) {
        (self.runID, self.name) = (runID, name)
    }

    /// Acknowledged entries a second; nil of a bin that has no time.
    var messagesPerSecond: Double? { widthMs > 0 ? Double(acked) * 1000 / widthMs : nil }
}
