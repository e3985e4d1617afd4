package import Broker
import NIOCore
import NIOPosix

/// The logger half of a transport that listens: an engine for each accepted socket.
package struct SocketServerTransport: ServerTransport {
    private let endpoint: Endpoint
    private let options: ServerOptions
    private let connections: ServerConnections
    package let makeEngine: @Sendable () -> any ServerEngine

    /// Creates a transport.
    /// - Parameter connections: whose connections are counted together.
    package init(
        on endpoint: Endpoint, options: ServerOptions, connections: ServerConnections = .shared,
        makeEngine: @escaping @Sendable () -> any ServerEngine
    ) {
        self.endpoint = endpoint
        self.options = options
        self.connections = connections
        self.makeEngine = makeEngine
    }

    /// Binds, serves until the task is cancelled, then drains.
    package func serve(
        to recorder: any EntryRecorder, ready: @escaping @Sendable (ServerAddress) -> Void
    ) async throws {
        let loops = ServerLoops.shared(options.loops)
        let tls: TLSContext?
        do throws(TLSFailure) {
            tls = if let tls = options.tls { try TLSContext(tls) } else { nil }
        } catch {
            throw ServerError("cannot listen on \(endpoint) with TLS: \(error)")
        }
        if let warning = tls?.warning { options.notice(warning) }
        let (makeEngine, drainTimeout) = (makeEngine, TimeAmount(options.drainTimeout))
        let (connections, bounds) = (connections, ServerConnections.Bounds(options.connections))
        let (limits, notice) = (options.connections, options.notice)
        let sockets = loops.all.map { LoopSockets(on: $0, recorder: recorder) }
        let listener: Listener
        do throws(ListenFailure) {
            listener = try await ServerBootstrap(group: loops.acceptor, childGroup: loops.group)
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let gate = AcceptGate(connections: connections, bounds, notice: notice)
                        try channel.pipeline.syncOperations.addHandler(gate, position: .last)
                    }
                }
                // As many as are accepted at once may be too many.
                .serverChannelOption(.maxMessagesPerRead, value: 2)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator.forBrokerLab)
                .childChannelOption(.writeBufferWaterMark, value: .forServers)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard let own = sockets.first(where: { $0.loop.eventLoop === channel.eventLoop }) else {
                            preconditionFailure("a connection is on one of the loops that it is dealt out to")
                        }
                        if case .unixSocket = ClientOrigin.ofAccepted(channel) {
                            try connections.admit(channel, from: ClientOrigin.of(channel), bounds, notice: notice)
                        }
                        let secured = try tls?.add(to: channel, timeout: TLSContext.acceptTimeout)
                        let handler = ServerSocketHandler(
                            engine: makeEngine(), recorder: own.recorder, loop: own.loop, drainTimeout: drainTimeout,
                            allocator: channel.allocator, isOnlyHandler: secured == nil,
                            bounds: PeerBounds(limits, connections, notice),
                            ended: { handler, _ in
                                own.remove(handler)
                                connections.remove(handler)
                            })
                        try channel.pipeline.syncOperations.addHandler(handler)
                        own.insert(handler)
                        connections.insert(handler)
                    }
                }
                .bind(to: endpoint)
        } catch {
            throw ServerError("cannot listen on \(endpoint): \(error.reason). \(error.mend)")
        }
        if options.tls == nil, options.token == nil, let open = listener.openEndpoint {
            options.notice(
                "\(open) can be reached from other machines, and whoever reaches it may "
                    + "use it: there is neither TLS nor a token. Listen at 127.0.0.1, or give --tls-certificate and "
                    + "--tls-key, or, for http, --token-file.")
        }
        ready(ServerAddress(target: "\(listener.endpoint)", port: listener.endpoint.port))
        await untilCancelled()
        await listener.close()
        await withTaskGroup { group in
            for sockets in sockets { group.addTask { await sockets.drain() } }
        }
    }
}

extension ChannelOptions.Types.WriteBufferWaterMark {
    /// A client that does not read is not read from at this many bytes.
    fileprivate static var forServers: ChannelOptions.Types.WriteBufferWaterMark {
        ChannelOptions.Types.WriteBufferWaterMark(low: 64 * 1024, high: 256 * 1024)
    }
}

/// Returns when the current task is cancelled.
func untilCancelled() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    await withTaskCancellationHandler {
        for await _ in stream {}
    } onCancel: {
        continuation.finish()
    }
}
