/// What came of the stretch behind a load that offered more than is carried.
struct Afterwards: Sendable, Hashable {
    /// Entries handed to the transport.
    var sent: UInt64
    /// Entries acknowledged.
    var acked: UInt64
    /// What failed first; nil where nothing did.
    var firstError: String?
    /// From the end of the schedule before it until its rate was acknowledged, in nanoseconds; nil where it was not.
    var normalAgain: UInt64?

    init(sent: UInt64, acked: UInt64, firstError: String? = nil, normalAgain: UInt64? = nil) {
        (self.sent, self.acked, self.firstError, self.normalAgain) = (sent, acked, firstError, normalAgain)
    }

    /// - Parameters:
    ///   - result: what came of it, with its timeline.
    ///   - ratePerSecond: the rate that its entries were due at.
    ///   - end: when the schedule before it ended, on `MonotonicClock`.
    init(_ result: LoadResult, ratePerSecond: Double, since end: UInt64) {
        self.init(sent: result.sent, acked: result.acked, firstError: result.firstError)
        guard let timeline = result.timeline else { return }
        let index = RateRecovery.first(
            of: timeline.bins.map { Int(clamping: $0.acked) }, rate: ratePerSecond * Double(timeline.width) / 1e9)
        normalAgain = index.map { timeline.start &+ UInt64($0) &* timeline.width &- min(end, timeline.start) }
    }
}
