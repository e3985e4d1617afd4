import Metrics

// The figures of a row as columns: one is declared twice, in ResultRow as what code reckons with and here; a new one stands last in
// `added`.
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
        .figure(
            "throughput_msgs_per_s", in: "msgs/s", \.throughput,
            "Entries acknowledged a second; of a closed load, those acknowledged within its time."),
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
        .count("link_lost_packets", \.linkLost, "Those that it lost, as loss_pct says, or in a blackhole."),
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
            "How long it went on: until what was killed was ready again, or what stood still told to go on."),
        .figure(
            "first_failed_ms", in: "ms", places: 1, \.firstFailedMs,
            "From then until the first entry failed, for good where it is sent again; empty where none did."),
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

    /// What came of more than is carried.
    static let overloading: [ResultColumn] = [
        .figure(
            "carried_msgs_per_s", in: "msgs/s", \.carriedPerSecond,
            "What the same transport carried just before, in the warm-up: entries of a closed load by the time until the logger had them."
        ),
        .count("offered", \.offered, "Entries that were due."),
        .count(
            "held_back", \.heldBack,
            "Those of them that were never sent, since in_flight were unanswered until the end: what the transport pushes back."
        ),
        .count(
            "backlog", \.backlog,
            "Entries sent that the logger had not recorded when the last of them was answered: what is queued between the two."
        ),
        .figure(
            "drain_ms", in: "ms", places: 1, \.drainMs,
            "From the time at which the last entry was due until the logger had recorded the last that was sent."),
        .figure(
            "normal_again_ms", in: "ms", places: 1, \.normalAgainMs,
            "From then until 90% of half of what was carried, which is offered for 3 s afterwards, were acknowledged, in bins of 100 ms and for "
                + "half a second; empty where they were not."),
        .count(
            "queue_rss_peak_bytes", in: "B", \.queueRSSPeakBytes,
            "The message broker's largest resident set since the cell's start; of every load."),
    ]

    /// What the broker in the middle took.
    static let throughFigures: [ResultColumn] = [
        .figure(
            "through_cpu_us_per_msg", in: "us", \.throughCPUUsPerMessage,
            "CPU time of the broker in the middle by acknowledged entry; empty where nobody is there."),
        .count(
            "through_rss_peak_bytes", in: "B", \.throughRSSPeakBytes,
            "The largest resident set of the broker in the middle since the cell's start."),
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
        .text(
            "logger_measured_by", \.loggerMeasuredBy,
            "Who read the logger's CPU time and memory: local, the lab from its own kernel; control, the logger itself, over its control API."
        ),
        .figure(
            "clock_offset_us", in: "us", \.clockOffsetUs,
            "How far the wall clock of a logger elsewhere was ahead of the lab's, which delivered latencies are without."
        ),
        .figure(
            "clock_bound_us", in: "us", \.clockBoundUs,
            "The most that may be off: half of the fastest round trip before and after the cell, and half of the drift between them. Delivered latencies are left out where this is more than a tenth of their median."
        ),
    ]
}
