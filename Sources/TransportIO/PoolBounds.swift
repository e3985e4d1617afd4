/// How many sends may wait for one of a connection's sockets, and for how long.
///
/// For protocols with one request at a time on a socket, where a slow peer makes senders wait in the pool.
public struct PoolBounds: Sendable, Hashable {
    /// The most sends that wait; a further one fails at once, as not sent.
    public var maxWaiting: Int
    /// How long a send may wait, in whole seconds rounded up; then it fails, as not sent.
    public var patience: Duration

    /// Creates bounds.
    public init(maxWaiting: Int, patience: Duration) {
        self.maxWaiting = maxWaiting
        self.patience = patience
    }
}

extension Duration {
    /// What a count of whole seconds that begins within a second has to reach, for this duration to have passed.
    var secondsCounted: UInt16 {
        let (seconds, attoseconds) = components
        return UInt16(clamping: seconds + (attoseconds > 0 ? 2 : 1))
    }
}
