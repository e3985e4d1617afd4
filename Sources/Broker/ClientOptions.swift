/// What every transport's broker half can be told.
public struct ClientOptions: Sendable {
    /// The peer: `host:port`, `unix:/path` or `unix:@name`, or a URL where the transport takes one.
    public var target: String
    /// The most entries that may be unacknowledged at once; further sends wait.
    public var maxInFlight: Int
    /// The bounds on entries.
    public var limits: EntryLimits
    /// How long a connection may take to be ready to send: not longer than a send may take in all.
    public var connectTimeout: Duration
    /// How long a send may take, whatever it waits for.
    ///
    /// A connection that gives no answer for so long is given up.
    public var answerTimeout: Duration
    /// How long sends wait for a peer that was there and is gone, from when it is first missed; nil for the transport's default,
    /// which is a minute for a message broker and no time for a logger.
    ///
    /// Only what was surely not sent waits. Where entries have no ids, no send takes longer than ``answerTimeout`` for it.
    public var patience: Duration?
    /// Whether a send that fails has failed, so that the caller decides what is sent again: no transport then waits for a peer that is gone, or
    /// sends again what may have arrived, as a message broker's does otherwise.
    package var triesOnce = false
    /// How connections are secured; nil for cleartext.
    public var tls: ClientTLS?
    /// Told what was agreed upon in the TLS handshake of each connection that is made; nil where nobody asks.
    public var secured: (@Sendable (TLSSession) -> Void)?
    /// The token to show, for transports whose protocol has a place for it.
    public var token: BearerToken?
    /// What this transport alone can be told; see ``TransportDescriptor/options``.
    public var own = TransportSettings()
    /// Told whether the peer is there: nil when it is, and otherwise why not; nil for a connection that opens only when it is.
    ///
    /// Where there is somebody to tell, a connection opens though the peer is not there, looks for it until it is, and again
    /// whenever it has gone. Sends meanwhile wait for it as for one that was there, which ``patience`` bounds.
    public var presence: (@Sendable (TransportError?) -> Void)?
    /// Told, in one line, what makes sends wait: a message broker that was lost, came back, or takes nothing at present; and
    /// that one has not answered the goodbye, where what nobody acknowledges may be lost with the connection.
    public var notice: @Sendable (String) -> Void

    /// Creates options.
    public init(
        target: String, maxInFlight: Int = 1024, limits: EntryLimits = EntryLimits(),
        connectTimeout: Duration = .seconds(5), answerTimeout: Duration = .seconds(10),
        patience: Duration? = nil, tls: ClientTLS? = nil, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.target = target
        self.maxInFlight = maxInFlight
        self.limits = limits
        self.connectTimeout = connectTimeout
        self.answerTimeout = answerTimeout
        self.patience = patience
        self.tls = tls
        self.notice = notice
    }
}
