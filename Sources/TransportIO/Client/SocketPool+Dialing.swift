import Broker
import NIOCore
import NIOPosix

/// How a pool comes by its sockets.
extension SocketPool {
    /// The most sockets that are dialed at once: a listener has room for so many that wait to be accepted (SOMAXCONN), and asks
    /// the kernel of those that it has no room for to try again in a second.
    private static let mostDialsAtOnce = 512

    /// Dials a socket for everyone who waits, as far as there may be more.
    ///
    /// While it fails, one at a time, and not before the pause is over.
    func dialIfWanted() {
        while !isClosed, dialing < min(waiters.count, Self.mostDialsAtOnce),
            sockets.count + dialing < configuration.maxSockets
        {
            if redial.isFailing {
                guard dialing == 0, nextDial == nil else { return }
                let pause = redial.pauseLeft(now: MonotonicClock.now)
                guard pause == 0 else { return dial(in: .nanoseconds(Int64(clamping: pause))) }
            }
            dial()
        }
    }

    private func dial(in pause: TimeAmount) {
        let pool = NIOLoopBound(self, eventLoop: executor.eventLoop)
        nextDial = executor.eventLoop.scheduleTask(in: pause) {
            pool.value.nextDial = nil
            pool.value.dialIfWanted()
        }
    }

    private func dial() {
        dialing += 1
        let pool = NIOLoopBound(self, eventLoop: executor.eventLoop)
        executor.begin { _ in await pool.value.dialOnce() }
    }

    private func dialOnce() async {
        let outcome = await connectToAny()
        dialing -= 1
        switch outcome {
        case .success(let socket):
            guard !isClosed else { return socket.close(patience: .zero) }
            let again = redial.wasReached ? " again" : ""
            redial.reached()
            configuration.options.presence?(nil)
            if let lostAt = lostAt.take() {
                let milliseconds = (MonotonicClock.now - lostAt) / 1_000_000
                configuration.options.notice("connected to \(peer)\(again) after \(milliseconds) ms")
            } else if configuration.endpoints.count > 1 {
                configuration.options.notice("connected to \(peer)")
            }
            regainedCapacity(socket)
            if dialing == Self.mostDialsAtOnce - 1 { dialIfWanted() }
        case .failure(let failure):
            if !isClosed { failed(failure) }
        }
    }

    /// There is no socket, or there was one that ended before it was of any use.
    func failed(_ failure: TransportError) {
        let (now, wasFailing) = (MonotonicClock.now, redial.isFailing)
        redial.failed(failure, now: now)
        missed(failure)
        // Whoever wants to know of the peer looks for it all the same.
        let isHopeless = reasonForNoOther != nil
        if !waiters.isEmpty, !wasFailing, lostAt == nil, !isHopeless || configuration.options.presence != nil {
            if sockets.isEmpty { lostAt = now }
            configuration.options.notice("\(failure.message); trying again")
        }
        if isHopeless {
            waiters.failAll(failure)
        } else if !waiters.isEmpty {
            dialIfWanted()
        }
    }

    /// Why a send that was to have a socket need not wait for another one; nil where it may.
    var reasonForNoOther: TransportError? {
        guard sockets.isEmpty, dialing == 0, !redial.isPatient(now: MonotonicClock.now) else { return nil }
        return redial.lastFailure
    }

    /// Tries each address once, from the one that it is the turn of.
    private func connectToAny() async -> Result<Socket, TransportError> {
        var failures: [String] = []
        repeat {
            switch await connect() {
            case .success(let socket): return .success(socket)
            case .failure(let failure): failures.append(failure.message)
            }
            moveOn()
        } while failures.count < configuration.endpoints.count && !isClosed
        return .failure(TransportError(.notSent, failures.joined(separator: " ")))
    }

    /// Opens a socket and waits until entries can be sent on it.
    private func connect() async -> Result<Socket, TransportError> {
        let timeout = TimeAmount(connectTimeout)
        let limit = "\(timeout.nanoseconds / 1_000_000) ms"
        let deadline = NIODeadline.now() + timeout
        let pool = NIOLoopBound(self, eventLoop: executor.eventLoop)
        let (configuration, endpoint, tls) = (configuration, endpoint, tls)
        let socket: Socket
        do {
            let connected = ClientBootstrap(group: executor.eventLoop)
                .forBrokerLab()
                .connect(to: endpoint, within: timeout, on: executor.eventLoop) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let secured = try tls?.add(
                            to: channel, timeout: deadline - .now(), secured: configuration.options.secured)
                        let socket = Socket(
                            engine: configuration.makeEngine(at: endpoint), pool: pool.value,
                            allocator: channel.allocator,
                            isOnlyHandler: secured == nil)
                        try channel.pipeline.syncOperations.addHandler(socket)
                        return (socket, secured)
                    }
                }
            let secured: EventLoopFuture<Void>?
            (socket, secured) = try await executor.value(of: connected)
            if let secured { try await executor.value(of: secured) }
        } catch let failure as TLSFailure {
            return .failure(TransportError(.notSent, "cannot reach \(peer) over TLS: \(failure)"))
        } catch {
            let mend = remedy(for: error, whenNobodyListens: configuration.description.mend)
            return .failure(TransportError(.notSent, "cannot reach \(peer): \(describe(error)).\(mend)"))
        }
        // One that the peer has closed meanwhile has told its end already, and will not tell it again.
        if socket.isOpen {
            sockets[ObjectIdentifier(socket)] = socket
            spinner?.watch(socket.descriptor)
        }
        let tooLate = executor.eventLoop.scheduleTask(deadline: deadline) {
            socket.fail(TransportError(.notSent, "\(pool.value.peer) was not ready within \(limit)"))
        }
        defer { tooLate.cancel() }
        guard var failure = await socket.waitUntilReady() else { return .success(socket) }
        failure.fate = .notSent
        return .failure(failure)
    }
}
