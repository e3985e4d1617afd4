package import Broker
package import NIOCore
package import NIOPosix

extension ClientBootstrap {
    /// Connects to an endpoint, within so long.
    /// - Returns: What `channelInitializer` has made of the channel.
    @concurrent
    package func connect<Output: Sendable>(
        to endpoint: Endpoint, within limit: TimeAmount,
        channelInitializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) async throws -> Output {
        switch endpoint {
        case .tcp(let host, let port):
            try await KeepAlive.set(on: self).connectTimeout(limit).channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: host, port: port, channelInitializer: channelInitializer)
        case .unix(let name):
            try await withConnectedSocket(Self.connect(to: name, within: limit), channelInitializer: channelInitializer)
        }
    }

    /// A socket that is connected to that name.
    ///
    /// Where as many wait to be accepted as may, one that does not block is refused at once (EAGAIN), and the kernel tells nobody
    /// when there is room again: so it is tried again, as TCP does by itself.
    private static func connect(to name: UnixSocketName, within limit: TimeAmount) async throws -> CInt {
        let deadline = NIODeadline.now() + limit
        while true {
            do throws(IOError) {
                return try name.connect()
            } catch {
                guard error.errnoCode == EAGAIN, NIODeadline.now() < deadline else { throw error }
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
