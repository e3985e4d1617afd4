package import Broker
import CNGHTTP2
import HTTP2
import NIOCore
import TransportIO

/// gRPC on one HTTP/2 connection: a unary call `logs.LogService/WriteLog` for each entry, or one call of `WriteLogs`.
package enum GRPC {
    /// The registry's lines, the default first; one server serves all of them.
    package static let descriptors = [
        descriptor(nil, mode: "unary", summary: "gRPC unary calls over HTTP/2, cleartext or TLS", .unary),
        descriptor("stream", mode: "stream", summary: "one bidirectional gRPC call for all entries", .stream),
    ]

    private static func descriptor(
        _ variant: String?, mode: String, summary: String, _ callMode: CallMode
    ) -> TransportDescriptor {
        var descriptor = TransportDescriptor(
            name: "grpc", variant: variant, summary: summary, codec: "protobuf", mode: mode,
            acknowledgement: .recorded, defaultTarget: "127.0.0.1:50001", reference: variant == nil ? .baseline : nil,
            isInDefaultSuite: true,
            makeClient: { options in
                let endpoint = try Endpoint(parsing: options.target)
                var options = options
                options.tls?.applicationProtocols = ["h2"]
                let scheme = options.tls == nil ? "http" : "https"
                return SocketClientTransport(
                    to: endpoint,
                    description: .init(
                        peer: "the gRPC logger",
                        protocolName: options.tls == nil ? "gRPC over cleartext HTTP/2" : "gRPC over HTTP/2 and TLS",
                        mend: "Start it with: brokerlab logger --grpc \(options.target)"),
                    acknowledgement: .recorded, options: options
                ) { [limits = options.limits, maxInFlight = options.maxInFlight] in
                    ClientConnection(
                        authority: endpoint.authority, maxInFlight: maxInFlight, limits: limits, mode: callMode,
                        scheme: scheme)
                }
            },
            makeServer: { options in
                var options = options
                // gRPC over HTTP2: "TLS", with ALPN; RFC 9113, 3.2: its name is h2.
                options.tls?.applicationProtocols = ["h2"]
                return SocketServerTransport(on: try Endpoint(listeningAt: options.target), options: options) {
                    [
                        limits = options.limits, settings = HTTP2Session.Settings(options),
                        connection = ConnectionLimits(options)
                    ] in
                    GRPCServerEngine(limits: limits, settings: settings, connection: connection)
                }
            })
        descriptor.options = GRPCOptions.all
        descriptor.libraries = [LinkedLibrary(name: "libnghttp2", version: libraryVersion)]
        return descriptor
    }

    /// The version of the HTTP/2 library that this process has loaded: `1.52.0`.
    private static var libraryVersion: String {
        // Static memory of the library; 0 asks for no particular version, to which there is always an answer.
        nghttp2_version(0).map { String(cString: $0.pointee.version_str) } ?? "unknown"
    }
}
