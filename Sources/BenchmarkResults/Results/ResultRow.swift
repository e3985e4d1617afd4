package import Broker
package import Metrics

/// What one cell measured in one round, a row of `results.csv`; nil is what was not measured.
package struct ResultRow: Sendable {
    /// The ledger's run id of the measured entries.
    package var runID: String
    /// When the cell was started, as `2026-01-31T12:00:00Z`.
    package var startedAt: String
    /// The cell and its place in the plan.
    package var planned: PlannedCell
    /// How the protocol was used.
    package var mode: String
    /// How entries were encoded.
    package var codec: String
    /// The version of the message broker, where one was between the halves.
    package var peerVersion: String?
    /// Whether the wire was encrypted.
    package var isEncrypted: Bool
    /// What an acknowledgement promised: `recorded`, `stored` or `queued`.
    package var acknowledgementClass: String
    /// Where an acknowledged entry is, as its class says unless the row does.
    package var durability: Durability {
        get {
            // Rows of before there was a column: `mode` tells messages in memory from those on disk.
            givenDurability ?? (mode == "transient" ? .queueMemory : Self.durability(acknowledgementClass))
        }
        set { givenDurability = newValue }
    }
    private var givenDurability: Durability?
    /// Entries handed to the transport.
    package var sent: UInt64?
    /// Entries acknowledged.
    package var acked: UInt64?
    /// Different entries that the ledger has.
    package var delivered: UInt64?
    /// Entries acknowledged and not delivered.
    package var lost: UInt64?
    /// Entries that the ledger has more than once.
    package var duplicated: UInt64?
    /// Entries that came after one with a higher sequence number.
    package var reordered: UInt64?
    /// Entries whose text had changed on its way.
    package var corrupt: UInt64?
    /// Entries that were not acknowledged, whatever their fate.
    package var errors: UInt64?
    /// Entries acknowledged per second, from the first send to the last acknowledgement.
    package var throughput: Double?
    /// From the intended send time to the acknowledgement.
    package var ackLatency: LatencySummary?
    /// The lower ends of the intervals of its percentiles.
    package var ackLow = Percentiles()
    /// The upper ends of the same.
    package var ackHigh = Percentiles()
    /// From the intended send time to the logger's record.
    package var deliveredLatency: LatencySummary?
    /// The 99th percentile from the actual send time to the acknowledgement, in microseconds; open load only.
    package var uncorrectedP99Us: Double?
    /// The 99th percentile from the intended to the actual send time, in microseconds; open load only.
    package var scheduleSlipP99Us: Double?
    /// The median from the intended to the actual send time, in microseconds, of the entries that a free sender waited
    /// for: what the load generator itself is late by; open load only.
    package var arrivalErrorP50Us: Double?
    /// The 99th percentile of the same.
    package var arrivalErrorP99Us: Double?
    /// CPU time of the broker's process, in microseconds per acknowledged entry; without that of waits on the core.
    package var brokerCPUUsPerMessage: Double?
    /// CPU time of the logger's process, in microseconds per acknowledged entry.
    package var loggerCPUUsPerMessage: Double?
    /// CPU time of the transport's companions, in microseconds per acknowledged entry.
    package var queueCPUUsPerMessage: Double?
    /// The broker's largest resident set since the cell's start.
    package var brokerRSSPeakBytes: UInt64?
    /// The logger's largest resident set since the cell's start.
    package var loggerRSSPeakBytes: UInt64?
    /// Bytes sent on the broker's sockets per acknowledged entry: the kernel's count, without headers of TCP and IP.
    package var wireTxBytesPerMessage: Double?
    /// Bytes received on the broker's sockets per acknowledged entry.
    package var wireRxBytesPerMessage: Double?
    /// Throughput times mean latency by entries in flight: 1 where all of them were always in flight (Little's law).
    package var littleRatio: Double?
    /// The part of all cores' time that the hypervisor gave to others, in percent.
    package var cpuStealPercent: Double?
    /// CPU time of the broker's process by the time that passed, in percent of one core; without waits on the core.
    package var generatorCPUPercent: Double?
    /// CPU time that waits on the core took by the time that passed, in percent of one core; open load only.
    package var generatorSpinPercent: Double?
    /// CPU time of processes that take no part, in percent of all cores' time.
    package var foreignCPUPercent: Double?
    /// The program of those that used most; said in reasons, and no column.
    package var busiestForeign: String?
    /// How much of the time in which the broker's process wanted a core it had none, in percent.
    package var generatorWaitPercent: Double?
    /// Entries acknowledged in the second half of the measured time by those in the first.
    package var stationarityRatio: Double?
    /// How wide the slices were in which it was measured, by turns with the others of its load, in milliseconds; nil of one piece.
    package var sliceMs: Double?
    /// How far the wall clock was set while the cell was measured, in microseconds.
    package var clockStepUs: Double?
    /// The process of the load generator: each round has its own, and the control in it another one.
    package var brokerPID: UInt64?
    /// The process of the logger.
    package var loggerPID: UInt64?
    /// Transactions that the logger committed a second, from the first to the last that had an entry of the cell.
    package var commitsPerSecond: Double?
    /// Entries of the cell by the commits that they were among.
    package var entriesPerCommit: Double?
    /// The 99th percentile of what a commit took, in microseconds.
    package var commitP99Us: Double?
    /// Bytes written to disks by the logger's process and the store's, per acknowledged entry: the kernel's count.
    package var bytesWrittenPerEntry: Double?
    /// CPU time of the processes of the store's server, in microseconds per acknowledged entry.
    package var storeCPUUsPerMessage: Double?
    /// How much later than due the link handed packets on, in microseconds: the median.
    package var linkLatenessP50Us: Double?
    /// The 99th percentile of the same.
    package var linkLatenessP99Us: Double?
    /// CPU time of the link's process by the time that passed, in percent of one core.
    package var linkCPUPercent: Double?
    /// Packets that came to the link, both ways together.
    package var linkPackets: UInt64?
    /// Packets that the link lost, as its loss says.
    package var linkLost: UInt64?
    /// Packets that found the link's queue full.
    package var linkQueueDrops: UInt64?
    /// Packets that the devices at its ends had no room for, which no link was asked to lose.
    package var linkDeviceDrops: UInt64?
    /// What played the broker: `swift` is this project's own, others as they call themselves.
    package var brokerImplementation = ""
    /// Its version, as it says.
    package var brokerVersion = ""
    /// What played the logger; an address is a black box.
    package var loggerImplementation = ""
    /// Its version, as it says.
    package var loggerVersion = ""
    /// Whether what was acknowledged was held against the logger's own account; not for a logger that gives none.
    package var isReconciled = true
    /// Who has read the logger's CPU time and memory: `local`, this host's kernel; `control`, the logger itself, over its control API;
    /// empty for nobody.
    package var loggerMeasuredBy = ""
    /// How far the clock of a logger elsewhere was ahead of the lab's, in microseconds; nil where there is none.
    package var clockOffsetUs: Double?
    /// The most that it may have been more or less, in microseconds.
    package var clockBoundUs: Double?
    /// The version of TLS that was spoken; nil in cleartext.
    package var tlsVersion: String?
    /// The cipher suite of the same.
    package var tlsCipher: String?
    /// From the beginning of a dial until the connection takes an entry, in microseconds: the median; of cold connections only.
    package var connectP50Us: Double?
    /// The 99th percentile of the same.
    package var connectP99Us: Double?
    /// Bytes sent on the broker's socket until then, by dial.
    package var handshakeTxBytes: Double?
    /// Bytes received on it until then, by dial.
    package var handshakeRxBytes: Double?
    /// How many connections were dialed while the cell was measured; of connections that do not stay only.
    package var dialedConnections: UInt64?
    /// When something was made to go wrong, in milliseconds since the cell began to be measured; nil where nothing was, as all that
    /// follows.
    package var faultAtMs: Double?
    /// How long it went on, in milliseconds: until a logger was ready again, or told to go on.
    package var faultLastedMs: Double?
    /// From then to the first send that failed, in milliseconds; nil where none did.
    package var firstFailedMs: Double?
    /// From then to the first acknowledgement of an entry that was sent later, in milliseconds.
    package var firstAcknowledgedMs: Double?
    /// From then until the rate was back, in milliseconds; nil where it was not.
    package var recoveredMs: Double?
    /// The longest time without an acknowledgement that ended later, in milliseconds.
    package var largestGapMs: Double?
    /// Entries that were certainly not sent.
    package var notSent: UInt64?
    /// Entries that the logger did not take.
    package var rejected: UInt64?
    /// Entries of which nothing was known.
    package var unknown: UInt64?
    /// Those of them that arrived.
    package var unknownArrived: UInt64?
    /// How many times the load generator sent an entry again; nil where that was not its to do.
    package var retried: UInt64?
    /// What the transport carried in a closed load just before, in entries per second; nil where no rate is told by it, as all that
    /// follows.
    package var carriedPerSecond: Double?
    /// Entries that were due.
    package var offered: UInt64?
    /// Those of them that were never sent, since as many as may be were in flight until the end.
    package var heldBack: UInt64?
    /// Entries sent that the logger had not recorded when the last of them was answered.
    package var backlog: UInt64?
    /// From the end of the schedule until the logger had recorded the last entry, in milliseconds.
    package var drainMs: Double?
    /// From then until the rate that comes afterwards was acknowledged, in milliseconds; nil where it was not.
    package var normalAgainMs: Double?
    /// The companions' largest resident sets since the cell's start, together.
    package var queueRSSPeakBytes: UInt64?
    /// What played the broker in the middle, `swift` or as it calls itself; nil where nobody was there.
    package var throughImplementation: String?
    /// Its version, as it says.
    package var throughVersion: String?
    /// Its CPU time, in microseconds per acknowledged entry.
    package var throughCPUUsPerMessage: Double?
    /// Its largest resident set since the cell's start.
    package var throughRSSPeakBytes: UInt64?
    /// Why the row must not be trusted; empty where it may be.
    package var invalidReasons: [InvalidReason] = []

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

    /// The row with that number in a file, to be filled by its columns.
    init(number: Int) {
        let cell = Cell(transport: "", payloadBytes: 0, inFlight: 0)
        self.init(
            runID: "", startedAt: "", planned: PlannedCell(cell: cell, block: 0, orderInBlock: 0, number: number),
            mode: "", codec: "", peerVersion: nil, isEncrypted: false, acknowledgementClass: "")
    }

    /// The throughput by the rate that entries are due at; nil for a closed load.
    var rateKept: Double? {
        guard let rate = planned.cell.load.ratePerSecond, let throughput else { return nil }
        return throughput / rate
    }

    /// Whether as much was offered as is carried, or more, so that entries are late whoever sends them.
    package var isOverloaded: Bool { planned.cell.load.overload.map { $0 >= 1 } ?? false }

    /// A median of cold connections by the round trip of the link; nil without one.
    func roundTrips(_ microseconds: Double?) -> Double? {
        let roundTrip = planned.cell.network.roundTripSeconds * 1e6
        guard planned.cell.load == .cold, roundTrip > 0 else { return nil }
        return microseconds.map { $0 / roundTrip }
    }

    private static func durability(_ word: String) -> Durability {
        AcknowledgementClass(rawValue: word).map(Durability.init) ?? .nothing
    }

    /// What it is ranked among: the rows with the same promise that were held against an account, or were not.
    package var rankClass: String { RankClass.name(acknowledgementClass, isReconciled: isReconciled) }

    /// Whether the row may be trusted.
    package var isValid: Bool { invalidReasons.isEmpty }

    /// Whether what is wrong is the delivery itself, and not only how it was measured.
    package var hasFailed: Bool { invalidReasons.contains(where: \.isDelivery) }

    /// All reasons in one text.
    package var invalidReason: String { invalidReasons.map(\.text).joined(separator: "; ") }
}
