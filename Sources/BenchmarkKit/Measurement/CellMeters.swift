import Broker
import Glibc

/// The processes that take part in a cell, and what they have used so far.
struct CellMeters: Sendable {
    private var logger: ProcessCPU?
    private var companions: [ProcessCPU]
    private let port: Int?
    private let seesAll: Bool
    private let participants: Set<pid_t>

    /// What each part has used so far; nil where it could not be read.
    struct Reading: Sendable {
        /// The broker's CPU time, in nanoseconds.
        var broker: UInt64?
        /// The logger's CPU time, in nanoseconds.
        var logger: UInt64?
        /// The companions' CPU time, in nanoseconds.
        var queue: UInt64?
        /// The cores' time.
        var stolen: StolenTime?
        /// Whether every process that takes part could be read.
        var seesAll = true
        /// The processes that take part.
        var participants: Set<pid_t> = []
        /// The CPU time of all processes there are.
        var processes: ProcessTimes?
        /// The broker's waits for a core.
        var delay: RunDelay?
        /// The bytes on the broker's sockets to the peer.
        var wire: WireBytes?
        /// When it was read, on ``MonotonicClock``.
        var time: UInt64 = 0
        /// What the wall clock was ahead of ``MonotonicClock``, in nanoseconds.
        var wallClockOffset: Int64 = 0
    }

    /// Meters of this process, the logger, the companions that work for `transport`, and the sockets to `target`.
    init(logger: pid_t, companions: [CompanionProcess], transport: String, target: String) {
        self.logger = ProcessCPU(pid: logger)
        let involved = companions.filter { $0.transports.contains(transport) }
        let meters = involved.compactMap { $0.pid.flatMap(ProcessCPU.init(pid:)) }
        // The cost of one of two would be taken for the cost of both.
        self.companions = meters.count == involved.count ? meters : []
        seesAll = meters.count == involved.count
        participants = Set([getpid(), logger] + involved.compactMap(\.pid))
        port = WireBytes.port(in: target)
    }

    /// Reads all meters.
    func read() -> Reading {
        Reading(
            broker: ProcessCPU.own.used, logger: logger?.used, queue: readCompanions(), stolen: StolenTime.now,
            seesAll: seesAll, participants: participants, delay: RunDelay.now(of: getpid()),
            wire: port.flatMap(WireBytes.init(toPort:)),
            time: MonotonicClock.now,
            wallClockOffset: LoadPhase.currentWallClockOffset())
    }

    /// Reads what goes on working after the last acknowledgement, in place of what `reading` had.
    func readReceivers(into reading: inout Reading) {
        reading.logger = logger?.used
        reading.queue = readCompanions()
        reading.stolen = StolenTime.now
    }

    private func readCompanions() -> UInt64? {
        guard !companions.isEmpty else { return nil }
        var sum: UInt64 = 0
        for companion in companions {
            guard let used = companion.used else { return nil }
            sum += used
        }
        return sum
    }
}
