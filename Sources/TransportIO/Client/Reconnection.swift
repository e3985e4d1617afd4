import Broker

/// How a connection comes back when it has lost its socket, where entries bear ids.
///
/// Without one, the entries in flight fail, and those that come later wait for the peer as long as `ClientOptions.patience`
/// says.
package struct Reconnection: Sendable, Hashable {
    /// How long sends wait for the peer to come back, counted from when it was lost.
    package var patience: Duration
    /// Whether entries whose outcome is unknown are sent again under the same id; otherwise they fail as unknown.
    package var resends: Bool

    /// Creates a way to come back.
    package init(patience: Duration, resends: Bool) {
        self.patience = patience
        self.resends = resends
    }
}

/// What tells an entry from every other one, over all attempts to send it.
package struct EntryID: Sendable, Hashable {
    /// The connection, by a number drawn at random.
    package var connection: UInt64
    /// The entry's number on its connection.
    package var number: UInt64

    /// Creates an id.
    package init(connection: UInt64, number: UInt64) {
        self.connection = connection
        self.number = number
    }
}

/// When to dial: at once while all is well, less and less often once it has failed, and for how long in vain.
struct Redial {
    private static let firstPause: UInt64 = 20_000_000
    /// So rarely that it costs nothing, and so often that the peer's return is noticed within half a second.
    private static let maxPause: UInt64 = 500_000_000
    /// Pauses differ by so much, so that many clients of one peer do not come back in step.
    static let jitter = 0.2

    /// A socket that was there for so long was of use, even if nothing was answered on it.
    static let usefulLifetime: UInt64 = 5_000_000_000

    private let patience: UInt64
    /// Whether a peer that was never there is waited for, too.
    private let awaitsFirst: Bool
    /// Whether a socket was ever ready.
    private(set) var wasReached = false
    /// Why it failed last; nil while all is well.
    private(set) var lastFailure: TransportError?
    private var failingSince: UInt64 = 0
    private var pause: UInt64 = 0
    private var nextTry: UInt64 = 0

    /// - Parameters:
    ///   - patience: how long sends wait for a peer that was there to come back, in nanoseconds.
    ///   - awaitsFirst: whether they wait likewise for one that was never there.
    init(patience: UInt64, awaitsFirst: Bool = false) {
        (self.patience, self.awaitsFirst) = (patience, awaitsFirst)
    }

    /// Whether it failed last.
    var isFailing: Bool { lastFailure != nil }

    /// A socket is ready to be sent on.
    mutating func reached() {
        wasReached = true
    }

    /// The peer has answered: all is well.
    mutating func proved() {
        lastFailure = nil
        (pause, nextTry) = (0, 0)
    }

    /// There was no socket, or one that ended before it was of any use.
    /// - Parameter spread: what the pause is multiplied with.
    mutating func failed(
        _ failure: TransportError, now: UInt64, spread: Double = .random(in: 1 - jitter...1 + jitter)
    ) {
        if lastFailure == nil { failingSince = now }
        lastFailure = failure
        // Sockets that are dialed at once fail at once, and count as one.
        guard now >= nextTry else { return }
        pause = max(Self.firstPause, min(2 * pause, Self.maxPause))
        nextTry = now + UInt64(Double(pause) * spread)
    }

    /// How long to wait before the next try, in nanoseconds.
    func pauseLeft(now: UInt64) -> UInt64 {
        nextTry > now ? nextTry - now : 0
    }

    /// Whether sends are to wait for the next try, instead of failing as the last one has.
    func isPatient(now: UInt64) -> Bool {
        (wasReached || awaitsFirst) && (!isFailing || now - failingSince < patience)
    }
}
