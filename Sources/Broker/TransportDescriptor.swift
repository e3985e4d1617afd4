/// What a transport, or a variant of one, is called, what it is, and how to make its two halves: its line in the registry.
public struct TransportDescriptor: Sendable {
    /// The transport's name, the same for all its variants: `grpc`.
    public var name: String
    /// What tells this variant from the transport's default, which has none: `stream`.
    public var variant: String?
    /// One line for `--help`.
    public var summary: String
    /// How entries are encoded: `json`, `gob`, `protobuf`, `binary`.
    public var codec: String
    /// How the protocol is used, as in the report's `mode` column: `unary`, `stream`, `http1`, `http2`.
    public var mode: String
    /// What an acknowledgement promises.
    public var acknowledgement: AcknowledgementClass
    /// Where an acknowledged entry is, and so what it survives; as its class says, unless set otherwise.
    public var durability: Durability
    /// Where the logger's half listens (or consumes) unless told otherwise: `127.0.0.1:5001`, or a URL.
    public var defaultTarget: String
    /// Whether the suites that name no transports measure it: the defaults, and variants that say so.
    public var isInDefaultSuite: Bool
    /// Whether the server of the transport's default cannot serve this variant, so that the logger needs another one.
    public var needsOwnServer: Bool
    /// Makes the broker's half.
    public var makeClient: @Sendable (ClientOptions) throws -> any ClientTransport
    /// Makes the logger's half.
    public var makeServer: @Sendable (ServerOptions) throws -> any ServerTransport

    /// Creates a descriptor.
    ///
    /// A variant is left out of the default suite, and shares the server of its transport, unless told otherwise.
    public init(
        name: String, variant: String? = nil, summary: String, codec: String, mode: String,
        acknowledgement: AcknowledgementClass, defaultTarget: String, isInDefaultSuite: Bool? = nil,
        needsOwnServer: Bool = false,
        makeClient: @escaping @Sendable (ClientOptions) throws -> any ClientTransport,
        makeServer: @escaping @Sendable (ServerOptions) throws -> any ServerTransport
    ) {
        self.name = name
        self.variant = variant
        self.summary = summary
        self.codec = codec
        self.mode = mode
        self.acknowledgement = acknowledgement
        durability = Durability(acknowledgement)
        self.defaultTarget = defaultTarget
        self.isInDefaultSuite = isInDefaultSuite ?? (variant == nil)
        self.needsOwnServer = needsOwnServer
        self.makeClient = makeClient
        self.makeServer = makeServer
    }

    /// What `--transport` takes: `grpc` for a transport's default, `grpc:stream` for a variant of it.
    public var selector: String { variant.map { "\(name):\($0)" } ?? name }

    /// The `transport` of the logger's receiver that serves this variant.
    public var receiver: String { needsOwnServer ? selector : name }
}

/// What every transport's broker half can be told.
public struct ClientOptions: Sendable {
    /// The peer: `host:port`, or a URL where the transport takes one.
    public var target: String
    /// The most entries that may be unacknowledged at once; further sends wait.
    public var maxInFlight: Int
    /// The bounds on entries.
    public var limits: EntryLimits
    /// How long a connection may take to be ready to send.
    public var connectTimeout: Duration
    /// How long a send may take, whatever it waits for.
    ///
    /// A connection that gives no answer for so long is given up.
    public var answerTimeout: Duration
    /// The queue that entries are to end up in, for transports with a message broker between the halves.
    public var queue: String?
    /// How many channels of a connection entries are dealt to, for protocols that have channels; nil for the transport's
    /// default.
    public var channels: UInt16?
    /// How long sends wait for a peer that was there and is gone, from when it is first missed; nil for the transport's default,
    /// which is a minute for a message broker and no time for a logger.
    ///
    /// Only what was surely not sent waits. Where entries have no ids, no send takes longer than ``answerTimeout`` for it.
    public var patience: Duration?
    /// Whether entries that a message broker had not confirmed when it was lost are sent again, under the same id;
    /// otherwise they fail with the fate `unknown`.
    public var resendsUnconfirmed: Bool
    /// How connections are secured; nil for cleartext.
    public var tls: ClientTLS?
    /// Whether, over HTTP, every 2xx acknowledges an entry, but for one that says that it failed; otherwise only the envelope of
    /// the contract does.
    public var takesAnyHTTPSuccess = false
    /// The token to show, for transports whose protocol has a place for it.
    public var token: BearerToken?
    /// Told, in one line, what makes sends wait: a message broker that was lost, came back, or takes nothing at present.
    public var notice: @Sendable (String) -> Void

    /// Creates options.
    public init(
        target: String, maxInFlight: Int = 1024, limits: EntryLimits = EntryLimits(),
        connectTimeout: Duration = .seconds(5), answerTimeout: Duration = .seconds(10), queue: String? = nil,
        channels: UInt16? = nil, patience: Duration? = nil, resendsUnconfirmed: Bool = true,
        tls: ClientTLS? = nil, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.target = target
        self.maxInFlight = maxInFlight
        self.limits = limits
        self.connectTimeout = connectTimeout
        self.answerTimeout = answerTimeout
        self.queue = queue
        self.channels = channels
        self.patience = patience
        self.resendsUnconfirmed = resendsUnconfirmed
        self.tls = tls
        self.notice = notice
    }
}

/// What every transport's logger half can be told.
public struct ServerOptions: Sendable {
    /// Where to listen: `host:port`, port 0 for a free one; or the URL of the message broker to consume from.
    public var target: String
    /// The bounds on entries.
    public var limits: EntryLimits
    /// How long a stop may take before connections are cut.
    public var drainTimeout: Duration
    /// The queue to consume from, for transports with a message broker between the halves.
    public var queue: String?
    /// Whether what the server makes at the message broker is to go away with it.
    public var temporary: Bool
    /// The most entries that a message broker hands out ahead of their acknowledgement; nil for the transport's default.
    public var prefetch: UInt16?
    /// How many entries one acknowledgement to a message broker is to cover at least, within a second; nil for the
    /// transport's default.
    public var acknowledgementBatch: Int?
    /// How connections that are accepted are secured; nil for cleartext.
    public var tls: ServerTLS?
    /// The token that clients have to show, for transports whose protocol has a place for it; nil for none.
    public var token: BearerToken?
    /// When connections are ended that break no rule, for protocols that can do so without losing a call.
    public var connectionTimes = ConnectionTimes()
    /// What clients may take of a server that listens.
    public var connections = ServerLimits()
    /// Told, in one line, of what an operator should know though it is no failure.
    public var notice: @Sendable (String) -> Void

    /// Creates options.
    public init(
        target: String, limits: EntryLimits = EntryLimits(), drainTimeout: Duration = .seconds(5),
        queue: String? = nil, temporary: Bool = false, prefetch: UInt16? = nil, acknowledgementBatch: Int? = nil,
        tls: ServerTLS? = nil, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.target = target
        self.limits = limits
        self.drainTimeout = drainTimeout
        self.queue = queue
        self.temporary = temporary
        self.prefetch = prefetch
        self.acknowledgementBatch = acknowledgementBatch
        self.tls = tls
        self.notice = notice
    }
}
