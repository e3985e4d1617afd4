import Broker
import Glibc
import LoggerService
import NetworkLink

/// The processes that take part in a cell, and what they have used so far.
struct CellMeters: Sendable {
    private var broker: ProcessCPU?
    private var logger: ProcessCPU?
    /// Of the lab itself, where it is not the broker as well.
    private var lab: ProcessCPU?
    private var companions: [ProcessCPU]
    private let companionPIDs: [pid_t]
    /// Of the link, where there is one.
    private var link: ProcessCPU?
    /// Of who is between broker and logger, where somebody is.
    private var middle: ProcessCPU?
    /// Of the brokers and loggers that have turns with these.
    private let fellows: [ProcessCPU?]
    private let brokerPID: pid_t
    private let seesAll: Bool
    private let participants: Set<pid_t>
    /// The logger's process; nil for one that nobody here has started, and that is perhaps elsewhere.
    private let loggerPID: pid_t?
    private let storeServer: pid_t?
    /// A logger that tells itself what it has used.
    private let remote: RemoteLogger?
    /// The same processes, to be read while the cell is under way.
    let processes: CellProcesses

    /// What each part has used so far; nil where it could not be read.
    struct Reading: Sendable {
        /// The CPU time of the broker's process, the load generator, in nanoseconds.
        var broker: UInt64?
        /// The logger's CPU time, in nanoseconds.
        var logger: UInt64?
        /// What a logger says of itself that the lab cannot read; nil where there is none.
        var remote: ProcessAPI.Use?
        /// The companions' CPU time, in nanoseconds.
        var queue: UInt64?
        /// What the processes of the store's server have used; nil where there is none.
        var store: ProcessFamily?
        /// The link's CPU time, in nanoseconds; nil over loopback.
        var link: UInt64?
        /// The CPU time of who is between broker and logger, in nanoseconds; nil for nobody.
        var middle: UInt64?
        /// What the link did meanwhile.
        var linkAccount: LinkAccount?
        /// What each of the brokers and loggers has used that have turns with these, in nanoseconds; nil of one that is gone.
        var fellows: [UInt64?] = []
        /// The bytes that the logger's process has written to disks.
        var loggerWritten: UInt64?
        /// The lab's own CPU time, in nanoseconds: it waits for the load generator, and shows progress.
        var lab: UInt64?
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
        /// When it was read, on ``MonotonicClock``; the later of two, of a cell with turns, as if there were none but its own.
        var time: UInt64 = 0
        /// What the wall clock was ahead of ``MonotonicClock``, in nanoseconds.
        var wallClockOffset: Int64 = 0
    }

    /// Meters of the load generator, the logger, the server of its store, the link between the two, and the companions that work
    /// for `transport`.
    /// - Parameters:
    ///   - latestLogger: which process plays the logger of late, where it may be killed and started again.
    ///   - remote: a logger that nobody here has started, and that tells itself what it has used.
    ///   - fellows: the brokers and loggers that have turns with these.
    init(
        broker: pid_t, logger: pid_t?, remote: RemoteLogger? = nil,
        latestLogger: @escaping @Sendable () async -> pid_t? = { nil }, storeServer: pid_t? = nil,
        link: pid_t? = nil, middle: pid_t? = nil, fellows: [pid_t] = [], companions: [CompanionProcess],
        transport: String
    ) {
        self.fellows = fellows.map(ProcessCPU.init(pid:))
        self.link = link.flatMap(ProcessCPU.init(pid:))
        self.middle = middle.flatMap(ProcessCPU.init(pid:))
        self.broker = ProcessCPU(pid: broker)
        brokerPID = broker
        loggerPID = logger
        self.remote = remote
        self.storeServer = storeServer
        lab = broker == getpid() ? nil : .own
        self.logger = logger.flatMap(ProcessCPU.init(pid:))
        let involved = companions.filter { $0.transports.contains(transport) }
        let meters = involved.compactMap { $0.pid.flatMap(ProcessCPU.init(pid:)) }
        // The cost of one of two would be taken for the cost of both.
        self.companions = meters.count == involved.count ? meters : []
        companionPIDs = meters.count == involved.count ? involved.compactMap(\.pid) : []
        seesAll = meters.count == involved.count
        processes = CellProcesses(
            broker: broker, logger: logger, latestLogger: latestLogger, storeServer: storeServer, link: link,
            middle: middle, companions: involved)
        participants = Set(
            [getpid(), broker] + [logger, link, middle].compactMap(\.self) + fellows + involved.compactMap(\.pid))
    }

    /// The peak of the companions' memory from now on.
    func companionsPeakMemory() -> PeakMemory.Sum? {
        PeakMemory.Sum(startingNowFor: companionPIDs)
    }

    /// Reads all meters.
    func read() async -> Reading {
        let store = storeServer.map(ProcessFamily.init(of:))
        var reading = Reading(
            broker: broker?.used, logger: logger?.used, queue: readCompanions(), store: store, link: link?.used,
            middle: middle?.used,
            loggerWritten: loggerPID.flatMap(DiskBytes.written), lab: lab?.used, stolen: StolenTime.now,
            seesAll: seesAll,
            participants: participants.union(store?.members ?? []), delay: RunDelay.now(of: brokerPID),
            time: MonotonicClock.now,
            wallClockOffset: LoadPhase.currentWallClockOffset())
        reading.remote = try? await remote?.use()
        reading.fellows = fellows.map { $0?.used }
        return reading
    }

    /// Reads what goes on working after the last acknowledgement, in place of what `reading` had.
    func readReceivers(into reading: inout Reading) async {
        reading.logger = logger?.used
        reading.remote = try? await remote?.use()
        reading.queue = readCompanions()
        reading.store = storeServer.map(ProcessFamily.init(of:))
        reading.loggerWritten = loggerPID.flatMap(DiskBytes.written)
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
