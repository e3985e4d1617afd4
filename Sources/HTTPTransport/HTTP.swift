package import Broker
import EntryCodecs
import HTTP2
package import TransportIO

/// JSON over HTTP POST: what most services speak.
///
/// Over HTTP/1.1, a connection of the broker's is a pool of keep-alive sockets on one event loop, one request at a time on
/// each. Over HTTP/2, it is one socket, and a stream for each request.
///
/// The variant `pipelined` has up to 16 requests behind one another on a socket; the answers come in order, so a slow one holds
/// up those behind it. Where the server says `Connection: close`, what is behind that answer goes out once more on another
/// socket, for the server has not processed it (RFC 9112, 9.6); where the connection is lost, the fate of every entry that
/// was unanswered on it is unknown.
package enum HTTP {
    private enum Version {
        /// HTTP/1.1 with so many requests behind one another on a socket.
        case http1(depth: Int)
        /// HTTP/2 with prior knowledge, or over TLS by ALPN.
        case http2

        /// The report's `mode`.
        var mode: String {
            switch self {
            case .http1(1): "http1"
            case .http1: "http1-pipelined"
            case .http2: "http2"
            }
        }

        /// How many sockets so many requests at once take.
        func sockets(_ inFlight: Int) -> Int {
            switch self {
            case .http1(let depth): (inFlight + depth - 1) / depth
            case .http2: 1
            }
        }
    }

    /// The registry's lines, the default first, with a server that answers nothing but `POST /log`, unless it is made with
    /// a control API beside it.
    package static let descriptors = [
        descriptor(nil, .json, "JSON over HTTP/1.1 POST, a pool of keep-alive connections"),
        descriptor("protobuf", .protobuf, "the same with protobuf bodies: application/x-protobuf"),
        descriptor("gob", .gob, "the same with gob bodies: application/x-gob"),
        descriptor("json-foundation", .foundationJSON, "the same with Foundation's JSON coders on both sides"),
        descriptor(
            "pipelined", .json, "the same with up to 16 requests behind one another on a connection", .http1(depth: 16)),
        descriptor("http2", .json, "JSON over HTTP/2 POST, all requests on one connection", .http2),
        descriptor("http2-protobuf", .protobuf, "the same with protobuf bodies: application/x-protobuf", .http2),
    ]

    private static func descriptor(
        _ variant: String?, _ codec: EntryCodec, _ summary: String, _ version: Version = .http1(depth: 1)
    ) -> TransportDescriptor {
        var descriptor = TransportDescriptor(
            name: "http", variant: variant, summary: summary, codec: codec.name, mode: version.mode,
            acknowledgement: .recorded, defaultTarget: "127.0.0.1:8080",
            makeClient: { options in
                let target = try HTTPTarget(parsing: options.target)
                guard !target.takesActions || codec == .json else {
                    throw TransportError(
                        .notSent,
                        "a broker's /handle takes JSON, and not \(codec.name): send to it over http, http:pipelined or http:http2."
                    )
                }
                return switch version {
                case .http1(let depth):
                    http1Client(
                        to: target, codec, depth: depth, maxSockets: version.sockets(options.maxInFlight), options)
                case .http2: http2Client(to: target, codec, options)
                }
            },
            makeServer: { options in
                server(
                    on: try Endpoint(listeningAt: options.target), options: options,
                    configuration: HTTPServerConfiguration(limits: options.limits))
            })
        descriptor.takesToken = true
        descriptor.sockets = version.sockets
        descriptor.options = [HTTPOptions.anySuccess]
        descriptor.makeControlServer = { options, control in
            server(
                on: try Endpoint(listeningAt: options.target), options: options,
                configuration: HTTPServerConfiguration(limits: options.limits, control: control))
        }
        return descriptor
    }

    private static func http1Client(
        to target: HTTPTarget, _ codec: EntryCodec, depth: Int, maxSockets: Int, _ options: ClientOptions
    ) -> SocketClientTransport {
        let support = Expectation.Support()
        return SocketClientTransport(
            to: target.endpoint, description: description(of: target, "HTTP/1.1"),
            acknowledgement: .recorded, options: options, maxSockets: maxSockets, looksBeforeReuse: true
        ) {
            HTTPClientEngine(
                target: target, codec: codec, limits: options.limits, depth: min(depth, options.maxInFlight),
                support: support, takesAnySuccess: options.own[HTTPOptions.anySuccess] ?? false, token: options.token)
        }
    }

    private static func http2Client(
        to target: HTTPTarget, _ codec: EntryCodec, _ options: ClientOptions
    ) -> SocketClientTransport {
        var options = options
        // RFC 9113, 3.2: HTTP/2 over TLS is agreed upon by ALPN, and has that name there.
        options.tls?.applicationProtocols = ["h2"]
        let scheme = options.tls == nil ? "http" : "https"
        return SocketClientTransport(
            to: target.endpoint,
            description: description(of: target, options.tls == nil ? "cleartext HTTP/2" : "HTTP/2 over TLS"),
            acknowledgement: .recorded, options: options
        ) { [options] in
            ClientConnection(
                target: target, codec: codec, maxInFlight: options.maxInFlight, limits: options.limits, scheme: scheme,
                takesAnySuccess: options.own[HTTPOptions.anySuccess] ?? false, token: options.token)
        }
    }

    private static func description(
        of target: HTTPTarget, _ protocolName: String
    ) -> SocketClientTransport.PeerDescription {
        .init(
            peer: "the HTTP logger", protocolName: protocolName,
            mend: "Start it with: brokerlab logger --http \(target.endpoint)")
    }

    /// A server that takes entries as `configuration` says, by HTTP/1.1 and HTTP/2.
    /// - Parameter connections: whose connections are counted together.
    package static func server(
        on endpoint: Endpoint, options: ServerOptions, configuration: HTTPServerConfiguration,
        connections: ServerConnections = .shared
    ) -> any ServerTransport {
        var options = options
        options.tls?.applicationProtocols = ["h2", "http/1.1"]
        options.tls?.requiresApplicationProtocol = false
        var configuration = configuration
        configuration.access = HTTPAccess(endpoint, token: options.token)
        return SocketServerTransport(on: endpoint, options: options, connections: connections) {
            [configuration, limits = ConnectionLimits(options.connections)] in
            PrefaceServerEngine(configuration: configuration, limits: limits)
        }
    }
}
