import Broker
import NIOCore
import NIOPosix

/// The sockets of one connection: one for protocols that multiplex, several for those that do not.
///
/// Dials when there is no capacity and room for another socket; whoever sends waits until a socket takes the entry, at the
/// longest as long as a send may take in all. Confined to one event loop.
final class SocketPool: SecondTicking {
    typealias Socket = ClientSocketHandler

    /// The peer as error messages name it: `the tcp logger at 127.0.0.1:7000`.
    private(set) var peer = ""
    /// The address that sockets lead to, or that is tried next, by its position.
    private(set) var place = 0 {
        didSet { peer = "\(configuration.description.peer) at \(endpoint)" }
    }
    let protocolName: String
    let executor: EventLoopExecutor
    let configuration: SocketClientTransport
    /// For each address, where connections are secured.
    private let contexts: [TLSContext]

    var sockets: [ObjectIdentifier: Socket] = [:]
    /// Sockets that had capacity when they were put here; those that have lost it are dropped when they are met.
    private var withCapacity: [Socket] = []
    var dialing = 0
    var waiters = PoolWaiters()
    var redial: Redial
    /// Dials again when the pause is over.
    var nextDial: Scheduled<Void>?
    /// Since when sends wait for a peer that is gone, if anybody was told of it.
    var lostAt: UInt64?
    /// Counts since the first socket was dialed.
    private(set) var second: UInt16 = 0
    private let looksBeforeReuse: Bool
    private var isAgeing = false
    /// How long a socket may take to be ready.
    let connectTimeout: Duration
    /// So many seconds an entry may be on a socket, and a send may take in all.
    private let answerTimeout: UInt16
    private let sendTimeout: UInt16
    var spinner: Spinner?
    private(set) var isClosed = false
    private var lastSocketEnded: LoopContinuation<Void>?
    /// Who waits until there is no socket, or a dial has failed.
    private var missing: LoopContinuation<Void>?

    init(configuration: SocketClientTransport, tls: [TLSContext], executor: EventLoopExecutor) {
        contexts = tls
        self.configuration = configuration
        self.executor = executor
        looksBeforeReuse = configuration.looksBeforeReuse
        let timeout = configuration.options.answerTimeout
        // Entries with ids may be sent again, so that a peer may be gone for longer than one attempt takes.
        let patience = configuration.reconnection?.patience ?? min(configuration.options.patience ?? .zero, timeout)
        redial = Redial(patience: patience.nanoseconds, awaitsFirst: configuration.options.presence != nil)
        connectTimeout = min(configuration.options.connectTimeout, max(timeout, patience))
        // Rounded up: an entry of age n has waited for more than n - 1 seconds.
        answerTimeout = timeout.secondsCounted
        sendTimeout = max(timeout, patience).secondsCounted
        protocolName = configuration.description.protocolName
        peer = "\(configuration.description.peer) at \(endpoint)"
    }

    /// The address that sockets lead to, or that is tried next.
    var endpoint: Endpoint { configuration.endpoints[place] }

    /// How connections to it are secured; nil for cleartext.
    var tls: TLSContext? { contexts.isEmpty ? nil : contexts[place] }

    /// Goes on to the next address; back to the first behind the last.
    func moveOn() {
        guard configuration.endpoints.count > 1 else { return }
        place = (place + 1) % configuration.endpoints.count
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

    /// A socket that takes an entry now; nil where the sender is to wait for one, and look again.
    /// - Parameter since: the second in which the send was asked for.
    func room(since: UInt16) throws(TransportError) -> Socket? {
        if !isAgeing { startAgeing() }
        if let socket = available { return socket }
        if isClosed { throw TransportError(.notSent, "the connection to \(peer) is closed") }
        if isOverdue(since) { throw overdue }
        guard waiters.count < configuration.bounds.maxWaiting else {
            throw TransportError(
                .notSent,
                "\(waiters.count) entries wait already to be sent to \(peer): send fewer at once, or allow more in flight"
            )
        }
        return nil
    }

    /// Has a sender wait until there is room, or none to be expected any more.
    func wait(_ waiter: PoolWaiters.Continuation, number: UInt64, since: UInt16) {
        waiters.append(waiter, number: number, since: since)
        dialIfWanted()
    }

    /// Nobody waits any more under that number.
    func cancelWait(number: UInt64) {
        waiters.fail(number: number, TransportError(.notSent, "the send was cancelled"))
    }

    /// Whether a send that was asked for in that second has taken as long as it may.
    func isOverdue(_ since: UInt16) -> Bool { second &- since >= sendTimeout }

    /// Why a send has waited in vain.
    private var overdue: TransportError {
        let limit = "within \(sendTimeout - 1) s"
        if sockets.isEmpty {
            return TransportError(.notSent, redial.lastFailure?.message ?? "no connection to \(peer) \(limit)")
        }
        if sockets.values.allSatisfy(\.takesNothing) {
            return TransportError(.notSent, "\(peer) is connected and allows no entry to be sent; none was \(limit)")
        }
        return TransportError(
            .notSent,
            "none of the \(configuration.maxSockets) connections to \(peer) became free \(limit): it answers too slowly for "
                + "so many entries at once")
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
        if !waiters.isEmpty { waiters.resume(spare) }
    }

    /// The peer has answered on a socket that was not answered on before.
    func proved() {
        guard redial.isFailing else { return }
        redial.proved()
        dialIfWanted()
    }

    /// `socket` is gone; those that wait for capacity may need another one.
    func ended(_ socket: Socket, _ failure: TransportError) {
        sockets[ObjectIdentifier(socket)] = nil
        if sockets.isEmpty { lastSocketEnded.take()?.resume() }
        // One that never was ready is told of where it was dialed.
        guard !isClosed, let readyAt = socket.readyAt else { return }
        let now = MonotonicClock.now
        if configuration.maxSockets == 1 {
            missed(TransportError(.notSent, failure.message))
        } else if sockets.isEmpty {
            // Where there are several, they come and go with the peer's patience: whether it is there, another one tells.
            missing.take()?.resume()
        }
        if configuration.reconnection != nil {
            lostAt = lostAt ?? now
            configuration.options.notice("\(failure.message); connecting again")
        }
        if sockets.isEmpty { moveOn() }
        if socket.hasBeenAnswered {
            dialIfWanted()
        } else if now - readyAt >= Redial.usefulLifetime {
            redial.proved()
            dialIfWanted()
        } else {
            failed(TransportError(.notSent, failure.message))
        }
    }

    // MARK: Time and end

    private func startAgeing() {
        isAgeing = true
        SecondTicks.of(executor.eventLoop).add(self)
    }

    func secondPassed() {
        second &+= 1
        let failure = waiters.isEmpty ? nil : overdue
        let haveFailed = failure.map { waiters.failOverdue(now: second, limit: sendTimeout, $0) } ?? false
        for socket in sockets.values {
            if haveFailed, let failure, socket.takesNothing {
                // Another connection may be let in where this one is not.
                socket.fail(failure)
            } else {
                socket.secondPassed(second, answerTimeout: answerTimeout, sendTimeout: sendTimeout)
            }
        }
    }

    /// Closes all sockets, politely where the protocol has a way to, and waits until they are closed.
    func close() async {
        isClosed = true
        missing.take()?.resume()
        if isAgeing { SecondTicks.of(executor.eventLoop).remove(self) }
        nextDial?.cancel()
        waiters.failAll(TransportError(.notSent, "the connection to \(peer) is closed"))
        // What was sent without an acknowledgement is the peer's once it has answered the goodbye, and not before.
        let patience = TimeAmount(configuration.options.answerTimeout)
        for socket in sockets.values {
            socket.close(patience: patience)
        }
        if !sockets.isEmpty {
            await executor.suspend { lastSocketEnded = $0 }
        }
    }

    // MARK: Presence

    /// There is no socket, where one is wanted.
    func missed(_ failure: TransportError) {
        guard sockets.isEmpty else { return }
        configuration.options.presence?(failure)
        missing.take()?.resume()
    }

    /// Waits until there is no socket, a dial has failed, or the connection is closed; for one task.
    func untilMissed() async {
        guard !isClosed, !sockets.isEmpty else { return }
        await executor.suspend { missing = $0 }
    }
}
