import Broker
import TransportIO

/// Connections that take one another's place, on one event loop: each is closed when the last of its entries is answered.
///
/// An entry goes over the latest one while that has entries left, else over another one that is dialed for it: so the load goes on
/// while the entries in flight on earlier ones are answered. What a dial takes is part of the time of the entries that wait for it.
actor ChurningConnection: PacedConnection {
    nonisolated let executor: EventLoopExecutor
    private let transport: any ClientTransport
    private let entriesEach: Int
    private let maxClosing: Int
    private let dials: DialCount
    /// The one that entries go over; nil where it takes no more, or could not be had.
    private var latest: ConnectionStay?
    /// All that are dialed, open, or on their way to be closed.
    private var stays: [ObjectIdentifier: ConnectionStay] = [:]
    /// How many of them are on their way to be closed.
    private var closing = 0
    /// Who waits until fewer are.
    private var waitingForOneToClose: [LoopContinuation<Void>] = []
    private var isClosed = false
    private var lastEnded: LoopContinuation<Void>?

    init(
        over transport: any ClientTransport, on executor: EventLoopExecutor, entriesEach: Int, maxClosing: Int,
        counting dials: DialCount
    ) {
        (self.transport, self.executor, self.dials) = (transport, executor, dials)
        (self.entriesEach, self.maxClosing) = (max(1, entriesEach), max(1, maxClosing))
    }

    /// The event loop.
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Dials the first one, so that no entry has to wait for it, runs `body`, and closes the last one.
    /// - Throws: what `body` throws; fate `notSent` where the first one cannot be had.
    func whileOpen<R: Sendable>(
        _ body: @Sendable (isolated ChurningConnection) async throws -> R
    ) async throws -> R {
        do {
            try await open()
            let result = try await body(self)
            await close()
            return result
        } catch {
            await close()
            throw error
        }
    }

    // Not inlined: as close().
    @inline(never)
    private func open() async throws(TransportError) {
        let stay = dial()
        if let failure = await isOpen(stay) { throw failure }
    }

    /// Sends an entry and waits for its acknowledgement.
    func send(_ entry: LogEntry) async throws(TransportError) -> Acknowledgement {
        let stay = try await take()
        defer { answered(stay) }
        guard let connection = stay.connection else { throw Self.closed }
        return try await connection.send(entry)
    }

    /// Waits on the event loop until ``MonotonicClock`` shows `deadline`.
    func sleep(until deadline: UInt64) async {
        await executor.sleep(until: deadline)
    }

    /// Waits likewise, and gives up the core: sockets that come and go cannot be looked after meanwhile.
    func spin(until deadline: UInt64) async -> UInt64 {
        await executor.sleep(until: deadline)
        return 0
    }

    /// Closes those that are open, and waits until all are closed.
    // Not inlined: where errors are thrown, Swift 6.3's optimiser crashes over it (emitSetAndGetSwiftErrorValueAround).
    @inline(never)
    private func close() async {
        isClosed = true
        latest = nil
        for stay in stays.values { stay.end.take()?.resume() }
        resumeThoseWaitingForOneToClose()
        if !stays.isEmpty { await executor.suspend { lastEnded = $0 } }
    }

    // MARK: One of them

    /// A connection that takes an entry more, with the entry counted.
    private func take() async throws(TransportError) -> ConnectionStay {
        while true {
            if isClosed { throw Self.closed }
            if let stay = latest ?? (closing < maxClosing ? dial() : nil) {
                stay.given += 1
                if stay.given == entriesEach { latest = nil }
                if let failure = await isOpen(stay) { throw failure }
                return stay
            }
            await executor.suspend { waitingForOneToClose.append($0) }
        }
    }

    private func dial() -> ConnectionStay {
        let stay = ConnectionStay()
        latest = stay
        stays[ObjectIdentifier(stay)] = stay
        dials.add()
        Task { await live(stay, over: transport) }
        return stay
    }

    /// Waits until it is open.
    /// - Returns: Why it cannot be had; nil where it is.
    private func isOpen(_ stay: ConnectionStay) async -> TransportError? {
        guard stay.connection == nil else { return nil }
        return await executor.suspend { stay.waiting.append($0) }
    }

    /// From the dial to the end.
    private func live(_ stay: ConnectionStay, over transport: some ClientTransport) async {
        var failure = Self.closed
        do {
            try await transport.withConnection { connection in
                await self.keep(stay, connection)
            }
        } catch let error as TransportError {
            failure = error
        } catch {
            failure = TransportError(.notSent, "\(error)")
        }
        ended(stay, failure)
    }

    /// Has entries go over a connection, until the last one is answered.
    private func keep(_ stay: ConnectionStay, _ connection: any TransportConnection) async {
        stay.connection = connection
        stay.resume(with: nil)
        if !isClosed { await executor.suspend { stay.end = $0 } }
    }

    /// An entry of it is answered, or failed: after the last one nothing keeps it.
    private func answered(_ stay: ConnectionStay) {
        stay.answered += 1
        guard stay.answered == entriesEach, !isClosed else { return }
        stay.isClosing = true
        closing += 1
        stay.end.take()?.resume()
    }

    private func ended(_ stay: ConnectionStay, _ failure: TransportError) {
        if latest === stay { latest = nil }
        stays[ObjectIdentifier(stay)] = nil
        stay.resume(with: failure)
        if stay.isClosing { closing -= 1 }
        resumeThoseWaitingForOneToClose()
        if stays.isEmpty { lastEnded.take()?.resume() }
    }

    private func resumeThoseWaitingForOneToClose() {
        let waiting = waitingForOneToClose
        waitingForOneToClose = []
        for continuation in waiting { continuation.resume() }
    }

    private static let closed = TransportError(.notSent, "the connection is closed")
}

/// One of the connections that take one another's place, from its dial to its end.
///
/// Unchecked: touched by functions that are isolated to one ``ChurningConnection`` only.
private final class ConnectionStay: @unchecked Sendable {
    /// Nil until it is open.
    var connection: (any TransportConnection)?
    /// How many entries it was given.
    var given = 0
    /// How many of them are answered, or failed.
    var answered = 0
    /// Whether it is on its way to be closed because all are.
    var isClosing = false
    /// What keeps it open.
    var end: LoopContinuation<Void>?
    /// Who waits until it is open; they are told why it cannot be.
    var waiting: [LoopContinuation<TransportError?>] = []

    /// All who wait need wait no longer.
    func resume(with failure: TransportError?) {
        let waiting = waiting
        self.waiting = []
        for continuation in waiting { continuation.resume(returning: failure) }
    }
}
