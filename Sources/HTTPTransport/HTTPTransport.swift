public import Broker
import EntryCodecs
import TransportIO

/// JSON over HTTP/1.1 POST: what most services speak.
///
/// A connection of the broker's is a pool of keep-alive sockets on one event loop, one request at a time on each.
///
/// The variant `pipelined` has up to 16 requests behind one another on a socket; the answers come in order, so a slow one holds
/// up those behind it. Where the server says `Connection: close`, what is behind that answer goes out once more on another
/// socket, for the server has not processed it (RFC 9112, 9.6); where the connection is lost, the fate of every entry that
/// was unanswered on it is unknown.
public enum HTTPTransport {
    /// The registry's lines, the default first, with a server that answers nothing but `POST /log`; the logger's own also
    /// has a control API, see ``server(on:options:configuration:)``.
    public static let descriptors = [
        descriptor(.json, nil, "JSON over HTTP/1.1 POST, a pool of keep-alive connections"),
        descriptor(.protobuf, "protobuf", "the same with protobuf bodies: application/x-protobuf"),
        descriptor(.gob, "gob", "the same with gob bodies: application/x-gob"),
        descriptor(.foundationJSON, "json-foundation", "the same with Foundation's JSON coders on both sides"),
        descriptor(.json, "pipelined", "the same with up to 16 requests behind one another on a connection", depth: 16),
    ]

    private static func descriptor(
        _ codec: EntryCodec, _ variant: String?, _ summary: String, depth: Int = 1
    ) -> TransportDescriptor {
        TransportDescriptor(
            name: "http", variant: variant, summary: summary, codec: codec.name,
            mode: depth == 1 ? "http1" : "http1-pipelined",
            acknowledgement: .recorded, defaultTarget: "127.0.0.1:8080",
            makeClient: { options in
                let target = try HTTPTarget(parsing: options.target)
                let support = Expectation.Support()
                return SocketClientTransport(
                    to: target.endpoint,
                    description: .init(
                        peer: "the HTTP logger", protocolName: "HTTP/1.1",
                        mend: "Start it with: brokerlab logger --http \(target.endpoint)"),
                    acknowledgement: .recorded, options: options,
                    maxSockets: (options.maxInFlight + depth - 1) / depth,
                    bounds: PoolBounds(
                        maxWaiting: max(1024, 16 * options.maxInFlight), patience: options.answerTimeout),
                    looksBeforeReuse: true
                ) {
                    HTTPClientEngine(
                        target: target, codec: codec, limits: options.limits, depth: min(depth, options.maxInFlight),
                        support: support)
                }
            },
            makeServer: { options in
                server(
                    on: try Endpoint(parsing: options.target), options: options,
                    configuration: HTTPServerConfiguration(limits: options.limits))
            })
    }

    /// A server that takes entries as `configuration` says.
    public static func server(
        on endpoint: Endpoint, options: ServerOptions, configuration: HTTPServerConfiguration
    ) -> any ServerTransport {
        SocketServerTransport(on: endpoint, options: options) { HTTPServerEngine(configuration: configuration) }
    }
}
