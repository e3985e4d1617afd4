import Broker

/// What one client may take of a server, and who keeps the account of all of them.
struct PeerBounds {
    /// Without a byte, and with nothing under way, until the connection is ended.
    var idleSeconds: Int
    /// That a message may take to arrive.
    var messageSeconds: Int
    /// Without any of what waits for the client being taken.
    var unreadSeconds: Int
    /// That all connections may hold together.
    var maxHeldBytes: Int
    var connections: ServerConnections
    var notice: @Sendable (String) -> Void

    init(
        _ limits: ServerLimits, _ connections: ServerConnections,
        _ notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        idleSeconds = limits.idle.wholeSeconds
        messageSeconds = limits.message.wholeSeconds
        unreadSeconds = limits.unread.wholeSeconds
        maxHeldBytes = limits.maxHeldBytes
        self.connections = connections
        self.notice = notice
    }
}

extension Duration {
    /// Rounded up, 1 at least.
    package var wholeSeconds: Int {
        let (seconds, attoseconds) = components
        return max(Int(clamping: seconds) + (attoseconds > 0 ? 1 : 0), 1)
    }
}
