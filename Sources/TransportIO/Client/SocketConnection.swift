package import Broker
import NIOCore

/// A connection as an actor on the event loop of its sockets.
package actor SocketConnection: PacedConnection {
    /// The event loop.
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

    func open() async throws(TransportError) {
        _ = try await acquire(since: pool.second)
    }

    /// Has a socket from now on whenever there can be one, until the connection is closed.
    func startLooking() {
        Task { await self.look() }
    }

    private func look() async {
        while !pool.isClosed {
            if let socket = try? await acquire(since: pool.second) {
                // Its room is for those who send.
                pool.regainedCapacity(socket)
                await pool.untilMissed()
            } else {
                await executor.sleep(until: MonotonicClock.now &+ Self.pauseBetweenLooks)
            }
        }
    }

    /// In nanoseconds: as long as a pause between dials becomes.
    private static let pauseBetweenLooks: UInt64 = 500_000_000

    func close() async {
        await pool.close()
    }

    /// Sends an entry and waits for its acknowledgement.
    package func send(_ entry: LogEntry) async throws(TransportError) -> Acknowledgement {
        if let reconnection { return try await send(entry, nextID(), reconnection) }
        let since = pool.second
        let socket =
            if let available = pool.available { available } else { try await acquire(since: since) }
        guard let failure = await executor.suspend({ socket.submit(entry, since: since, $0) }) else {
            return acknowledgement
        }
        guard failure == .sendAgain else { throw failure }
        let other =
            if let available = pool.available { available } else { try await acquire(since: since) }
        if let failure = await executor.suspend({ other.submit(entry, since: since, $0) }) { throw failure }
        return acknowledgement
    }

    /// A socket that takes an entry: waits, and has the pool dial, while there is none.
    private func acquire(since: UInt16) async throws(TransportError) -> ClientSocketHandler {
        if let socket = try pool.room(since: since) { return socket }
        while true {
            if let failure = await waitForRoom(since: since) { throw failure }
            if let socket = try pool.room(since: since) { return socket }
            // The socket that was waited for had ended before it was of any use.
            if let failure = pool.reasonForNoOther { throw failure }
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
        await executor.suspend { pool.wait($0, number: number, since: since) }
    }

    /// Makes a call and waits for its answer, which is then in `call`.
    /// - Throws: fate `notSent` also where the transport has no such calls.
    package func perform(_ call: any ClientCall) async throws(TransportError) {
        let since = pool.second
        let socket =
            if let available = pool.available { available } else { try await acquire(since: since) }
        if let failure = await executor.suspend({ socket.submit(call, since: since, $0) }) { throw failure }
    }

    /// An id for an entry that may be sent several times, where entries bear ids.
    package func makeEntryID() -> EntryID? {
        reconnection == nil ? nil : nextID()
    }

    private func nextID() -> EntryID {
        latest.number += 1
        return latest
    }

    /// Sends an entry, under that id where entries bear ids, and waits for its acknowledgement.
    package func send(_ entry: LogEntry, under id: EntryID?) async throws(TransportError) -> Acknowledgement {
        guard let id, let reconnection else { return try await send(entry) }
        return try await send(entry, id, reconnection)
    }

    /// Sends an entry under an id, again and again where sockets are lost.
    private func send(
        _ entry: LogEntry, _ id: EntryID, _ reconnection: Reconnection
    ) async throws(TransportError) -> Acknowledgement {
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
            guard let failure = await executor.suspend({ socket.submit(entry, id: id, since: since, $0) }) else {
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
