package import Broker
import TransportIO

/// The floor: entries behind their length on a raw TCP connection, answered with 8 bytes each.
///
/// No protocol can be cheaper and still acknowledge each entry, so every other transport is measured against this one.
package enum TCP {
    /// The registry's lines, the default first.
    package static let descriptors = [descriptor]

    private static let descriptor = TransportDescriptor(
        name: "tcp", summary: "the floor: length-prefixed entries on a raw socket", codec: "binary", mode: "frame",
        acknowledgement: .recorded, defaultTarget: "127.0.0.1:5002", reference: .floor,
        makeClient: { options in
            SocketClientTransport(
                to: try Endpoint(parsing: options.target),
                description: .init(
                    peer: "the tcp logger", protocolName: "broker-lab's tcp transport",
                    mend: "Start it with: brokerlab logger --tcp \(options.target)"),
                acknowledgement: .recorded, options: options, looksBeforeReuse: true
            ) { TCPClientEngine(capacity: options.maxInFlight, limits: options.limits) }
        },
        makeServer: { options in
            SocketServerTransport(on: try Endpoint(listeningAt: options.target), options: options) {
                TCPServerEngine(limits: options.limits)
            }
        })
}
