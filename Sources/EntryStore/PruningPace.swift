import Broker

/// When it is looked whether there is something to delete: often, and more and more seldom while that fails.
struct PruningPace {
    private let interval: UInt64
    private let longestInterval: UInt64
    private var pause: UInt64
    private var failure: StoreError?
    /// When it is time, on the monotonic clock; never where everything is kept.
    private(set) var next: UInt64

    /// - Parameters:
    ///   - interval: how often, in nanoseconds.
    ///   - longestInterval: how often at the least while it fails, in nanoseconds.
    init(_ retention: Retention, interval: UInt64, longestInterval: UInt64) {
        self.interval = interval
        self.longestInterval = max(interval, longestInterval)
        pause = interval
        next = retention.keepsAll ? .max : 0
    }

    /// A slice was deleted, where there was one.
    /// - Parameter isMore: whether there is another one, for which it is time already.
    /// - Returns: what is to be said of it, if anything.
    mutating func succeeded(isMore: Bool, now: UInt64) -> String? {
        pause = interval
        next = isMore ? now : now + pause
        guard failure.take() != nil else { return nil }
        return "old entries are deleted again"
    }

    /// That was not possible.
    /// - Returns: what is to be said of it, if anything: the same trouble is said once.
    mutating func failed(_ failure: StoreError, now: UInt64) -> String? {
        defer { self.failure = failure }
        // Each time may take a new connection, and come to nothing in the same way.
        pause = min(pause * 2, longestInterval)
        next = now + pause
        guard failure.cause != self.failure?.cause else { return nil }
        return "old entries are not deleted: \(failure)"
    }
}
