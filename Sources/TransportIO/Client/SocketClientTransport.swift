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
    let options: ClientOptions
    let maxSockets: Int
    let bounds: PoolBounds
    package let looksBeforeReuse: Bool
    let reconnection: Reconnection?
    private let engine: @Sendable (Endpoint) -> any ClientEngine

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
        let executor = EventLoopExecutor(eventLoop: MultiThreadedEventLoopGroup.singleton.next())
        let tls = try secure()
        if let warning = tls.first?.warning { options.notice(warning) }
        let connection = SocketConnection(configuration: self, tls: tls, executor: executor)
        return try await withTaskExecutorPreference(executor) {
            do {
                try await connection.open()
                let result = try await body(connection)
                await connection.close()
                return result
            } catch {
                await connection.close()
                throw error
            }
        }
    }
}

extension SocketClientTransport {
    /// Reads certificates and keys, for each address, where there is to be TLS.
    private func secure() throws(TransportError) -> [TLSContext] {
        guard let tls = options.tls else { return [] }
        var contexts: [TLSContext] = []
        for endpoint in endpoints {
            do throws(TLSFailure) {
                contexts.append(try TLSContext(tls, host: endpoint.host))
            } catch {
                throw TransportError(.notSent, "cannot reach \(description.peer) at \(endpoint) over TLS: \(error)")
            }
        }
        return contexts
    }
}

/// A connection as an actor on the event loop of its sockets.
package actor SocketConnection: PacedConnection {
    /// The event loop, as the executor of this actor and of the tasks that send on it.
    package nonisolated let executor: EventLoopExecutor
    private nonisolated let acknowledgement: Acknowledgement
    private let pool: SocketPool
    private let reconnection: Reconnection?
    /// The id of the latest entry.
    private var latest = EntryID(connection: .random(in: 0...UInt64.max), number: 0)

    init(configuration: SocketClientTransport, tls: [TLSContext], executor: EventLoopExecutor) {
        self.executor = executor
        self.reconnection = configuration.reconnection
        self.acknowledgement = Acknowledgement(configuration.acknowledgement)
        self.pool = SocketPool(configuration: configuration, tls: tls, executor: executor)
    }

    /// The event loop.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The event loop.
    package nonisolated var taskExecutor: any TaskExecutor { executor }

    func open() async throws(TransportError) {
        _ = try await acquire(since: pool.second)
    }

    func close() async {
        await pool.close()
    }

    /// Sends an entry and waits for its acknowledgement.
    package func send(_ entry: LogEntry) async throws(TransportError) -> Acknowledgement {
        if let reconnection { return try await send(entry, reconnection) }
        let since = pool.second
        let socket =
            if let available = pool.available { available } else { try await acquire(since: since) }
        guard let failure = await withUnsafeContinuation({ socket.submit(entry, since: since, $0) }) else {
            return acknowledgement
        }
        guard failure == .sendAgain else { throw failure }
        let other =
            if let available = pool.available { available } else { try await acquire(since: since) }
        if let failure = await withUnsafeContinuation({ other.submit(entry, since: since, $0) }) { throw failure }
        return acknowledgement
    }

    /// A socket that takes an entry: waits, and has the pool dial, while there is none.
    private func acquire(since: UInt16) async throws(TransportError) -> ClientSocketHandler {
        while true {
            if let socket = try pool.room(since: since) { return socket }
            if let failure = await waitForRoom(since: since) { throw failure }
        }
    }

    private func waitForRoom(since: UInt16) async -> TransportError? {
        let (number, eventLoop) = (pool.waiters.takeNumber(), executor.eventLoop)
        let pool = NIOLoopBound(pool, eventLoop: eventLoop)
        return await withTaskCancellationHandler {
            await self.suspend(number, since)
        } onCancel: {
            eventLoop.execute { pool.value.cancelWait(number: number) }
        }
    }

    /// In a function of its own, for what a cancellation handler wraps may run elsewhere.
    private func suspend(_ number: UInt64, _ since: UInt16) async -> TransportError? {
        await withUnsafeContinuation { pool.wait($0, number: number, since: since) }
    }

    /// Makes a call and waits for its answer, which is then in `call`.
    /// - Throws: fate `notSent` also where the transport has no such calls.
    package func perform(_ call: any ClientCall) async throws(TransportError) {
        let since = pool.second
        let socket =
            if let available = pool.available { available } else { try await acquire(since: since) }
        if let failure = await withUnsafeContinuation({ socket.submit(call, since: since, $0) }) { throw failure }
    }

    /// Sends an entry under an id of its own, again and again where sockets are lost.
    private func send(
        _ entry: LogEntry, _ reconnection: Reconnection
    ) async throws(TransportError) -> Acknowledgement {
        latest.number += 1
        let id = latest
        let since = pool.second
        var firstLoss: ContinuousClock.Instant?
        while true {
            let socket: ClientSocketHandler
            do throws(TransportError) {
                if let available = pool.available {
                    socket = available
                } else {
                    socket = try await acquire(since: since)
                }
            } catch {
                guard firstLoss != nil else { throw error }
                throw TransportError(.unknown, error.message)
            }
            // The time for an answer begins anew with each attempt, that of the send does not.
            guard let failure = await withUnsafeContinuation({ socket.submit(entry, id: id, since: since, $0) }) else {
                return acknowledgement
            }
            guard failure.fate == .unknown, !failure.isFinal, reconnection.resends, !pool.isClosed,
                !pool.isOverdue(since)
            else {
                throw failure
            }
            let now = ContinuousClock.now
            if let firstLoss, now - firstLoss >= reconnection.patience { throw failure }
            firstLoss = firstLoss ?? now
        }
    }

    /// Waits on the event loop until ``MonotonicClock`` shows `deadline`.
    package func sleep(until deadline: UInt64) async {
        await executor.sleep(until: deadline)
    }

    /// Waits on the core until ``MonotonicClock`` shows `deadline`; returns the CPU time that took, in nanoseconds.
    package func spin(until deadline: UInt64) async -> UInt64 {
        await pool.spin(until: deadline)
    }
}

extension ClientBootstrap {
    /// The socket options of every transport.
    func forBrokerLab() -> ClientBootstrap {
        channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
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
