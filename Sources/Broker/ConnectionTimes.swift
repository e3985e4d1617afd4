/// When a server asks a client for a sign of life, and when it ends its connection; nil for the transport's default.
public struct ConnectionTimes: Sendable, Hashable {
    /// Without a byte from the client until it is asked.
    public var keepAlive: Duration?
    /// Until the client has answered.
    public var keepAliveTimeout: Duration?
    /// Without an open call until the connection is ended.
    public var idle: Duration?
    /// Until the connection is ended however busy it is.
    public var maxAge: Duration?
    /// What calls may take that are open then.
    public var maxAgeGrace: Duration?

    /// Creates times that are all the transport's.
    public init() {}
}
