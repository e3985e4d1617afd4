import Broker

/// How a connection comes back when it has lost its socket.
///
/// Without one, the entries in flight fail and the next send dials once.
public struct Reconnection: Sendable, Hashable {
    /// How long sends wait for the peer to come back, counted from when it was lost.
    public var patience: Duration
    /// Whether entries whose outcome is unknown are sent again under the same id; otherwise they fail as unknown.
    public var resends: Bool

    /// Creates a way to come back.
    public init(patience: Duration, resends: Bool) {
        self.patience = patience
        self.resends = resends
    }
}

/// What tells an entry from every other one, over all attempts to send it.
public struct EntryID: Sendable, Hashable {
    /// The connection, by a number drawn at random.
    public var connection: UInt64
    /// The entry's number on its connection.
    public var number: UInt64

    /// Creates an id.
    public init(connection: UInt64, number: UInt64) {
        self.connection = connection
        self.number = number
    }
}

/// When to dial again: soon after a loss, then less and less often, until patience ends.
struct Redial {
    private static let firstPause: UInt64 = 20_000_000
    /// So rarely that it costs nothing, and so often that the peer's return is noticed within half a second.
    private static let maxPause: UInt64 = 500_000_000

    /// A socket that was there for so long was of use, even if nothing was sent on it.
    private static let usefulLifetime: UInt64 = 5_000_000_000

    private let patience: UInt64
    private var isLost = false
    private var tryingSince: UInt64?
    private var pause: UInt64 = 0

    init(_ reconnection: Reconnection) {
        let (seconds, attoseconds) = reconnection.patience.components
        patience = UInt64(clamping: seconds) * 1_000_000_000 + UInt64(clamping: attoseconds / 1_000_000_000)
    }

    /// A socket that had been ready was lost; one that was of no use counts as a try that failed.
    mutating func lost(hasBeenAnswered: Bool, lifetime: UInt64) {
        guard !isLost || hasBeenAnswered || lifetime >= Self.usefulLifetime else { return }
        isLost = true
        tryingSince = nil
        pause = 0
    }

    /// How long to wait before the next try, in nanoseconds; nil when nothing was ever lost, or patience has ended.
    mutating func nextPause(now: UInt64) -> UInt64? {
        guard isLost else { return nil }
        let since = tryingSince ?? now
        tryingSince = since
        guard now - since < patience else { return nil }
        defer { pause = max(Self.firstPause, min(2 * pause, Self.maxPause)) }
        return pause
    }

    /// How long it has been tried, in nanoseconds.
    func elapsed(now: UInt64) -> UInt64 {
        tryingSince.map { now - $0 } ?? 0
    }
}
