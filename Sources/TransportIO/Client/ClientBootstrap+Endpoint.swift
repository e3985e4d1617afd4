package import Broker
package import NIOCore
package import NIOPosix

extension ClientBootstrap {
    /// Connects to an endpoint.
    /// - Returns: What `channelInitializer` has made of the channel.
    @concurrent
    package func connect<Output: Sendable>(
        to endpoint: Endpoint, channelInitializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) async throws -> Output {
        switch endpoint {
        case .tcp(let host, let port):
            try await channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: host, port: port, channelInitializer: channelInitializer)
        case .unix(let name):
            try await withConnectedSocket(name.connect(), channelInitializer: channelInitializer)
        }
    }
}
