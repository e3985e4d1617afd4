import Broker

/// What became of one entry, and when, on ``MonotonicClock``.
struct EntryFate: Sendable, Hashable {
    /// What is known of it in the end.
    enum Outcome: UInt8, Sendable, CaseIterable {
        case acknowledged = 0x61
        case notSent = 0x6e
        case rejected = 0x72
        case unknown = 0x75

        init(_ fate: TransportError.Fate) {
            self =
                switch fate {
                case .notSent: .notSent
                case .rejected: .rejected
                case .unknown: .unknown
                }
        }
    }

    /// Its sequence number.
    var sequence: UInt64
    /// When it was handed to the transport.
    var sent: UInt64
    /// When its outcome was known.
    var ended: UInt64
    var outcome: Outcome
}

/// When something was made to go wrong, on ``MonotonicClock``.
struct FaultEvent: Sendable, Hashable {
    /// When it began.
    var began: UInt64
    /// When it was over: what was killed was ready again, or what stood still was told to go on.
    var ended: UInt64
    /// How many connections were reset; nil where that is not what was done.
    var connections: UInt64?
}
