import NIOCore

/// When a lost connection may be dialed again: gRPC, "Connection Backoff Protocol".
struct ConnectionBackoff {
    private static let multiplier = 1.6
    private static let jitter = 0.2
    private static let longest = TimeAmount.seconds(120)

    private let first: TimeAmount
    private var current: TimeAmount
    /// The earliest time for the next attempt.
    private(set) var nextAttempt = NIODeadline.uptimeNanoseconds(0)

    init(first: TimeAmount) {
        self.first = first
        current = first
    }

    mutating func failed(at now: NIODeadline) {
        let spread = 1 + Double.random(in: -Self.jitter...Self.jitter)
        nextAttempt = now + .nanoseconds(Int64(Double(current.nanoseconds) * spread))
        current = min(.nanoseconds(Int64(Double(current.nanoseconds) * Self.multiplier)), Self.longest)
    }

    mutating func succeeded() {
        current = first
        nextAttempt = .uptimeNanoseconds(0)
    }
}
