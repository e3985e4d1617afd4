public import LoggerService

/// What one cell measured in one round, a row of `results.csv`; nil is what was not measured.
public struct ResultRow: Sendable {
    /// The ledger's run id of the measured entries.
    public var runID: String
    /// When the cell was started, as `2026-01-31T12:00:00Z`.
    public var startedAt: String
    /// The cell and its place in the plan.
    public var planned: PlannedCell
    /// How the protocol was used.
    public var mode: String
    /// How entries were encoded.
    public var codec: String
    /// The version of the message broker, where one was between the halves.
    public var peerVersion: String?
    /// Whether the wire was encrypted.
    public var isEncrypted: Bool
    /// What an acknowledgement promised: `recorded`, `stored` or `queued`.
    public var acknowledgementClass: String
    /// Entries handed to the transport.
    public var sent: UInt64?
    /// Entries acknowledged.
    public var acked: UInt64?
    /// Different entries that the ledger has.
    public var delivered: UInt64?
    /// Entries acknowledged and not delivered.
    public var lost: UInt64?
    /// Entries that the ledger has more than once.
    public var duplicated: UInt64?
    /// Entries that came after one with a higher sequence number.
    public var reordered: UInt64?
    /// Entries whose text had changed on its way.
    public var corrupt: UInt64?
    /// Entries that were not acknowledged, whatever their fate.
    public var errors: UInt64?
    /// Entries acknowledged per second, from the first send to the last acknowledgement.
    public var throughput: Double?
    /// From the intended send time to the acknowledgement.
    public var ackLatency: LatencySummary?
    /// From the intended send time to the logger's record.
    public var deliveredLatency: LatencySummary?
    /// The 99th percentile from the actual send time to the acknowledgement, in microseconds; open load only.
    public var uncorrectedP99Us: Double?
    /// The 99th percentile from the intended to the actual send time, in microseconds; open load only.
    public var scheduleSlipP99Us: Double?
    /// The median from the intended to the actual send time, in microseconds, of the entries that a free sender waited
    /// for: what the load generator itself is late by; open load only.
    public var arrivalErrorP50Us: Double?
    /// The 99th percentile of the same.
    public var arrivalErrorP99Us: Double?
    /// CPU time of the broker's process, in microseconds per acknowledged entry; without that of waits on the core.
    public var brokerCPUUsPerMessage: Double?
    /// CPU time of the logger's process, in microseconds per acknowledged entry.
    public var loggerCPUUsPerMessage: Double?
    /// CPU time of the transport's companions, in microseconds per acknowledged entry.
    public var queueCPUUsPerMessage: Double?
    /// The broker's largest resident set since the cell's start.
    public var brokerRSSPeakBytes: UInt64?
    /// The logger's largest resident set since the cell's start.
    public var loggerRSSPeakBytes: UInt64?
    /// Bytes sent on the broker's sockets per acknowledged entry: the kernel's count, without headers of TCP and IP.
    public var wireTxBytesPerMessage: Double?
    /// Bytes received on the broker's sockets per acknowledged entry.
    public var wireRxBytesPerMessage: Double?
    /// Throughput times mean latency by entries in flight: 1 where all of them were always in flight (Little's law).
    public var littleRatio: Double?
    /// The part of all cores' time that the hypervisor gave to others, in percent.
    public var cpuStealPercent: Double?
    /// CPU time of the broker's process by the time that passed, in percent of one core; without waits on the core.
    public var generatorCPUPercent: Double?
    /// CPU time that waits on the core took by the time that passed, in percent of one core; open load only.
    public var generatorSpinPercent: Double?
    /// CPU time of processes that take no part, in percent of all cores' time.
    public var foreignCPUPercent: Double?
    /// How much of the time in which the broker's process wanted a core it had none, in percent.
    public var generatorWaitPercent: Double?
    /// Entries acknowledged in the second half of the measured time by those in the first.
    public var stationarityRatio: Double?
    /// How far the wall clock was set while the cell was measured, in microseconds.
    public var clockStepUs: Double?
    /// Why the row must not be trusted; empty where it may be.
    public var invalidReasons: [String] = []

    /// A row of which nothing is measured yet.
    package init(
        runID: String, startedAt: String, planned: PlannedCell, mode: String, codec: String, peerVersion: String?,
        isEncrypted: Bool, acknowledgementClass: String
    ) {
        self.runID = runID
        self.startedAt = startedAt
        self.planned = planned
        self.mode = mode
        self.codec = codec
        self.peerVersion = peerVersion
        self.isEncrypted = isEncrypted
        self.acknowledgementClass = acknowledgementClass
    }

    /// What the reason of a broken rule of the audit starts with.
    package static let auditPrefix = "audit: "

    /// Whether the row may be trusted.
    public var isValid: Bool { invalidReasons.isEmpty }

    /// Whether what is wrong is the delivery itself, and not only how it was measured.
    public var hasFailed: Bool { invalidReasons.contains { !$0.hasPrefix(Self.auditPrefix) } }

    /// All reasons in one text.
    public var invalidReason: String { invalidReasons.joined(separator: "; ") }
}
