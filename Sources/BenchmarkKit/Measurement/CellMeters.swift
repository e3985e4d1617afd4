import Glibc

/// The processes that take part in a cell, and what they have used so far.
struct CellMeters: Sendable {
    private var logger: ProcessCPU?
    private var companions: [ProcessCPU]

    /// The CPU time used by each part, in nanoseconds, and the cores' time; nil where it could not be read.
    struct Reading: Sendable {
        var broker: UInt64?
        var logger: UInt64?
        var queue: UInt64?
        var stolen: StolenTime?
    }

    /// Meters of this process, the logger, and the companions that work for `transport`.
    init(logger: pid_t, companions: [CompanionProcess], transport: String) {
        self.logger = ProcessCPU(pid: logger)
        let involved = companions.filter { $0.transports.contains(transport) }
        let meters = involved.compactMap { $0.pid.flatMap(ProcessCPU.init(pid:)) }
        // The cost of one of two would be taken for the cost of both.
        self.companions = meters.count == involved.count ? meters : []
    }

    /// Reads all meters.
    func read() -> Reading {
        Reading(
            broker: ProcessCPU.own.used, logger: logger?.used, queue: readCompanions(), stolen: StolenTime.now)
    }

    /// Reads what goes on working after the last acknowledgement, in place of what `reading` had.
    func readReceivers(into reading: inout Reading) {
        reading.logger = logger?.used
        reading.queue = readCompanions()
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
