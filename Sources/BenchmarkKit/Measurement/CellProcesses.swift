import Broker
import Glibc

/// The processes of a cell as they are read while it is under way, which has to cost little: also those that take the place of one
/// that was killed.
struct CellProcesses: Sendable {
    /// Who uses something in a cell.
    enum Part: Sendable, CaseIterable {
        /// The load generator.
        case broker
        case logger
        /// The companions, all together.
        case queue
        /// The server of the logger's store, with the processes that it has started.
        case store
        /// The link between broker and logger.
        case link
        /// Who is between broker and logger.
        case middle
        /// The lab itself, where it is not the broker as well.
        case lab
    }

    /// What was used up to a time; a part that there is not, or that cannot be read, is left out.
    struct Sample: Sendable {
        /// When it was read, on ``MonotonicClock``.
        var time: UInt64
        /// CPU time, in nanoseconds.
        var cpu: [Part: UInt64] = [:]
        /// Resident memory, in bytes, of broker, logger and companions.
        var memory: [Part: UInt64] = [:]
    }

    /// Of each part all its processes; none where one of them cannot be read.
    private var processes: [Part: [FollowedProcess]] = [:]
    private let lab: ProcessCPU?
    private let storeServer: pid_t?
    private var store: ProcessFamily?
    /// What the store's processes had used, in nanoseconds.
    private var storeUsed: UInt64 = 0

    /// - Parameters:
    ///   - logger: who plays the logger, and which process does of late; nil for one that nobody here has started.
    ///   - companions: those that work for the cell's transport.
    init(
        broker: pid_t, logger: pid_t?, latestLogger: @escaping @Sendable () async -> pid_t?, storeServer: pid_t?,
        link: pid_t?, middle: pid_t? = nil, companions: [CompanionProcess]
    ) {
        lab = broker == getpid() ? nil : .own
        self.storeServer = storeServer
        processes[.broker] = FollowedProcess(broker).map { [$0] }
        processes[.logger] = logger.flatMap { FollowedProcess($0, latest: latestLogger) }.map { [$0] }
        processes[.link] = link.flatMap { FollowedProcess($0) }.map { [$0] }
        processes[.middle] = middle.flatMap { FollowedProcess($0) }.map { [$0] }
        let nodes = companions.compactMap { companion in
            companion.pid.flatMap { pid in FollowedProcess(pid) { companion.pid } }
        }
        if !nodes.isEmpty, nodes.count == companions.count { processes[.queue] = nodes }
    }

    /// Reads what changes while a cell is under way.
    mutating func sample() async -> Sample {
        var sample = Sample(time: 0)
        for part in Part.allCases {
            guard var all = processes[part] else { continue }
            for index in all.indices { await all[index].read() }
            processes[part] = all
            sample.cpu[part] = all.map(\.used).reduce(0, +)
        }
        sample.cpu[.lab] = lab?.used
        if let storeServer { sample.cpu[.store] = readStore(storeServer) }
        sample.time = MonotonicClock.now
        for part in [Part.broker, .logger, .queue] {
            sample.memory[part] = processes[part]?.map(\.memory).reduce(0, +)
        }
        return sample
    }

    private mutating func readStore(_ server: pid_t) -> UInt64 {
        let now = ProcessFamily(timesOf: server)
        // One that has ended takes its account with it.
        if let store { storeUsed += now.time(since: store) }
        store = now
        return storeUsed
    }
}
