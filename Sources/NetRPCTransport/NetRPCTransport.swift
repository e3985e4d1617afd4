public import Broker
import TransportIO

/// Go's net/rpc with its gob codec: what a pair of Go services speaks without any further library.
public enum NetRPCTransport {
    /// The registry's lines, the default first.
    public static let descriptors = [descriptor]

    private static let descriptor = TransportDescriptor(
        name: "netrpc", summary: "Go's net/rpc with the gob codec, calls multiplexed on one connection", codec: "gob",
        mode: "call", acknowledgement: .recorded, defaultTarget: "127.0.0.1:5001",
        makeClient: { options in
            SocketClientTransport(
                to: try Endpoint(parsing: options.target),
                description: .init(
                    peer: "the net/rpc logger", protocolName: "Go's net/rpc",
                    mend: "Start it with: brokerlab logger --netrpc \(options.target)"),
                acknowledgement: .recorded, options: options
            ) { NetRPCClientEngine(capacity: options.maxInFlight, limits: options.limits) }
        },
        makeServer: { options in
            SocketServerTransport(on: try Endpoint(parsing: options.target), options: options) {
                NetRPCServerEngine(limits: options.limits)
            }
        })
}
