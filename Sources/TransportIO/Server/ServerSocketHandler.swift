import Broker
import NIOCore
import Synchronization

/// Feeds one socket's engine on the logger's side: the thin layer between a ``ServerEngine`` and its channel.
///
/// A graceful stop (``drain()``) lets what is under way arrive for a moment, answers it, then ends this side's stream and
/// waits for the peer to end its own; an entry that comes after that is not taken and not answered.
final class ServerSocketHandler: ChannelInboundHandler, SecondTicking, @unchecked Sendable {
    // Unchecked: what is not atomic is touched on the event loop of its channel only.

    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long entries that were sent before the peer can know of a stop are still taken.
    private static let drainGrace = TimeAmount.milliseconds(50)
    /// How long the peer may take to end its stream after this side has.
    private static let closeGrace = TimeAmount.seconds(1)
    /// The most entries whose fate is still open before reading stops.
    private static let maxUndecided = 1024

    /// The memory that each connection keeps for its answers.
    private static let maxIdleOutputBytes = 256 * 1024

    /// The most bytes that wait behind an entry whose fate is still open before reading stops.
    private static let maxRestWhileUndecided = 256 * 1024

    enum Phase {
        case serving
        /// Asked to stop; entries under way are still taken.
        case lingering
        /// Takes no more entries; ends as soon as the engine owes nothing.
        case draining
        /// This side's stream has ended; what still comes is thrown away until the peer ends its own. Closing at once
        /// would reset the connection, and the peer could lose the last answers.
        case halfClosed
    }

    var engine: any ServerEngine
    private let recorder: any EntryRecorder
    private let drainTimeout: TimeAmount
    private let isOnlyHandler: Bool
    /// The loop of its channel.
    let loop: ServerLoop
    /// What the peer may take; nil for one that this side has dialed.
    let bounds: PeerBounds?
    let ended: (ServerSocketHandler, String?) -> Void
    var input = SocketInput()
    let output: SocketOutput
    private(set) var phase = Phase.serving
    private(set) var context: ChannelHandlerContext?
    private(set) var eventLoop: (any EventLoop)?
    /// The context before the engine's start, which TLS puts off until its handshake is done.
    private var added: ChannelHandlerContext?
    private(set) var intake: EntryIntake?
    /// Entries are taken off the event loop, too.
    let undecided = Atomic(0)
    let decided = DecidedEntries()
    private var inputHasEnded = false
    private(set) var isReadHeld = false
    /// Asked to stop before the socket was open.
    private var drainsAtStart = false
    private var wakeUps = EngineWakeUps()
    var secondsSinceKeepAlive: Int64 = 0
    var failure: String?
    /// Whether the engine has left off, and goes on without any further bytes.
    var isPaused = false
    var isQueued = false
    /// Whether the engine has left off, or not begun, because what it is to read may take long.
    var isLong = false
    /// The engine is away with that.
    var longTurn: LongTurn?
    /// The bytes that the account of all connections knows of; any loop that finds them too many looks at it.
    private let held = Atomic(0)
    var watch = PeerWatch()

    /// - Parameters:
    ///   - loop: that of the channel.
    ///   - isOnlyHandler: nothing else in the pipeline changes what is written.
    ///   - bounds: what the peer may take.
    ///   - ended: called once when the socket is closed, with what the peer did wrong, if it did.
    init(
        engine: any ServerEngine, recorder: any EntryRecorder, loop: ServerLoop, drainTimeout: TimeAmount,
        allocator: ByteBufferAllocator, isOnlyHandler: Bool = false,
        bounds: PeerBounds? = nil, ended: @escaping (ServerSocketHandler, String?) -> Void
    ) {
        self.engine = engine
        self.recorder = recorder
        self.loop = loop
        self.drainTimeout = drainTimeout
        self.output = SocketOutput(allocator: allocator, maxIdleBytes: Self.maxIdleOutputBytes)
        self.isOnlyHandler = isOnlyHandler
        self.bounds = bounds
        self.ended = ended
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        added = context
        if context.channel.isActive { start(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    private func start(_ context: ChannelHandlerContext) {
        guard self.context == nil else { return }
        self.context = context
        eventLoop = context.eventLoop
        added = nil
        if isOnlyHandler { output.writeToSocket(of: context) }
        intake = EntryIntake(recorder: recorder, makeReply: { [unowned self] in self.makeReply(ticket: $0) })
        let eventLoop = context.eventLoop
        engine.attach(
            to: EngineLoop(
                clock: { eventLoop.now }, wakeUp: { [unowned self] in self.wakeEngine(at: $0) },
                isLoopback: context.localAddress?.isLoopback ?? false))
        // Before anything is written: a write to a peer that has gone may end the connection within the call.
        loop.ticks.add(self)
        engine.open(into: &output.buffer)
        output.flush(to: context)
        if drainsAtStart { drain() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        loop.ticks.remove(self)
        wakeUps.cancel()
        if self.context != nil { engine.disconnected() }
        hold(0)
        intake = nil
        self.context = nil
        added = nil
        // With an engine that is away, the connection has come to its end when it is back.
        if longTurn == nil { ended(self, failure) }
    }

    /// A channel that is closed before it is open, as one that comes while its listener ends, is never said to be inactive.
    func handlerRemoved(context: ChannelHandlerContext) {
        guard added != nil else { return }
        added = nil
        ended(self, failure)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = failure ?? describe(error)
        context.close(promise: nil)
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        watch.receivedBytes &+= bytes.readableBytes
        receive(bytes)
    }

    func receive(_ bytes: ByteBuffer) {
        guard let intake, phase != .halfClosed, failure == nil else { return }
        // Who has left off goes on in its turn.
        guard !isPaused else { return input.add(bytes) }
        if heldBytes &+ bytes.readableBytes > Self.alwaysShort, mayTakeLong(bytes) {
            isPaused = true
            isLong = true
            return input.add(bytes)
        }
        do throws(ProtocolError) {
            try input.take(bytes) { bytes throws(ProtocolError) in
                try engine.receive(&bytes, into: &output.buffer, intake: intake)
            }
            isPaused = Self.isPaused(&engine)
        } catch {
            failure = "\(error)"
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        settle(context)
        if !mayRead(context) { holdRead(context) }
    }

    /// Writes what was said, and sees how things stand.
    func settle(_ context: ChannelHandlerContext) {
        output.flush(to: context)
        hold(input.restBytes &+ output.waitingBytes(context) &+ Self.heldBytes(of: &engine))
        closeIfDone(context)
        if isPaused { queueTurn(context) }
    }

    var heldBytes: Int { held.load(ordering: .relaxed) }

    /// Keeps the account of all connections right.
    private func hold(_ bytes: Int) {
        guard bytes != heldBytes else { return }
        let difference = bytes - heldBytes
        held.store(bytes, ordering: .relaxed)
        bounds?.connections.holds(difference, atMost: bounds?.maxHeldBytes ?? .max)
    }

    /// An engine that has left off goes on when there is room for what it says.
    private func queueTurn(_ context: ChannelHandlerContext) {
        guard !isQueued, longTurn == nil, failure == nil, phase != .halfClosed, context.channel.isWritable else {
            return
        }
        isQueued = true
        if isLong {
            loop.longTurns.add(self, on: context.eventLoop)
        } else {
            loop.turns.add(self, on: context.eventLoop)
        }
    }

    /// Lets an engine go on that has left off.
    func takeTurn() {
        isQueued = false
        guard let context, isPaused else { return }
        isPaused = false
        receive(ByteBuffer())
        settle(context)
        releaseRead(context)
    }

    var openEntries: Int { undecided.load(ordering: .relaxed) }

    /// Whether this side has dialed, so that there is no peer to be bounded.
    var isDialed: Bool { bounds == nil }

    /// No reading while the peer does not read answers, while the engine has left off, or while too much waits to be decided.
    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        phase == .halfClosed
            || context.channel.isWritable && !isPaused && openEntries < Self.maxUndecided
                && (openEntries == 0 || input.restBytes < Self.maxRestWhileUndecided && !recorder.isBehind)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isPaused { queueTurn(context) }
        releaseRead(context)
        context.fireChannelWritabilityChanged()
    }

    private func holdRead(_ context: ChannelHandlerContext) {
        guard !isReadHeld else { return }
        isReadHeld = true
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
    }

    func releaseRead(_ context: ChannelHandlerContext) {
        guard isReadHeld, mayRead(context) else { return }
        isReadHeld = false
        // Reads at once, too.
        try? context.channel.syncOptions?.setOption(.autoRead, value: true)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(ChannelEvent.inputClosed) = event as? ChannelEvent {
            inputHasEnded = true
            if phase != .halfClosed { phase = .draining }
            closeIfDone(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: What the engine has asked for

    private func wakeEngine(at deadline: NIODeadline?) {
        guard let eventLoop else { return }
        if longTurn != nil {
            eventLoop.execute { self.scheduleWakeUp(deadline, on: eventLoop) }
        } else {
            scheduleWakeUp(deadline, on: eventLoop)
        }
    }

    private func scheduleWakeUp(_ deadline: NIODeadline?, on eventLoop: any EventLoop) {
        guard context != nil else { return }
        wakeUps.schedule(deadline, on: eventLoop) { self.proceed() }
    }

    private func proceed() {
        guard let context, let intake else { return }
        wakeUps.came(at: context.eventLoop.now)
        guard phase != .halfClosed, failure == nil else { return }
        do throws(ProtocolError) {
            try engine.proceed(into: &output.buffer, intake: intake)
            isPaused = Self.isPaused(&engine)
        } catch {
            failure = "\(error)"
        }
        settle(context)
        releaseRead(context)
    }

    // MARK: Stopping

    /// Begins a graceful stop, bounded by the drain timeout.
    func drain() {
        guard let context else {
            drainsAtStart = true
            // Open, but not begun: its TLS handshake is under way, and nothing was taken.
            if let added, added.channel.isActive { added.close(promise: nil) }
            return
        }
        context.eventLoop.scheduleTask(in: drainTimeout) { self.context?.close(promise: nil) }
        // A peer that has ended its stream is being drained already; only the bound was missing.
        guard phase == .serving else { return }
        phase = .lingering
        engine.drain(into: &output.buffer)
        output.flush(to: context)
        context.eventLoop.scheduleTask(in: Self.drainGrace) {
            guard self.phase == .lingering, let context = self.context else { return }
            self.phase = .draining
            self.closeIfDone(context)
        }
    }

    private func closeIfDone(_ context: ChannelHandlerContext) {
        let isDone =
            failure != nil || Self.isFinished(&engine)
            || (phase == .draining && openEntries == 0 && !isPaused && (engine.isIdle || inputHasEnded))
        if inputHasEnded && (isDone || phase == .halfClosed) {
            context.close(promise: nil)
        } else if isDone && phase != .halfClosed {
            phase = .halfClosed
            context.close(mode: .output, promise: nil)
            closeAfterGrace()
            releaseRead(context)
        }
    }

    /// Closes the socket when the peer has had its time to end its stream, which begins when it has read what was said.
    private func closeAfterGrace() {
        context?.eventLoop.scheduleTask(in: Self.closeGrace) {
            guard let context = self.context else { return }
            guard self.bounds != nil, self.output.waitingBytes(context) > 0 else { return context.close(promise: nil) }
            self.closeAfterGrace()
        }
    }

    // Asked where the engine lies: asking an existential that is a property copies it first.

    private static func isFinished<Engine: ServerEngine>(_ engine: inout Engine) -> Bool {
        engine.isFinished
    }

    static func isPaused<Engine: ServerEngine>(_ engine: inout Engine) -> Bool {
        engine.isPaused
    }

    static func heldBytes<Engine: ServerEngine>(of engine: inout Engine) -> Int {
        engine.heldBytes
    }

    /// Leaves the peer without an answer to what is still open: what was said already goes out, and the connection is to close.
    func abandon(_ why: String) {
        engine.disconnected()
        engine = EndedServerEngine()
        input = SocketInput()
        isPaused = false
        failure = failure ?? why
    }

    /// Closes the connection, though its peer has broken no rule of the protocol.
    func end(_ reason: ConnectionEnd) {
        guard let context, let bounds, !(engine is EndedServerEngine) else { return }
        if case .tooMuchHeld = reason, bounds.connections.isNews(.heldBytes) {
            let origin = ClientOrigin.of(context.channel)
            bounds.notice(
                "closed the connection from \(origin), which held \(heldBytes >> 20) MiB: \(reason) (--max-held-mib)")
        }
        engine.end(reason, into: &output.buffer)
        abandon("\(reason)")
        output.flush(to: context)
        hold(0)
        // What the peer has not read goes with the socket.
        if output.waitingBytes(context) > 0 { context.close(promise: nil) } else { closeIfDone(context) }
    }
}
