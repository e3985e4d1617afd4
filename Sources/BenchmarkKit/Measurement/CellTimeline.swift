import BenchmarkResults

/// What came of a cell over time: what the load generator says of each bin, beside what the lab has read meanwhile.
struct CellTimeline: Sendable {
    private let timeline: GeneratorTimeline
    private let start: UInt64
    private let elapsed: UInt64
    private let samples: CellSamples
    private let delivered: Readings

    /// - Parameters:
    ///   - timeline: whose lists have one length.
    ///   - start: when the measured part began, on `MonotonicClock`.
    ///   - end: when its last fate was known.
    init(_ timeline: GeneratorTimeline, start: UInt64, end: UInt64, samples: CellSamples) {
        (self.timeline, self.start, self.samples) = (timeline, start, samples)
        elapsed = end &- start
        delivered = Readings(samples.delivered, from: start, to: max(start, end))
    }

    /// A row for each bin.
    /// - Parameter row: that of the cell.
    func bins(of row: ResultRow) -> [TimelineBin] {
        var sent: UInt64 = 0
        return timeline.sent.indices.map { index in
            let offset = UInt64(index) * timeline.widthNs
            // The last one ends with the cell.
            let isLast = index == timeline.sent.count - 1
            let width = isLast ? max(offset, elapsed) - offset : timeline.widthNs
            // Wherever a generator says that it starts.
            let (from, to) = (start &+ offset, start &+ offset &+ width)
            sent += timeline.sent[index]
            var bin = TimelineBin(runID: row.runID, name: row.planned.cell.who)
            bin.startMs = Double(offset) / 1e6
            bin.widthMs = Double(width) / 1e6
            bin.sent = timeline.sent[index]
            bin.acked = timeline.acked[index]
            bin.notSent = timeline.notSent[index]
            bin.unknown = timeline.unknown[index]
            bin.rejected = timeline.rejected[index]
            bin.p50Us = Self.microseconds(timeline.p50Ns[index])
            bin.p99Us = Self.microseconds(timeline.p99Ns[index])
            bin.maxUs = Self.microseconds(timeline.maxNs[index])
            bin.pauses = timeline.pauses[index]
            bin.longestPauseUs = bin.pauses == 0 ? nil : Self.microseconds(timeline.longestPauseNs[index])
            if let before = delivered.value(at: from), let after = delivered.value(at: to) {
                // Rounded where a bin ends, so that all bins together have all entries.
                bin.delivered = UInt64(after.rounded()) - min(UInt64(before.rounded()), UInt64(after.rounded()))
                bin.backlog = sent - min(sent, UInt64(after.rounded()))
            }
            func percent(_ part: CellProcesses.Part) -> Double? { Self.percent(samples.cpu[part], from, to) }
            func bytes(_ part: CellProcesses.Part) -> UInt64? {
                Self.readTo(samples.memory[part], from, to).flatMap { samples.memory[part]?.value(at: $0) }
                    .map { UInt64($0) }
            }
            bin.brokerCPUPercent = percent(.broker)
            bin.loggerCPUPercent = percent(.logger)
            bin.queueCPUPercent = percent(.queue)
            bin.storeCPUPercent = percent(.store)
            bin.linkCPUPercent = percent(.link)
            bin.labCPUPercent = percent(.lab)
            bin.throughCPUPercent = percent(.middle)
            bin.brokerRSSBytes = bytes(.broker)
            bin.loggerRSSBytes = bytes(.logger)
            bin.queueRSSBytes = bytes(.queue)
            return bin
        }
    }

    /// Until when there are readings in a bin: a schedule lasts until its time is over, and its last fate may be known, and the last
    /// reading be taken, before.
    private static func readTo(_ readings: Readings?, _ start: UInt64, _ end: UInt64) -> UInt64? {
        readings?.end.flatMap { $0 > start ? min($0, end) : nil }
    }

    private static func microseconds(_ nanoseconds: UInt64?) -> Double? { nanoseconds.map { Double($0) / 1000 } }

    /// How much of one core was used; nil where that is not known, or no time has passed.
    private static func percent(_ cpu: Readings?, _ start: UInt64, _ end: UInt64) -> Double? {
        guard let cpu, let end = readTo(cpu, start, end), end > start else { return nil }
        return cpu.growth(from: start, to: end).map { 100 * $0 / Double(end - start) }
    }
}
