import BenchmarkResults

/// What came of a phase over time: bins of one width, from its start to the last fate.
struct LoadTimeline: Sendable {
    /// What came of one bin.
    struct Bin: Sendable, Hashable {
        /// Entries handed to the transport.
        var sent: UInt64 = 0
        /// Entries acknowledged, whenever they were sent.
        var acked: UInt64 = 0
        /// Entries that were certainly not sent.
        var notSent: UInt64 = 0
        /// Entries of which nothing is known.
        var unknown: UInt64 = 0
        /// Entries that the logger did not take.
        var rejected: UInt64 = 0
        /// The latencies of those that were acknowledged, from the intended send time; those of each connection by themselves.
        var latencies: [LatencyCounts.Step] = []

        /// Adds what came of another connection's bin.
        mutating func add(_ other: Bin) {
            sent += other.sent
            acked += other.acked
            notSent += other.notSent
            unknown += other.unknown
            rejected += other.rejected
            latencies += other.latencies
        }
    }

    /// A stretch in which nothing was acknowledged though an entry waited for it, on ``MonotonicClock``.
    struct Pause: Sendable, Hashable {
        var start: UInt64
        var end: UInt64

        /// In nanoseconds.
        var length: UInt64 { end - start }
    }

    /// The shortest stretch without an acknowledgement that is a pause, in nanoseconds.
    static let shortestPause = UInt64(TimelineBin.shortestPauseMs * 1e6)

    /// When the first bin starts, on ``MonotonicClock``.
    var start: UInt64
    /// How wide a bin is, in nanoseconds; the last one ends with the phase.
    var width: UInt64
    var bins: [Bin]
    /// The pauses, in their order.
    var pauses: [Pause]

    /// Adds what came of another connection meanwhile.
    ///
    /// Each starts when it gets to, so that their bins are as far apart as that, which is well below a millisecond. It is a pause
    /// where none of them was acknowledged anything.
    mutating func add(_ other: LoadTimeline) {
        start = min(start, other.start)
        let more = other.bins.count - bins.count
        if more > 0 { bins += Array(repeating: Bin(), count: more) }
        for (index, bin) in other.bins.enumerated() { bins[index].add(bin) }
        pauses = Self.common(pauses, other.pauses)
    }

    /// The pauses that two connections have in common.
    private static func common(_ one: [Pause], _ other: [Pause]) -> [Pause] {
        var found: [Pause] = []
        var (left, right) = (one[...], other[...])
        while let first = left.first, let second = right.first {
            let (start, end) = (max(first.start, second.start), min(first.end, second.end))
            if start < end, end - start >= shortestPause { found.append(Pause(start: start, end: end)) }
            if first.end <= second.end { left.removeFirst() } else { right.removeFirst() }
        }
        return found
    }

    /// How many pauses began in each bin, and how long the longest of them was, in nanoseconds.
    var pausesByBin: [(count: UInt64, longest: UInt64)] {
        var found = Array(repeating: (count: UInt64(0), longest: UInt64(0)), count: bins.count)
        for pause in pauses where !bins.isEmpty {
            let index = min(bins.count - 1, Int((pause.start - min(start, pause.start)) / width))
            found[index].count += 1
            found[index].longest = max(found[index].longest, pause.length)
        }
        return found
    }
}
