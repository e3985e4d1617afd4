/// What clients may take of a server that listens: connections, time and memory.
///
/// The numbers of connections and of bytes are those of all servers of the process together. The defaults are for a server
/// that anybody can reach.
public struct ServerLimits: Sendable, Hashable {
    /// The most connections that are open at once; nil for what the limit of file descriptors leaves, at most 16,384.
    ///
    /// One more is accepted and closed at once.
    public var maxConnections: Int?
    /// The most connections that are open at once from one address; nil for three quarters of ``maxConnections``.
    public var maxConnectionsPerAddress: Int?
    /// Without a byte from the client, and without anything under way, until a connection is ended.
    public var idle: Duration = .seconds(1800)
    /// How long a message may take to arrive once it has begun; each KiB that comes gives it a second more, up to this much.
    public var message: Duration = .seconds(20)
    /// Without the client taking any of what waits for it until its connection is closed.
    public var unread: Duration = .seconds(30)
    /// The most bytes that are held of messages that have not all come and of answers that are not taken.
    ///
    /// Where they become more, the connection that holds the most is closed.
    public var maxHeldBytes = 256 * 1024 * 1024

    /// Creates the default limits.
    public init() {}
}
