import BenchmarkResults
import Glibc

/// When the entries of an open load are due on one connection.
///
/// Constant arrivals are due an interval after each other, over all connections in turn. The arrivals of a Poisson process
/// are spread over n connections as n independent processes of an n-th of the rate, which add up to the whole.
struct LoadSchedule: Sendable {
    /// When the schedule starts, on ``MonotonicClock``.
    let start: UInt64
    /// The time between entries of this connection, in nanoseconds; with its fraction, so that a rate is kept over any
    /// duration.
    private let interval: Double
    private let arrivals: Arrivals
    private var generator: SplitMix64
    /// How far the next entry is from the start, in nanoseconds.
    private var offset: Double
    private var number: UInt64 = 0
    private var firstOffset: Double

    /// A schedule; nil for a closed load.
    init?(start: UInt64, load: LoadModel, share: ConnectionShare = ConnectionShare(), seed: UInt64 = 0) {
        guard case .open(let rate, let arrivals) = load else { return nil }
        self.start = start
        self.arrivals = arrivals
        interval = 1e9 * Double(share.count) / rate
        generator = SplitMix64(seed: seed)
        firstOffset = arrivals == .constant ? Double(share.index) * 1e9 / rate : 0
        offset = firstOffset
        if arrivals == .poisson { offset = nextGap() }
    }

    /// When the next entry is due.
    mutating func next() -> UInt64 {
        let due = start &+ UInt64(offset.rounded())
        number &+= 1
        switch arrivals {
        // From the number, not the sum: no rounding error grows.
        case .constant: offset = firstOffset + Double(number) * interval
        case .poisson: offset += nextGap()
        }
        return due
    }

    /// Moves what is left, so that an entry that was due at `due` is due an interval after `time`, if that is later.
    /// - Returns: By how much, in nanoseconds.
    mutating func postpone(_ due: UInt64, after time: UInt64) -> UInt64 {
        let later = time &+ UInt64(interval.rounded())
        guard later > due else { return 0 }
        firstOffset += Double(later &- due)
        offset += Double(later &- due)
        return later &- due
    }

    /// An interval of a Poisson process, by inversion; the 53 bits above zero keep the logarithm finite.
    private mutating func nextGap() -> Double {
        let uniform = (Double(generator.next() >> 11) + 1) / 9_007_199_254_740_992
        return -log(uniform) * interval
    }
}
