import Broker
import NIOCore
import NIOPosix

/// The sockets of one connection: one for protocols that multiplex, several for those that do not.
///
/// Dials when there is no capacity and room for another socket; otherwise makes senders wait. Confined to one event loop.
final class SocketPool {
    typealias Socket = ClientSocketHandler

    /// The peer as error messages name it: `the tcp logger at 127.0.0.1:7000`.
    let peer: String
    let protocolName: String
    let executor: EventLoopExecutor
    private let configuration: SocketClientTransport
    private let tls: TLSContext?

    /// Who waits for capacity, and since which second.
    private struct Waiter {
        var continuation: UnsafeContinuation<TransportError?, Never>
        var since: UInt16
    }

    private var sockets: [ObjectIdentifier: Socket] = [:]
    /// Sockets that had capacity when they were put here; those that have lost it are dropped when they are met.
    private var withCapacity: [Socket] = []
    private var dialing = 0
    private var waiters = CircularBuffer<Waiter>()
    /// Counts since the first socket was dialed.
    private var seconds: UInt16 = 0
    private let looksBeforeReuse: Bool
    private var ageing: RepeatedTask?
    private var redial: Redial?
    private var spinner: Spinner?
    private(set) var isClosed = false
    private var lastSocketEnded: UnsafeContinuation<Void, Never>?

    init(configuration: SocketClientTransport, tls: TLSContext?, executor: EventLoopExecutor) {
        self.tls = tls
        self.configuration = configuration
        self.executor = executor
        self.looksBeforeReuse = configuration.looksBeforeReuse
        self.redial = configuration.reconnection.map(Redial.init)
        self.peer = "\(configuration.description.peer) at \(configuration.endpoint)"
        self.protocolName = configuration.description.protocolName
    }

    /// A socket that takes an entry now.
    var available: Socket? {
        while let socket = withCapacity.last {
            let isSpare = socket.spareCapacity > 0
            if isSpare && !(looksBeforeReuse && socket.hasEndedIdle) { return socket }
            socket.isListed = false
            withCapacity.removeLast()
            if isSpare { socket.closeIdle() }
        }
        return nil
    }

    /// A socket that takes an entry: waits, or dials, when there is none.
    func acquire() async throws(TransportError) -> Socket {
        let since = seconds
        while true {
            if let socket = available { return socket }
            if isClosed { throw TransportError(.notSent, "the connection to \(peer) is closed") }
            if sockets.count + dialing < configuration.maxSockets {
                try await dial()
            } else {
                try checkRoomToWait()
                let failure = await withUnsafeContinuation { waiters.append(Waiter(continuation: $0, since: since)) }
                if let failure { throw failure }
            }
        }
    }

    private func checkRoomToWait() throws(TransportError) {
        guard let bounds = configuration.bounds, waiters.count >= bounds.maxWaiting else { return }
        throw TransportError(
            .notSent,
            "\(waiters.count) entries wait already for one of the \(configuration.maxSockets) connections to \(peer): "
                + "send fewer at once, or allow more in flight")
    }

    /// Opens a socket and waits until it can be used.
    private func dial() async throws(TransportError) {
        startAgeing()
        dialing += 1
        let outcome = redial == nil ? await connect() : await connectAgain()
        dialing -= 1
        switch outcome {
        case .success(let socket):
            regainedCapacity(socket)
        case .failure(let failure):
            if sockets.isEmpty { failWaiters(failure) }
            throw failure
        }
    }

    /// Tries until it succeeds, or patience ends, or nobody wants it any more; a first connection is tried once.
    private func connectAgain() async -> Result<Socket, TransportError> {
        var outcome: Result<Socket, TransportError>?
        while let pause = redial?.nextPause(now: MonotonicClock.now) {
            if pause > 0 { await executor.sleep(until: MonotonicClock.now + pause) }
            if isClosed || Task.isCancelled { break }
            outcome = await connect()
            guard case .failure = outcome else {
                let milliseconds = (redial?.elapsed(now: MonotonicClock.now) ?? 0) / 1_000_000
                configuration.options.notice("connected to \(peer) again after \(milliseconds) ms")
                break
            }
        }
        if let outcome { return outcome }
        return await connect()
    }

    private func connect() async -> Result<Socket, TransportError> {
        let timeout = TimeAmount(configuration.options.connectTimeout)
        let pool = NIOLoopBound(self, eventLoop: executor.eventLoop)
        let (makeEngine, tls) = (configuration.makeEngine, tls)
        let socket: Socket
        let secured: EventLoopFuture<Void>?
        do {
            (socket, secured) = try await ClientBootstrap(group: executor.eventLoop)
                .connectTimeout(timeout)
                .forBrokerLab()
                .connect(host: configuration.endpoint.host, port: configuration.endpoint.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let secured = try tls?.add(to: channel, timeout: timeout)
                        let socket = Socket(
                            engine: makeEngine(), pool: pool.value, allocator: channel.allocator,
                            isOnlyHandler: secured == nil)
                        try channel.pipeline.syncOperations.addHandler(socket)
                        return (socket, secured)
                    }
                }
            try await secured?.get()
        } catch let failure as TLSFailure {
            return .failure(TransportError(.notSent, "cannot reach \(peer) over TLS: \(failure)"))
        } catch {
            let mend = configuration.description.mend
            return .failure(TransportError(.notSent, "cannot reach \(peer): \(describe(error)). \(mend)"))
        }
        // One that the peer has closed meanwhile has told its end already, and will not tell it again.
        if socket.isOpen {
            sockets[ObjectIdentifier(socket)] = socket
            spinner?.watch(socket.descriptor)
        }
        let tooLate = executor.eventLoop.scheduleTask(in: timeout) {
            let limit = "\(timeout.nanoseconds / 1_000_000) ms"
            socket.fail(TransportError(.notSent, "\(pool.value.peer) was not ready within \(limit)"))
        }
        defer { tooLate.cancel() }
        guard var failure = await socket.waitUntilReady() else { return .success(socket) }
        failure.fate = .notSent
        return .failure(failure)
    }

    // MARK: Spinning

    /// Waits on the core until ``MonotonicClock`` shows `deadline`, and has the sockets looked after meanwhile.
    /// - Returns: The CPU time that took, in nanoseconds.
    func spin(until deadline: UInt64) async -> UInt64 {
        if spinner == nil {
            spinner = Spinner(executor: executor)
            for socket in sockets.values { spinner?.watch(socket.descriptor) }
        }
        return await spinner?.spin(until: deadline) ?? 0
    }

    // MARK: What sockets tell

    /// `socket` may have capacity again.
    func regainedCapacity(_ socket: Socket) {
        let spare = socket.spareCapacity
        guard spare > 0 else { return }
        if !socket.isListed {
            socket.isListed = true
            withCapacity.append(socket)
        }
        for _ in 0..<min(spare, waiters.count) {
            waiters.removeFirst().continuation.resume(returning: nil)
        }
    }

    /// `socket` is gone; whoever waits for capacity may dial.
    func ended(_ socket: Socket, _ failure: TransportError) {
        sockets[ObjectIdentifier(socket)] = nil
        if redial != nil, let readyAt = socket.readyAt, !isClosed {
            redial?.lost(hasBeenAnswered: socket.hasBeenAnswered, lifetime: MonotonicClock.now - readyAt)
            configuration.options.notice("\(failure.message); connecting again")
        }
        if sockets.isEmpty { lastSocketEnded.take()?.resume() }
        for _ in 0..<waiters.count {
            waiters.removeFirst().continuation.resume(returning: nil)
        }
    }

    private func failWaiters(_ failure: TransportError) {
        for _ in 0..<waiters.count {
            waiters.removeFirst().continuation.resume(returning: failure)
        }
    }

    // MARK: Time and end

    private func startAgeing() {
        guard ageing == nil else { return }
        let pool = NIOLoopBound(self, eventLoop: executor.eventLoop)
        // Rounded up: an entry of age n has waited for more than n - 1 seconds.
        let limit = configuration.options.answerTimeout.secondsCounted
        ageing = executor.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            for socket in pool.value.sockets.values {
                socket.secondPassed(answerTimeout: limit)
            }
            pool.value.failOverdueWaiters()
        }
    }

    private func failOverdueWaiters() {
        seconds &+= 1
        guard let bounds = configuration.bounds, !waiters.isEmpty else { return }
        let limit = bounds.patience.secondsCounted
        let failure = TransportError(
            .notSent,
            "none of the \(configuration.maxSockets) connections to \(peer) became free within \(limit - 1) s: "
                + "it answers too slowly for so many entries at once")
        for _ in 0..<waiters.count {
            let waiter = waiters.removeFirst()
            if seconds &- waiter.since >= limit {
                waiter.continuation.resume(returning: failure)
            } else {
                waiters.append(waiter)
            }
        }
    }

    /// Closes all sockets, politely where the protocol has a way to, and waits until they are closed.
    func close() async {
        isClosed = true
        ageing?.cancel()
        // What was sent without an acknowledgement is the peer's once it has answered the goodbye, and not before.
        let patience = TimeAmount(configuration.options.answerTimeout)
        for socket in sockets.values {
            socket.close(patience: patience)
        }
        if !sockets.isEmpty {
            await withUnsafeContinuation { lastSocketEnded = $0 }
        }
    }
}
