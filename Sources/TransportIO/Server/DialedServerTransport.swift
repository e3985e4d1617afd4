package import Broker
import NIOCore
import NIOPosix
import Synchronization

/// The logger half of a transport that consumes from a message broker: one engine on one dialed socket.
package struct DialedServerTransport: ServerTransport {
    private let endpoint: Endpoint
    private let target: String
    private let peer: String
    private let mend: String
    private let options: ServerOptions
    private let tls: ClientTLS?
    package let makeEngine: @Sendable (_ ready: @escaping @Sendable () -> Void) -> any ServerEngine

    /// Creates a transport.
    /// - Parameters:
    ///   - endpoint: the message broker.
    ///   - target: what a client gives as `--to`.
    ///   - peer: who it is: `RabbitMQ`.
    ///   - mend: what to do when it cannot be reached, as a sentence.
    ///   - tls: how the connection is secured; nil for cleartext.
    ///   - makeEngine: makes the engine; it calls `ready` once, when entries can arrive.
    package init(
        to endpoint: Endpoint, target: String, peer: String, mend: String, options: ServerOptions,
        tls: ClientTLS? = nil,
        makeEngine: @escaping @Sendable (_ ready: @escaping @Sendable () -> Void) -> any ServerEngine
    ) {
        self.endpoint = endpoint
        self.target = target
        self.peer = peer
        self.mend = mend
        self.options = options
        self.tls = tls
        self.makeEngine = makeEngine
    }

    /// Dials, consumes until the task is cancelled, then drains.
    package func serve(
        to recorder: any EntryRecorder, ready: @escaping @Sendable (ServerAddress) -> Void
    ) async throws {
        let eventLoop = ServerEventLoop.shared
        let ended = eventLoop.makePromise(of: String?.self)
        let (makeEngine, target, drainTimeout) = (makeEngine, target, TimeAmount(options.drainTimeout))
        let hasBeenReady = Mutex(false)
        let handler: ServerSocketHandler
        let secured: EventLoopFuture<Void>?
        let dialling = DiallingChannel()
        do {
            let context = if let tls { try TLSContext(tls, host: endpoint.host) } else { nil as TLSContext? }
            (handler, secured) = try await dialling.untilCancelled {
                try await ClientBootstrap(group: eventLoop)
                    .connectTimeout(.seconds(5))
                    .forBrokerLab()
                    .connect(host: endpoint.host, port: endpoint.port) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            dialling.set(channel)
                            let secured = try context?.add(to: channel, timeout: .seconds(5))
                            let engine = makeEngine {
                                hasBeenReady.withLock { $0 = true }
                                ready(ServerAddress(target: target))
                            }
                            let handler = ServerSocketHandler(
                                engine: engine, recorder: recorder, drainTimeout: drainTimeout,
                                allocator: channel.allocator, isOnlyHandler: secured == nil,
                                ended: { ended.succeed($1) })
                            try channel.pipeline.syncOperations.addHandler(handler)
                            return (handler, secured)
                        }
                    }
            }
            try await dialling.untilCancelled { try await secured?.get() }
        } catch let failure as TLSFailure {
            ended.succeed(nil)
            throw ServerError("cannot reach \(peer) at \(endpoint) over TLS: \(failure)")
        } catch {
            ended.succeed(nil)
            guard !Task.isCancelled else { return }
            let reason = describe(error)
            // Otherwise it may well run: a name that is unknown, a limit of this process.
            let mend = reason == "connection refused" ? " \(mend)" : ""
            throw ServerError("cannot reach \(peer) at \(endpoint): \(reason).\(mend)")
        }
        let failure = try await withTaskCancellationHandler {
            try await ended.futureResult.get()
        } onCancel: {
            eventLoop.execute { handler.drain() }
        }
        guard !Task.isCancelled else { return }
        let reason = failure ?? "it closed the connection"
        guard hasBeenReady.withLock({ $0 }) else {
            throw ServerError("cannot consume from \(peer) at \(endpoint): \(reason)")
        }
        throw ServerError("lost \(peer) at \(endpoint): \(reason)")
    }
}

/// A channel that is being connected, and closed when its task is cancelled: nobody waits for a peer that does not answer.
private final class DiallingChannel: Sendable {
    private let state = Mutex<(channel: (any Channel)?, isCancelled: Bool)>((nil, false))

    func set(_ channel: any Channel) {
        let isCancelled = state.withLock { state in
            state.channel = channel
            return state.isCancelled
        }
        if isCancelled { channel.close(promise: nil) }
    }

    func untilCancelled<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        try await withTaskCancellationHandler {
            try await body()
        } onCancel: {
            let channel = state.withLock { state in
                state.isCancelled = true
                return state.channel
            }
            channel?.close(promise: nil)
        }
    }
}
