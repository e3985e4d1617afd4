package import Broker
package import NIOCore
package import NIOPosix

extension ClientBootstrap {
    /// Connects to an endpoint, within so long.
    /// - Parameter eventLoop: the bootstrap's.
    /// - Returns: What `channelInitializer` has made of the channel.
    package func connect<Output: Sendable>(
        to endpoint: Endpoint, within limit: TimeAmount, on eventLoop: any EventLoop,
        channelInitializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) -> EventLoopFuture<Output> {
        // A name may have several addresses, with a channel for each that is tried.
        let outputs = NIOLoopBoundBox.makeBoxSendingValue([ObjectIdentifier: Output](), eventLoop: eventLoop)
        let bootstrap = self.channelInitializer { channel in
            channelInitializer(channel).map { outputs.value[ObjectIdentifier(channel)] = $0 }
        }
        let connected: EventLoopFuture<any Channel>
        switch endpoint {
        case .tcp(let host, let port):
            connected = KeepAlive.set(on: bootstrap).connectTimeout(limit)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
        case .unix(let name): connected = bootstrap.connect(to: name, until: .now() + limit, on: eventLoop)
        }
        return connected.map { channel in
            guard let output = outputs.value[ObjectIdentifier(channel)] else {
                preconditionFailure("a channel is initialized before it is connected")
            }
            return output
        }
    }

    /// Connects to a socket of that name.
    ///
    /// Where as many wait to be accepted as may, one that does not block is refused at once (EAGAIN), and the kernel tells nobody
    /// when there is room again: so it is tried again, as TCP does by itself.
    private func connect(
        to name: UnixSocketName, until deadline: NIODeadline, on eventLoop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        do throws(IOError) {
            return withConnectedSocket(try name.connect())
        } catch {
            guard error.errnoCode == EAGAIN, NIODeadline.now() < deadline else {
                return eventLoop.makeFailedFuture(error)
            }
        }
        // Unsafe: nobody changes it any more.
        nonisolated(unsafe) let bootstrap = self
        return eventLoop.flatScheduleTask(in: .milliseconds(1)) {
            bootstrap.connect(to: name, until: deadline, on: eventLoop)
        }.futureResult
    }
}
