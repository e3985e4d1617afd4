package import Broker
import NIOCore
import NIOPosix
import Synchronization

/// The logger half of a transport that consumes from a message broker: one engine on one dialed socket.
package struct DialedServerTransport: ServerTransport {
    private let addresses: Rotation
    private let target: String
    private let peer: String
    private let mend: String
    private let options: ServerOptions
    private let tls: ClientTLS?
    private let engine: @Sendable (Endpoint, _ ready: @escaping @Sendable () -> Void) -> any ServerEngine

    /// Creates a transport.
    /// - Parameters:
    ///   - endpoints: the message broker, at one address or more: when one of them cannot be had, or is lost, the next one is
    ///     tried.
    ///   - target: what a client gives as `--to`.
    ///   - peer: who it is: `RabbitMQ`.
    ///   - mend: what to do when it cannot be reached, as a sentence.
    ///   - tls: how the connection is secured; nil for cleartext.
    ///   - makeEngine: makes the engine of a connection to that address; it calls `ready` once, when entries can arrive.
    package init(
        toOneOf endpoints: [Endpoint], target: String, peer: String, mend: String, options: ServerOptions,
        tls: ClientTLS? = nil,
        makeEngine: @escaping @Sendable (Endpoint, _ ready: @escaping @Sendable () -> Void) -> any ServerEngine
    ) {
        addresses = Rotation(endpoints)
        self.target = target
        self.peer = peer
        self.mend = mend
        self.options = options
        self.tls = tls
        self.engine = makeEngine
    }

    /// Makes the engine of a connection to the first address.
    package func makeEngine(_ ready: @escaping @Sendable () -> Void) -> any ServerEngine {
        engine(addresses.current, ready)
    }

    /// Dials, consumes until the task is cancelled, then drains.
    ///
    /// Each address is tried once. What was lost is for the caller to try again, which then begins with the next address.
    package func serve(
        to recorder: any EntryRecorder, ready: @escaping @Sendable (ServerAddress) -> Void
    ) async throws {
        var failures: [String] = []
        repeat {
            let endpoint = addresses.current
            do throws(Failure) {
                return try await serve(at: endpoint, to: recorder, ready: ready)
            } catch {
                addresses.moveOn(from: endpoint)
                failures.append(error.message)
                if error.wasReady || Task.isCancelled { break }
            }
        } while failures.count < addresses.count
        throw ServerError(failures.joined(separator: " "))
    }

    /// Why there is no connection, or not any more.
    private struct Failure: Error {
        var message: String
        var wasReady = false
    }

    private func serve(
        at endpoint: Endpoint, to recorder: any EntryRecorder, ready: @escaping @Sendable (ServerAddress) -> Void
    ) async throws(Failure) {
        let loop = ServerLoops.shared(options.loops).first
        let eventLoop = loop.eventLoop
        let (makeEngine, target, drainTimeout) = (engine, target, TimeAmount(options.drainTimeout))
        let isOneOfSeveral = addresses.count > 1
        let hasBeenReady = Mutex(false)
        let handler: ServerSocketHandler
        let secured: EventLoopFuture<Void>?
        let ended: EventLoopFuture<String?>
        let dialling = DiallingChannel()
        do {
            let context = if let tls { try TLSContext(tls, host: endpoint.serverName) } else { nil as TLSContext? }
            (handler, secured, ended) = try await dialling.untilCancelled {
                try await ClientBootstrap(group: eventLoop)
                    .forBrokerLab()
                    .connect(to: endpoint, within: .seconds(5), on: eventLoop) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            dialling.set(channel)
                            let secured = try context?.add(to: channel, timeout: .seconds(5))
                            let engine = makeEngine(endpoint) {
                                hasBeenReady.withLock { $0 = true }
                                if isOneOfSeveral { options.notice("connected to \(peer) at \(endpoint)") }
                                ready(ServerAddress(target: target))
                            }
                            // Of this channel: a name may have several addresses, of which one answers.
                            let ended = channel.eventLoop.makePromise(of: String?.self)
                            let handler = ServerSocketHandler(
                                engine: engine, recorder: recorder, loop: loop, drainTimeout: drainTimeout,
                                allocator: channel.allocator, isOnlyHandler: secured == nil,
                                ended: { ended.succeed($1) })
                            do {
                                try channel.pipeline.syncOperations.addHandler(handler)
                            } catch {
                                ended.succeed(nil)
                                throw error
                            }
                            return (handler, secured, ended.futureResult)
                        }
                    }
                    .get()
            }
            try await dialling.untilCancelled { try await secured?.get() }
        } catch let failure as TLSFailure {
            throw Failure(message: "cannot reach \(peer) at \(endpoint) over TLS: \(failure)")
        } catch {
            guard !Task.isCancelled else { return }
            let reason = describe(error)
            // Otherwise it may well run: a name that is unknown, a limit of this process.
            let mend = reason == "connection refused" ? " \(mend)" : ""
            throw Failure(message: "cannot reach \(peer) at \(endpoint): \(reason).\(mend)")
        }
        let failure = await withTaskCancellationHandler {
            try? await ended.get()
        } onCancel: {
            eventLoop.execute { handler.drain() }
        }
        guard !Task.isCancelled else { return }
        let reason = failure ?? "it closed the connection"
        guard hasBeenReady.withLock({ $0 }) else {
            throw Failure(message: "cannot consume from \(peer) at \(endpoint): \(reason)")
        }
        throw Failure(message: "lost \(peer) at \(endpoint): \(reason)", wasReady: true)
    }
}

/// Addresses that are as good as one another: the one that it is the turn of, for as long as it serves.
private final class Rotation: Sendable {
    private let endpoints: [Endpoint]
    private let place = Mutex(0)

    init(_ endpoints: [Endpoint]) {
        precondition(!endpoints.isEmpty, "a peer has an address")
        self.endpoints = endpoints
    }

    var count: Int { endpoints.count }
    var current: Endpoint { place.withLock { endpoints[$0] } }

    /// Goes on to the next one, unless somebody else has done so already.
    func moveOn(from endpoint: Endpoint) {
        place.withLock { place in
            if endpoints[place] == endpoint { place = (place + 1) % endpoints.count }
        }
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
