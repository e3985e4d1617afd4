package import Broker
import NIOCore
import NIOPosix

/// The broker half of a transport: an engine for each socket, all of one connection on one event loop.
package struct SocketClientTransport: ClientTransport {
    /// How error messages speak of the peer.
    package struct PeerDescription: Sendable {
        /// Who it is: `the tcp logger`.
        package var peer: String
        /// What it has to speak: `gRPC`.
        package var protocolName: String
        /// What to do when it cannot be reached, as a sentence.
        package var mend: String

        /// Creates a description.
        package init(peer: String, protocolName: String, mend: String) {
            self.peer = peer
            self.protocolName = protocolName
            self.mend = mend
        }
    }

    /// What an acknowledgement promises.
    package let acknowledgement: AcknowledgementClass
    /// Where the peer is, in the order of choice: addresses that are as good as one another.
    let endpoints: [Endpoint]
    let description: PeerDescription
    var options: ClientOptions
    let maxSockets: Int
    let bounds: PoolBounds
    package let looksBeforeReuse: Bool
    let reconnection: Reconnection?
    /// Where its connections are; nil for the event loops in turn.
    var executor: EventLoopExecutor?
    private let engine: @Sendable (Endpoint) -> any ClientEngine
    private let contexts = ClientContexts()

    /// Creates a transport to a peer with one address; see the other initializer.
    package init(
        to endpoint: Endpoint, description: PeerDescription, acknowledgement: AcknowledgementClass,
        options: ClientOptions, maxSockets: Int = 1, bounds: PoolBounds? = nil, looksBeforeReuse: Bool = false,
        reconnection: Reconnection? = nil,
        makeEngine: @escaping @Sendable () -> any ClientEngine
    ) {
        self.init(
            toOneOf: [endpoint], description: description, acknowledgement: acknowledgement, options: options,
            maxSockets: maxSockets, bounds: bounds, looksBeforeReuse: looksBeforeReuse, reconnection: reconnection
        ) { _ in makeEngine() }
    }

    /// Creates a transport.
    /// - Parameters:
    ///   - endpoints: the peer, at one address or more: when one of them cannot be had, or is lost, the next one is tried.
    ///   - maxSockets: how many sockets a connection may have at once.
    ///   - bounds: how many sends wait for room on a socket; nil for what the options' `maxInFlight` is worth.
    ///   - looksBeforeReuse: whether a socket that has lain idle is asked, before an entry is written to it, if the peer has
    ///     ended it meanwhile; such an entry then goes out on another socket, once.
    ///   - reconnection: how a connection comes back that has lost its socket; nil for protocols without ids.
    ///   - makeEngine: makes the engine of a new socket to that address.
    package init(
        toOneOf endpoints: [Endpoint], description: PeerDescription, acknowledgement: AcknowledgementClass,
        options: ClientOptions, maxSockets: Int = 1, bounds: PoolBounds? = nil, looksBeforeReuse: Bool = false,
        reconnection: Reconnection? = nil,
        makeEngine: @escaping @Sendable (Endpoint) -> any ClientEngine
    ) {
        precondition(!endpoints.isEmpty, "a peer has an address")
        self.endpoints = endpoints
        self.description = description
        self.acknowledgement = acknowledgement
        self.options = options
        self.maxSockets = maxSockets
        self.bounds = bounds ?? PoolBounds(maxInFlight: options.maxInFlight)
        self.looksBeforeReuse = looksBeforeReuse
        self.reconnection = reconnection
        self.engine = makeEngine
    }

    /// Makes the engine of a new socket.
    /// - Parameter endpoint: where the socket leads; nil for the first address.
    package func makeEngine(at endpoint: Endpoint? = nil) -> any ClientEngine {
        engine(endpoint ?? endpoints[0])
    }

    /// Opens a connection, runs `body` on its event loop and closes the connection.
    package func withConnection<R: Sendable>(
        _ body: @Sendable (isolated SocketConnection) async throws -> R
    ) async throws -> R {
        let executor = executor ?? .next()
        let tls = try options.tls.map {
            try contexts.contexts($0, for: endpoints, of: description.peer, notice: options.notice)
        }
        let connection = SocketConnection(configuration: self, tls: tls ?? [], executor: executor)
        do {
            if options.presence == nil { try await connection.open() } else { await connection.startLooking() }
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}

extension ClientBootstrap {
    /// The socket options of every transport.
    func forBrokerLab() -> ClientBootstrap {
        channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator.forBrokerLab)
            .channelOption(.writeBufferWaterMark, value: .forBrokerLab)
    }
}

extension AdaptiveRecvByteBufferAllocator {
    /// Starts with what a tick of small messages needs and grows, as reads fill it, to what a large one is worth.
    static var forBrokerLab: AdaptiveRecvByteBufferAllocator {
        AdaptiveRecvByteBufferAllocator(minimum: 16 * 1024, initial: 16 * 1024, maximum: 512 * 1024)
    }
}

extension ChannelOptions.Types.WriteBufferWaterMark {
    /// A peer that does not read stops its senders at this many bytes.
    static var forBrokerLab: ChannelOptions.Types.WriteBufferWaterMark {
        ChannelOptions.Types.WriteBufferWaterMark(low: 512 * 1024, high: 2 * 1024 * 1024)
    }
}
