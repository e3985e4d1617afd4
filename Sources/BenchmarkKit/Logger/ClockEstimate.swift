import Broker
import LoggerService

/// How far the logger's wall clock is ahead of the lab's, and how far that may be off.
struct ClockEstimate: Sendable, Hashable {
    /// How far it is ahead, in nanoseconds.
    var ahead: Int64
    /// The most that it may be more or less, in nanoseconds.
    var bound: Int64

    /// What a round trip tells: the clock was read at some time between the question and the answer, and nobody knows when.
    /// - Parameters:
    ///   - asked: when the question was asked, by the lab's wall clock, in nanoseconds.
    ///   - took: how long it took until there was the answer.
    ///   - told: what the other clock said.
    init(asked: Int64, took: Int64, told: Int64) {
        ahead = told &- asked &- took / 2
        bound = took / 2 + took % 2
    }

    private init(ahead: Int64, bound: Int64) {
        (self.ahead, self.bound) = (ahead, bound)
    }

    /// How many round trips an estimate has, where they do not take longer than ``mostTime``; then a tenth of them at least.
    static let roundTrips = 200
    /// How long more than a tenth of them may take, in nanoseconds.
    private static let mostTime: UInt64 = 2_000_000_000

    /// Asks so many times; the fastest round trip tells most.
    static func measured(_ clock: () async throws -> ProcessAPI.Clock) async throws -> ClockEstimate {
        var best: ClockEstimate?
        let begin = MonotonicClock.now
        for number in 0..<roundTrips where number < roundTrips / 10 || MonotonicClock.now &- begin < mostTime {
            let (asked, start) = (MonotonicClock.wallTime, MonotonicClock.now)
            let told = try await clock().wallNs
            // Whatever the wall clock does meanwhile.
            let took = Int64(truncatingIfNeeded: MonotonicClock.now &- start)
            let estimate = ClockEstimate(asked: asked, took: took, told: told)
            if estimate.bound < best?.bound ?? .max { best = estimate }
        }
        return best ?? ClockEstimate(ahead: 0, bound: .max)
    }

    /// What holds at any time between two estimates, in which the one clock may go faster than the other.
    static func between(_ before: ClockEstimate, _ after: ClockEstimate) -> ClockEstimate {
        let drift = after.ahead &- before.ahead
        let half = drift / 2
        return ClockEstimate(
            ahead: before.ahead &+ half,
            bound: max(before.bound, after.bound).addingSaturated(Int64(clamping: half.magnitude) + 1))
    }
}

extension Int64 {
    fileprivate func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
