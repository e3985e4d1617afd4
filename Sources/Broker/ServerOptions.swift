/// What every transport's logger half can be told.
public struct ServerOptions: Sendable {
    /// Where to listen: `host:port`, port 0 for a free one, `unix:/path` or `unix:@name`; or the URL of the message broker to
    /// consume from.
    public var target: String
    /// The bounds on entries.
    public var limits: EntryLimits
    /// How long a stop may take before connections are cut.
    public var drainTimeout: Duration
    /// How connections that are accepted are secured; nil for cleartext.
    public var tls: ServerTLS?
    /// The token that clients have to show, for transports whose protocol has a place for it; nil for none.
    public var token: BearerToken?
    /// What clients may take of a server that listens.
    public var connections = ServerLimits()
    /// How many event loops a server that listens deals its connections out to.
    ///
    /// Servers of one process that have the same number share them.
    public var loops = 1
    /// What this transport alone can be told; see ``TransportDescriptor/options``.
    public var own = TransportSettings()
    /// Told, in one line, of what an operator should know though it is no failure.
    public var notice: @Sendable (String) -> Void

    /// Creates options.
    public init(
        target: String, limits: EntryLimits = EntryLimits(), drainTimeout: Duration = .seconds(5),
        tls: ServerTLS? = nil, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.target = target
        self.limits = limits
        self.drainTimeout = drainTimeout
        self.tls = tls
        self.notice = notice
    }
}
