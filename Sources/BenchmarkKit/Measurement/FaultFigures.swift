/// For how long a fault kept a load from being acknowledged, in milliseconds from the fault on.
struct FaultFigures: Sendable, Hashable {
    /// Until the first send failed; nil where none did.
    var firstFailedMs: Double?
    /// To the first acknowledgement of an entry that was sent later; nil where there was none.
    var firstAcknowledgedMs: Double?
    /// Until the rate before was back, and stayed; 0 where it never was gone, nil where it did not come back.
    var recoveredMs: Double?
    /// The longest time without an acknowledgement, of those that ended later; the end of the load ends one.
    var largestGapMs: Double?

    /// - Parameters:
    ///   - fates: what became of each entry.
    ///   - start: when the load began.
    ///   - event: when the fault came.
    ///   - end: when the load's schedule ended.
    init(_ fates: [EntryFate], from start: UInt64, event: UInt64, to end: UInt64) {
        func milliseconds(_ time: UInt64) -> Double { Double(time - min(event, time)) / 1e6 }
        let acknowledged = fates.filter { $0.outcome == .acknowledged }
        firstFailedMs = fates.filter { $0.outcome != .acknowledged && $0.ended >= event }.map(\.ended).min()
            .map(milliseconds)
        firstAcknowledgedMs = acknowledged.filter { $0.sent >= event }.map(\.ended).min().map(milliseconds)
        let times = acknowledged.map(\.ended).sorted()
        recoveredMs = Self.recovery(times, from: start, event: event, to: end).map { Double($0) / 1e6 }
        let later = times.drop { $0 < event }
        // Where none was before, the fault begins a stretch.
        let first = times.last { $0 < event } ?? event
        var moments = [first]
        moments += later
        moments.append(max(end, later.last ?? first))
        largestGapMs = zip(moments, moments.dropFirst()).map { $1 - $0 }.max().map { Double($0) / 1e6 }
    }

    /// Where the first bin begins of those that have the rate again, in nanoseconds from the fault on.
    private static func recovery(_ times: [UInt64], from start: UInt64, event: UInt64, to end: UInt64) -> UInt64? {
        let before = times.count { (start..<max(start, event)).contains($0) }
        guard before > 0, event > start, end > event else { return nil }
        let binWidth = RateRecovery.binWidth
        var bins = Array(repeating: 0, count: Int((end - event) / binWidth))
        for time in times where time >= event {
            let index = Int(clamping: (time - event) / binWidth)
            if index < bins.count { bins[index] += 1 }
        }
        let rate = Double(before) * Double(binWidth) / Double(event - start)
        return RateRecovery.first(of: bins, rate: rate).map { UInt64($0) * binWidth }
    }
}
