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
    /// What the others are measured against, if it is that.
    public var reference: Reference?
    /// How its connections are secured.
    public var security = Security.options
    /// Whether its protocol has a place for a token.
    public var takesToken = false
    /// How long sends wait for a peer that was there and is gone, unless told otherwise.
    public var patience = Duration.seconds(5)
    /// What it can be told beside what every transport can; commands have a flag for each: `--amqp-prefetch`.
    ///
    /// They are the same for all variants.
    public var options: [any TransportOptionDeclaration] = []
    /// The libraries of the system that it uses.
    public var libraries: [LinkedLibrary] = []
    /// The program that has to run for it; nil where broker and logger are all there is.
    public var companion: (any TransportCompanion)?
    /// Where a logger can listen that nobody else is to find or to disturb.
    public var privateTarget = "127.0.0.1:0"
    /// How many sockets a connection of the broker's opens for so many entries in flight: one, unless it is a pool.
    public var sockets: @Sendable (_ inFlight: Int) -> Int = { _ in 1 }
    /// Makes the broker's half.
    public var makeClient: @Sendable (ClientOptions) throws -> any ClientTransport
    /// Makes the logger's half.
    public var makeServer: @Sendable (ServerOptions) throws -> any ServerTransport
    /// Makes the logger's half with an API for people and programs beside it, where the protocol has a place for one.
    package var makeControlServer:
        (@Sendable (ServerOptions, @escaping @Sendable (HTTPRequest) -> HTTPResponse?) throws -> any ServerTransport)?

    /// Creates a descriptor.
    ///
    /// A variant is left out of the default suite, and shares the server of its transport, unless told otherwise. What else
    /// sets a transport apart can be set afterwards.
    public init(
        name: String, variant: String? = nil, summary: String, codec: String, mode: String,
        acknowledgement: AcknowledgementClass, defaultTarget: String, reference: Reference? = nil,
        isInDefaultSuite: Bool? = nil, needsOwnServer: Bool = false,
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
        self.reference = reference
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

extension TransportDescriptor {
    /// What a transport is to the comparison of all of them.
    public enum Reference: Sendable, Hashable {
        /// The cheapest there can be, by which all others are divided.
        case floor
        /// The one that a report's sentences compare others with, unless told otherwise.
        case baseline
    }

    /// How connections are secured.
    public enum Security: Sendable, Hashable {
        /// By ``ClientOptions/tls`` and ``ServerOptions/tls``.
        case options
        /// By the target itself, as in this example of one.
        case target(example: String)
    }
}

/// A library of the system that this process has loaded.
public struct LinkedLibrary: Sendable, Hashable {
    /// Its name: `libnghttp2`.
    public var name: String
    /// Its version: `1.52.0`.
    public var version: String

    /// Creates a library.
    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}
