import BenchmarkResults

/// Latencies counted by their size, in steps of at most 1/64: small enough to be counted anew every few milliseconds.
///
/// The steps are like HdrHistogram's, half as fine as with two digits: up to 127 ns each value has a count of its own, and from
/// there on each doubling has 64.
struct LatencyCounts {
    /// How often latencies of one size came.
    struct Step: Sendable, Hashable {
        /// Which size.
        var index: UInt32
        var count: UInt32
    }

    /// Each doubling has two to the power of this many counts.
    private static let bits = 6

    private var counts = [UInt32](repeating: 0, count: Self.index(of: HistogramLog.highestLatency) + 1)

    /// Counts a latency of at most ``HistogramLog/highestLatency`` nanoseconds.
    mutating func add(_ latency: UInt64) {
        counts[Self.index(of: latency)] &+= 1
    }

    /// What was counted, the smallest first; nothing is counted behind it.
    mutating func take() -> [Step] {
        var steps: [Step] = []
        for index in counts.indices where counts[index] != 0 {
            steps.append(Step(index: UInt32(index), count: counts[index]))
            counts[index] = 0
        }
        return steps
    }

    static func index(of latency: UInt64) -> Int {
        let shift = max(0, UInt64.bitWidth - bits - 1 - latency.leadingZeroBitCount)
        return (shift << bits) + Int(truncatingIfNeeded: latency >> UInt64(shift))
    }

    /// The longest latency that is counted there, in nanoseconds.
    static func longest(at index: Int) -> UInt64 {
        let shift = max(0, (index >> bits) - 1)
        return (UInt64(index - (shift << bits) + 1) << UInt64(shift)) - 1
    }
}

extension [LatencyCounts.Step] {
    /// The values at percentiles, in ascending order of both, in nanoseconds; 0 of nothing.
    ///
    /// As in HdrHistogram: the smallest step with that part of the values in it and below.
    func values(at percentiles: [Double]) -> [UInt64] {
        let ordered = self.sorted { $0.index < $1.index }
        let total = Double(ordered.reduce(UInt64(0)) { $0 + UInt64($1.count) })
        var steps = ordered.makeIterator()
        var (below, value): (UInt64, UInt64) = (0, 0)
        return percentiles.map { percentile in
            let wanted = Swift.max(1, UInt64((total * percentile / 100).rounded(.up)))
            while below < wanted, let step = steps.next() {
                below += UInt64(step.count)
                value = LatencyCounts.longest(at: Int(step.index))
            }
            return value
        }
    }
}
