package import Broker
package import LoggerService

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

// A figure is declared here twice, as what code reckons with and as a column; a new one stands last in `added`.
extension ResultColumns {
    static let counts: [ResultColumn] = [
        .count("sent", \.sent, "Entries handed to the transport."),
        .count("acked", \.acked, "Entries acknowledged."),
        .count("delivered", \.delivered, "Different entries that the ledger has."),
        .count("lost", \.lost, "Entries acknowledged and not delivered."),
        .count("duplicated", \.duplicated, "Entries that the ledger has more than once."),
        .count("reordered", \.reordered, "Entries that came after one with a higher sequence number."),
        .count("corrupt", \.corrupt, "Entries whose text had changed on its way."),
        .count("errors", \.errors, "Entries that were not acknowledged, whatever their fate."),
    ]

    static let figures: [ResultColumn] = rates + ackLatency + deliveredLatency + openLoad + costs

    private static let rates: [ResultColumn] = [
        .figure("throughput_msgs_per_s", in: "msgs/s", \.throughput, "Entries acknowledged a second."),
        ResultColumn(
            .figure("goodput_bytes_per_s", in: "B/s", "Bytes of acknowledged texts a second.") { result in
                result.row.throughput.map { $0 * Double(result.cell.payloadBytes) }
            }),
    ]

    private static let ackLatency = ResultColumn.latency(
        "ack", \.ackLatency, of: \.acked, "from the intended send time to the acknowledgement.",
        percentiles + [("mean", \.meanUs, "The mean", nil)])

    private static let deliveredLatency = ResultColumn.latency(
        "delivered", \.deliveredLatency, of: \.delivered, "from the intended send time to the logger's record.",
        percentiles)

    private static let percentiles: [ResultColumn.Part] = [
        ("p50", \.p50Us, "The median", 50), ("p90", \.p90Us, "The 90th percentile", 90),
        ("p99", \.p99Us, "The 99th percentile", 99),
        ("p999", \.p999Us, "The 99.9th percentile", 99.9), ("max", \.maxUs, "The largest", nil),
    ]

    private static let openLoad: [ResultColumn] = [
        .figure(
            "uncorrected_p99_us", in: "us", \.uncorrectedP99Us,
            "The 99th percentile from the actual send time to the acknowledgement; open load only."),
        .figure(
            "schedule_slip_p99_us", in: "us", \.scheduleSlipP99Us,
            "The 99th percentile from the intended to the actual send time; open load only."),
    ]

    private static let costs: [ResultColumn] = [
        .figure(
            "broker_cpu_us_per_msg", in: "us", \.brokerCPUUsPerMessage,
            "CPU time of the broker's process by acknowledged entry; without that of waits on the core."),
        .figure(
            "logger_cpu_us_per_msg", in: "us", \.loggerCPUUsPerMessage,
            "CPU time of the logger's process by acknowledged entry."),
        .figure(
            "queue_cpu_us_per_msg", in: "us", \.queueCPUUsPerMessage,
            "CPU time of the message broker by acknowledged entry."),
        .count(
            "broker_rss_peak_bytes", in: "B", \.brokerRSSPeakBytes,
            "The broker's largest resident set since the cell's start."),
        .count(
            "logger_rss_peak_bytes", in: "B", \.loggerRSSPeakBytes,
            "The logger's largest resident set since the cell's start."),
        .figure(
            "wire_tx_bytes_per_msg", in: "B", \.wireTxBytesPerMessage,
            "Bytes sent on the broker's sockets by acknowledged entry, without headers of TCP and IP; empty over Unix sockets, "
                + "whose bytes the kernel does not count."),
        .figure(
            "wire_rx_bytes_per_msg", in: "B", \.wireRxBytesPerMessage,
            "Bytes received on the broker's sockets by acknowledged entry."),
        .figure(
            "little_ratio", \.littleRatio,
            "Throughput times mean latency by entries in flight: 1 where all were always in flight (Little's law)."),
        .figure(
            "cpu_steal_pct", in: "%", \.cpuStealPercent,
            "The part of all cores' time that the hypervisor gave to others."),
    ]

    /// Figures that came later stand behind all others, so that the place of none changes.
    static let added: [ResultColumn] = [
        .figure(
            "arrival_error_p50_us", in: "us", \.arrivalErrorP50Us,
            "The median of what the load generator itself was late by; open load only."),
        .figure("arrival_error_p99_us", in: "us", \.arrivalErrorP99Us, "The 99th percentile of the same."),
        .figure(
            "generator_cpu_pct", in: "%", \.generatorCPUPercent,
            "CPU time of the broker's process by the time that passed, of one core; without waits on the core."),
        .figure(
            "foreign_cpu_pct", in: "%", \.foreignCPUPercent,
            "CPU time of processes that take no part, of all cores' time."),
        .figure(
            "generator_wait_pct", in: "%", \.generatorWaitPercent,
            "How much of the time in which the broker's process wanted a core it had none."),
        .figure(
            "stationarity_ratio", places: 4, \.stationarityRatio,
            "Entries acknowledged in the second half of the measured time by those in the first."),
        .figure(
            "clock_step_us", in: "us", \.clockStepUs, "How far the wall clock was set while the cell was measured."),
        .figure(
            "generator_spin_pct", in: "%", \.generatorSpinPercent,
            "CPU time that waits on the core took by the time that passed, of one core; open load only."),
        ResultColumn(
            .figure("rate_kept", places: 4, "The throughput by the rate that entries of an open load are due at.") {
                $0.row.rateKept
            }),
        .figure(
            "ack_p50_us_ci_low", in: "us", \.ackLow.p50Us,
            "The lower end of the 95% interval of ack_p50_us within the cell (order statistics)."),
        .figure("ack_p50_us_ci_high", in: "us", \.ackHigh.p50Us, "The upper end."),
        .figure("ack_p90_us_ci_low", in: "us", \.ackLow.p90Us, "The same of ack_p90_us."),
        .figure("ack_p90_us_ci_high", in: "us", \.ackHigh.p90Us, "The upper end."),
        .figure("ack_p99_us_ci_low", in: "us", \.ackLow.p99Us, "The same of ack_p99_us."),
        .figure("ack_p99_us_ci_high", in: "us", \.ackHigh.p99Us, "The upper end."),
        .figure("ack_p999_us_ci_low", in: "us", \.ackLow.p999Us, "The same of ack_p999_us."),
        .figure("ack_p999_us_ci_high", in: "us", \.ackHigh.p999Us, "The upper end."),
    ]

    /// Behind the names, as they came later still.
    static let processes: [ResultColumn] = [
        .count(
            "broker_pid", \.brokerPID,
            "The process of the load generator: each round has its own, the control another."),
        .count("logger_pid", \.loggerPID, "The process of the logger."),
    ]

    /// What storing entries came to.
    static let storing: [ResultColumn] = [
        .figure(
            "commits_per_s", in: "1/s", \.commitsPerSecond,
            "Transactions that the logger committed a second; empty where it keeps entries in memory."),
        .figure("entries_per_commit", \.entriesPerCommit, "Entries by the commits that they were among."),
        .figure("commit_p99_us", in: "us", \.commitP99Us, "The 99th percentile of what a commit took."),
        .figure(
            "bytes_written_per_entry", in: "B", \.bytesWrittenPerEntry,
            "Bytes written to disks by the logger's process and the store's, by acknowledged entry: the kernel's count."
        ),
        .figure(
            "store_cpu_us_per_msg", in: "us", \.storeCPUUsPerMessage,
            "CPU time of the processes of the store's server by acknowledged entry; empty where there is none."),
    ]

    /// What a link did.
    static let linking: [ResultColumn] = [
        .figure(
            "link_lateness_p50_us", in: "us", \.linkLatenessP50Us,
            "How much later than due the link handed packets on: the median; empty without one."),
        .figure("link_lateness_p99_us", in: "us", \.linkLatenessP99Us, "The 99th percentile of the same."),
        .figure(
            "link_cpu_pct", in: "%", \.linkCPUPercent,
            "CPU time of the link's process by the time that passed, of one core."),
        .count("link_packets", \.linkPackets, "Packets that came to the link, both ways together."),
        .count("link_lost_packets", \.linkLost, "Those that it lost, as loss_pct says."),
        .count("link_queue_drops", \.linkQueueDrops, "Those that found its queue full."),
        .count(
            "link_device_drops", \.linkDeviceDrops,
            "Those that the devices at its ends had no room for: the row is not valid."),
    ]

    /// What cold connections came to.
    static let cold: [ResultColumn] = [
        .figure(
            "connect_p50_us", in: "us", \.connectP50Us,
            "From the beginning of a dial until the connection takes an entry: the median; empty but for cold connections."
        ),
        .figure("connect_p99_us", in: "us", \.connectP99Us, "The 99th percentile of the same."),
        .figure(
            "handshake_tx_bytes", in: "B", \.handshakeTxBytes,
            "Bytes sent on the broker's socket until then, by dial, without headers of TCP and IP."),
        .figure("handshake_rx_bytes", in: "B", \.handshakeRxBytes, "Bytes received on it until then, by dial."),
        .derived(
            "connect_round_trips", "connect_p50_us by rtt_ms, how many round trips that is; empty without a link."
        ) { $0.roundTrips($0.connectP50Us) },
        .derived(
            "cold_round_trips",
            "The same of ack_p50_us: how many it takes from the dial to the acknowledgement of its entry."
        ) { $0.roundTrips($0.ackLatency?.knownP50Us) },
    ]

    /// When a fault was, and how long it took what.
    static let faultTimes: [ResultColumn] = [
        .figure(
            "fault_at_ms", in: "ms", places: 1, \.faultAtMs, "When that was, since the cell began to be measured."),
        .figure(
            "fault_lasted_ms", in: "ms", places: 1, \.faultLastedMs,
            "How long it went on: until the logger was ready again, or told to go on."),
        .figure(
            "first_failed_ms", in: "ms", places: 1, \.firstFailedMs,
            "From then until the first send failed; empty where none did."),
        .figure(
            "first_acknowledged_ms", in: "ms", places: 1, \.firstAcknowledgedMs,
            "From then to the first acknowledgement of an entry that was sent after it; empty where there was none."),
        .figure(
            "recovered_ms", in: "ms", places: 1, \.recoveredMs,
            "From then until 90% of the rate before were acknowledged again, in bins of 100 ms and for half a second; 0 where there "
                + "never were less, empty where they were not."),
        .figure(
            "largest_gap_ms", in: "ms", places: 1, \.largestGapMs,
            "The longest time without an acknowledgement, of those that ended after it."),
    ]

    /// What became of the entries of a cell with a fault.
    static let faultFates: [ResultColumn] = [
        .count("not_sent", \.notSent, "Entries that failed and were certainly not sent."),
        .count("rejected", \.rejected, "Entries that the logger did not take."),
        .count("unknown", \.unknown, "Entries that failed and may have arrived."),
        .count("unknown_arrived", \.unknownArrived, "Those of them that did."),
    ]

    /// Who took part.
    static let parties: [ResultColumn] = [
        .text(
            "broker_impl", \.brokerImplementation,
            "What played the broker: swift is this project's own, others as they call themselves."),
        .text("broker_impl_version", \.brokerVersion, "Its version, as it says."),
        .text("logger_impl", \.loggerImplementation, "What played the logger; an address is a black box."),
        .text("logger_impl_version", \.loggerVersion, "Its version, as it says."),
        ResultColumn(
            .flag(
                "reconciled",
                "Whether what was acknowledged was held against the logger's account; without one nobody knows what arrived."
            ) { $0.row.isReconciled }
        ) { fields, row throws(BenchmarkError) in
            row.isReconciled = try fields.flag("reconciled") ?? true
        },
    ]
}
