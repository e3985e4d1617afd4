import Broker
import NIOCore

/// Feeds one socket's engine on the broker's side: the thin layer between a ``ClientEngine`` and its channel.
final class ClientSocketHandler: ChannelInboundHandler, TickFlushing, @unchecked Sendable {
    // Unchecked: the pool, the connection actor and the channel that call it are all confined to one event loop.
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What was collected is written before the tick ends when it is so many entries, or bytes.
    ///
    /// The peer then works on the first of them while this side still encodes the rest. At 64 in flight of 100 B the two
    /// sides took turns when a tick's worth left in one write: this way `tcp`, `netrpc` and `grpc` carry about twice as many
    /// a second where each side has a core of its own.
    private static let maxEntriesPerWrite = 24
    private static let maxBytesPerWrite = 256 * 1024

    private let pool: SocketPool
    /// Nothing else in the pipeline changes what is written.
    private let isOnlyHandler: Bool
    private var engine: any ClientEngine
    private let completesOnWrite: Bool
    /// How many entries the engine takes at once, as it said after the last bytes: 0 before it is ready and when it is
    /// retired.
    ///
    /// Asked for with every entry, so it is kept here.
    private var capacity = 0
    private var isWritable = true
    private var input = SocketInput()
    private var output: SocketOutput
    private var completions = Completions()
    private var pending = PendingSends()
    /// Who waits for the next write, where that is the end of it.
    private var unwritten: [PendingSends.Waiter] = []
    private var context: ChannelHandlerContext?
    private var unwrittenEntries = 0
    private var isFlushScheduled = false
    private var isClosing = false
    private var wasJustRead = false
    private var secondsSinceKeepAlive: Int64 = 0
    private(set) var hasBeenAnswered = false
    /// Since when entries can be submitted; nil before that.
    private(set) var readyAt: UInt64?
    private var failure: TransportError?
    private var readyWaiter: LoopContinuation<TransportError?>?
    private var wakeUps = EngineWakeUps()
    /// Whether the pool has this socket on its list of those with capacity.
    var isListed = false

    init(engine: any ClientEngine, pool: SocketPool, allocator: ByteBufferAllocator, isOnlyHandler: Bool) {
        self.engine = engine
        self.completesOnWrite = engine.completesOnWrite
        self.pool = pool
        self.isOnlyHandler = isOnlyHandler
        self.output = SocketOutput(allocator: allocator)
    }

    // MARK: Idling

    /// Whether nothing is in flight, and the peer has ended the connection meanwhile, or has said what nobody asked for,
    /// such as a 408 before it closes.
    ///
    /// The socket is not asked in the moment in which it was read from: what is sent then follows on the answer before.
    var hasEndedIdle: Bool {
        guard !wasJustRead, pending.count == 0, let context, context.channel.isActive else { return false }
        return output.peerHasSpoken()
    }

    /// The socket, where the bytes on it are those of the protocol; else -1.
    var descriptor: CInt { output.socket }

    /// Closes the socket, which has ended while nothing was in flight.
    func closeIdle() {
        capacity = 0
        if !hasBeenAnswered {
            failure =
                failure
                ?? TransportError(
                    .notSent,
                    "\(pool.peer) closed the connection, or spoke, before it was asked anything; does it speak "
                        + "\(pool.protocolName)?")
        }
        closeChannel()
    }

    // MARK: Sending

    /// Whether the peer takes nothing, though nothing is in flight, and has not said why.
    var takesNothing: Bool { capacity == 0 && pending.count == 0 && readyAt != nil && !engine.isBlocked }

    /// How many entries can be submitted now.
    var spareCapacity: Int {
        isWritable && !isClosing ? capacity - pending.count : 0
    }

    private func refreshCapacity() {
        capacity = context == nil ? 0 : Self.capacity(of: &engine)
    }

    /// Asks where the engine lies: asking an existential that is a property copies it first.
    private static func capacity<Engine: ClientEngine>(of engine: inout Engine) -> Int {
        engine.isReady && !engine.isRetired ? engine.capacity : 0
    }

    /// Encodes an entry; `waiter` is resumed when its fate is known.
    /// - Parameter since: when the entry was given to the pool, by its count of seconds.
    func submit(_ entry: LogEntry, since: UInt16, _ waiter: PendingSends.Waiter) {
        submit(waiter, since) { ticket throws(TransportError) in
            try engine.send(entry, ticket: ticket, into: &output.buffer)
        }
    }

    /// Encodes a call; `waiter` is resumed when it is answered or has failed.
    func submit(_ call: any ClientCall, since: UInt16, _ waiter: PendingSends.Waiter) {
        submit(waiter, since) { ticket throws(TransportError) in
            try engine.send(call, ticket: ticket, into: &output.buffer)
        }
    }

    @inline(__always)
    private func submit(
        _ waiter: PendingSends.Waiter, _ since: UInt16, _ encode: (_ ticket: Int) throws(TransportError) -> Void
    ) {
        let ticket = pending.insert(waiter, since: since)
        do throws(TransportError) {
            try encode(ticket)
        } catch {
            pending.remove(ticket)?.resume(returning: error)
            // Whoever waited behind this entry has its place now; no answer will come to tell.
            pool.regainedCapacity(self)
            return
        }
        submitted()
    }

    /// Encodes an entry that bears an id, and may have been sent before.
    func submit(_ entry: LogEntry, id: EntryID, since: UInt16, _ waiter: PendingSends.Waiter) {
        let ticket = completesOnWrite ? 0 : pending.insert(waiter, since: since)
        do throws(TransportError) {
            try engine.send(entry, id: id, ticket: ticket, into: &output.buffer)
        } catch {
            if !completesOnWrite { _ = pending.remove(ticket) }
            waiter.resume(returning: error)
            pool.regainedCapacity(self)
            return
        }
        if completesOnWrite { unwritten.append(waiter) }
        submitted()
    }

    private func submitted() {
        unwrittenEntries += 1
        // Where the engine takes no more, nothing is to be waited for.
        if pending.count >= capacity || unwrittenEntries >= Self.maxEntriesPerWrite
            || output.buffer.readableBytes >= Self.maxBytesPerWrite
        {
            write()
        } else if !isFlushScheduled {
            isFlushScheduled = true
            pool.executor.flushAtEndOfTick(self)
        }
    }

    func flushTick() {
        isFlushScheduled = false
        write()
    }

    private func write() {
        unwrittenEntries = 0
        engine.flush(into: &output.buffer)
        guard let context else { return }
        flush(to: context)
        // Of what the peer was not there to take, the end of the channel tells.
        guard !unwritten.isEmpty, !output.hasFailed else { return }
        prove()
        for waiter in unwritten { waiter.resume(returning: nil) }
        unwritten.removeAll(keepingCapacity: true)
    }

    /// Writes what was collected, and has the engine go on where it has left off.
    private func flush(to context: ChannelHandlerContext) {
        output.flush(to: context)
        goOn()
    }

    /// Has an engine that has left off say the rest, unless the socket takes nothing at present.
    private func goOn() {
        if isWritable && Self.hasLeftOff(&engine) { wakeEngine(at: nil) }
    }

    private static func hasLeftOff<Engine: ClientEngine>(_ engine: inout Engine) -> Bool { engine.hasLeftOff }

    /// The peer has taken an entry.
    private func prove() {
        guard !hasBeenAnswered else { return }
        hasBeenAnswered = true
        pool.proved()
    }

    /// Whether the channel has begun and not ended.
    var isOpen: Bool { context != nil }

    /// Waits until entries can be submitted; returns why that will not be.
    func waitUntilReady() async -> TransportError? {
        guard context != nil else { return failure ?? TransportError(.notSent, "\(pool.peer) closed the connection") }
        if engine.isReady {
            readyAt = MonotonicClock.now
            return nil
        }
        return await pool.executor.suspend { readyWaiter = $0 }
    }

    /// Closes the socket at once, because of `error`.
    func fail(_ error: TransportError) {
        failure = failure ?? error
        guard let context else { return }
        output.flush(to: context)
        closeChannel()
    }

    /// Closes the channel, but not while it tells that it was read: this may be of the peer's end, and the channel goes on with
    /// that then as one that is open.
    private func closeChannel() {
        guard let channel = context?.channel else { return }
        guard wasJustRead else { return channel.close(promise: nil) }
        channel.eventLoop.assumeIsolated().execute { channel.close(promise: nil) }
    }

    /// Says goodbye and closes the socket, at the latest after `patience`.
    func close(patience: TimeAmount) {
        guard let context, !isClosing else { return }
        isClosing = true
        capacity = 0
        engine.close(into: &output.buffer)
        flush(to: context)
        if engine.isClosed {
            closeChannel()
        } else {
            context.eventLoop.scheduleTask(in: patience) { self.giveUpGoodbye() }
        }
    }

    /// Closes the socket of a peer that has not answered the goodbye, and may not read what it has not read by now.
    private func giveUpGoodbye() {
        guard let context else { return }
        if completesOnWrite {
            pool.configuration.options.notice(
                "\(pool.peer) has not answered the goodbye; entries that were written last, which it confirms none of, may be "
                    + "lost")
        }
        context.close(promise: nil)
    }

    /// Called once a second: gives the connection up when an answer is overdue, and keeps it alive.
    /// - Parameters:
    ///   - second: the pool's count.
    ///   - answerTimeout: how many seconds an entry may be on the socket.
    ///   - sendTimeout: how many an entry may take in all. One that has spent most of them in the pool fails alone: its socket
    ///     may be as good as any.
    func secondPassed(_ second: UInt16, answerTimeout: UInt16, sendTimeout: UInt16) {
        if !engine.isBlocked && pending.growOlder(limit: answerTimeout) && !giveUpOverdue(limit: answerTimeout) {
            fail(TransportError(.unknown, "no answer from \(pool.peer) within \(answerTimeout - 1) s"))
        } else {
            pending.abandonOverdue(
                now: second, limit: sendTimeout,
                TransportError(
                    .unknown,
                    "no answer from \(pool.peer) within \(sendTimeout - 1) s, part of which the entry waited to be sent"
                ))
        }
        secondsSinceKeepAlive += 1
        guard let interval = engine.keepAliveInterval, .seconds(secondsSinceKeepAlive) >= interval else { return }
        secondsSinceKeepAlive = 0
        do throws(ProtocolError) {
            try engine.keepAlive(into: &output.buffer)
            refreshCapacity()
            flushTick()
        } catch {
            fail(TransportError(.unknown, "\(pool.peer): \(error)"))
        }
    }

    /// Gives up the entries that are overdue, where none of them is the peer's fault.
    private func giveUpOverdue(limit: UInt16) -> Bool {
        for ticket in pending.overdue(limit: limit) {
            guard let failure = engine.giveUp(ticket) else { return false }
            pending.remove(ticket)?.resume(returning: failure)
        }
        pool.regainedCapacity(self)
        return true
    }

    private func wakeEngine(at deadline: NIODeadline?) {
        guard let eventLoop = context?.eventLoop else { return }
        wakeUps.schedule(deadline, on: eventLoop) { self.proceed() }
    }

    private func proceed() {
        guard let context else { return }
        wakeUps.came(at: context.eventLoop.now)
        do throws(ProtocolError) {
            try engine.proceed(into: &output.buffer, completions: &completions)
        } catch {
            failure = failure ?? TransportError(.unknown, "\(pool.peer): \(error)")
        }
        refreshCapacity()
        resolveCompletions()
        flush(to: context)
        if failure != nil { context.close(promise: nil) }
        pool.regainedCapacity(self)
    }

    // MARK: Receiving

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
    }

    private func start(_ context: ChannelHandlerContext) {
        guard self.context == nil else { return }
        self.context = context
        if isOnlyHandler { output.writeToSocket(of: context) }
        let eventLoop = context.eventLoop
        engine.attach(
            to: EngineLoop(clock: { eventLoop.now }, wakeUp: { [unowned self] in self.wakeEngine(at: $0) }))
        engine.open(into: &output.buffer)
        output.flush(to: context)
        refreshCapacity()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(ProtocolError) {
            try input.take(unwrapInboundIn(data)) { bytes throws(ProtocolError) in
                try engine.receive(&bytes, into: &output.buffer, completions: &completions)
            }
        } catch {
            failure = failure ?? TransportError(.unknown, "\(pool.peer): \(error)")
        }
        refreshCapacity()
        if failure != nil {
            output.flush(to: context)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        wasJustRead = true
        pool.executor.runJobs { readCompleted(context) }
        wasJustRead = false
    }

    private func readCompleted(_ context: ChannelHandlerContext) {
        resolveCompletions()
        if output.buffer.readableBytes > 0 && !isFlushScheduled { flush(to: context) }
        if capacity == 0 {
            if (isClosing && engine.isClosed) || (engine.isRetired && pending.count == 0) { closeChannel() }
        }
        if readyWaiter != nil && engine.isReady {
            readyAt = MonotonicClock.now
            readyWaiter.take()?.resume(returning: nil)
        }
        pool.regainedCapacity(self)
    }

    private func resolveCompletions() {
        guard !completions.list.isEmpty else { return }
        prove()
        for (ticket, failure) in completions.list {
            pending.remove(ticket)?.resume(returning: failure)
        }
        completions.removeAll()
    }

    // MARK: Events

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        goOn()
        pool.regainedCapacity(self)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(ChannelEvent.inputClosed) = event as? ChannelEvent {
            do throws(ProtocolError) {
                try engine.receiveEnd(completions: &completions)
            } catch {
                failure = failure ?? TransportError(.unknown, "\(pool.peer): \(error)")
            }
            resolveCompletions()
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isRefusal = !hasBeenAnswered && (error as? TLSFailure)?.isRefusal == true
        failure =
            failure
            ?? TransportError(
                isRefusal ? .notSent : .unknown, "the connection to \(pool.peer) failed: \(describe(error))")
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        capacity = 0
        resolveCompletions()
        wakeUps.cancel()
        let hint = hasBeenAnswered ? "" : " without an answer; does it speak \(pool.protocolName)?"
        let failure = failure ?? TransportError(.unknown, "\(pool.peer) closed the connection\(hint)")
        pending.failAll(failure)
        for waiter in unwritten { waiter.resume(returning: failure) }
        unwritten.removeAll()
        if let readyWaiter = readyWaiter.take() { readyWaiter.resume(returning: failure) }
        pool.ended(self, failure)
    }
}
