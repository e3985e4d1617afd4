public import Broker
import TransportIO

/// Go's net/rpc with its gob codec: what a pair of Go services speaks without any further library.
public enum NetRPC {
    /// The registry's lines, the default first.
    public static let descriptors = [descriptor]

    private static let descriptor = TransportDescriptor(
        name: "netrpc", summary: "Go's net/rpc with the gob codec, calls multiplexed on one connection", codec: "gob",
        mode: "call", acknowledgement: .recorded, defaultTarget: "127.0.0.1:5001",
        makeClient: { try client($0) },
        makeServer: { options in
            SocketServerTransport(on: try Endpoint(listeningAt: options.target), options: options) {
                NetRPCServerEngine(limits: options.limits)
            }
        })

    /// The client half, for entries and for calls of any method.
    /// - Parameter options: `target` is `host:port` or a Unix socket (`rpc.Dial`), or `http://host:port/_goRPC_` to CONNECT
    ///   over HTTP first (`rpc.DialHTTP`).
    /// - Throws: an error about `options.target` if it is neither.
    static func client(_ options: ClientOptions) throws -> SocketClientTransport {
        let (address, path) = split(options.target)
        return SocketClientTransport(
            to: try Endpoint(parsing: address),
            description: .init(
                peer: "the net/rpc logger", protocolName: "Go's net/rpc",
                mend: "Start it with: brokerlab logger --netrpc \(address)"),
            acknowledgement: .recorded, options: options, looksBeforeReuse: true
        ) { NetRPCClientEngine(capacity: options.maxInFlight, limits: options.limits, path: path) }
    }

    /// The address and the HTTP path of a target.
    private static func split(_ target: String) -> (address: String, path: String?) {
        let scheme = "http://"
        guard target.hasPrefix(scheme) else { return (target, nil) }
        let rest = target.dropFirst(scheme.count)
        guard let slash = rest.firstIndex(of: "/") else { return (String(rest), HTTPConnect.defaultPath) }
        let path = rest[slash...]
        return (String(rest[..<slash]), path == "/" ? HTTPConnect.defaultPath : String(path))
    }
}
