import GRPCTransport
import NIOCore
import TransportIO

/// Feeds the engine of one of a channel's connections.
///
/// Unchecked: touched on the connection's event loop only.
final class GRPCChannelHandler: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let engine: CallEngine
    private var context: ChannelHandlerContext?
    private var output = ByteBuffer()
    private var completions = Completions()
    private var wakeUps = EngineWakeUps()
    private var keepAlive: RepeatedTask?
    private var failure: String?
    private var ready: UnsafeContinuation<String?, Never>?
    private var closed: UnsafeContinuation<Void, Never>?
    private var isRetired = false
    private var hasBeenActive = false

    init(engine: CallEngine) {
        self.engine = engine
    }

    /// Whether calls can be opened.
    var takesCalls: Bool { context != nil && engine.isReady && !engine.isRetired && !isRetired }
    /// Whether the connection is gone.
    var isClosed: Bool { hasBeenActive && context == nil }

    func open(
        _ path: String, _ options: CallOptions, observer: any ClientCallObserver
    ) -> Result<OutgoingCall, CallEnd> {
        engine.openCall(path, options, observer: observer)
    }

    /// No call is opened any more; the connection is closed when the last one has ended.
    func retire() {
        isRetired = true
        closeIfDone()
    }

    /// Waits until the server has said that it speaks HTTP/2; returns why it has not.
    func waitUntilReady(timeout: TimeAmount) async -> String? {
        if engine.isReady { return nil }
        guard let context else { return failure ?? "the connection was closed" }
        let timer = context.eventLoop.scheduleTask(in: timeout) {
            self.fail("no HTTP/2 SETTINGS within \(timeout.nanoseconds / 1_000_000) ms")
        }
        defer { timer.cancel() }
        return await withUnsafeContinuation { ready = $0 }
    }

    /// Ends what is under way and waits until the connection is closed.
    func close() async {
        guard let context else { return }
        engine.calls.failAll(CallEnd(status: GRPCStatus(.cancelled, "the channel was closed")))
        engine.close(into: &output)
        flush()
        context.close(promise: nil)
        if self.context != nil { await withUnsafeContinuation { closed = $0 } }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
    }

    private func start(_ context: ChannelHandlerContext) {
        guard self.context == nil else { return }
        self.context = context
        hasBeenActive = true
        let eventLoop = context.eventLoop
        engine.attach(
            to: EngineLoop(
                clock: { eventLoop.now },
                wakeUp: { [unowned self] deadline in
                    self.wakeUps.schedule(deadline, on: eventLoop) { self.proceed() }
                }))
        engine.open(into: &output)
        flush()
        if let interval = engine.keepAliveInterval {
            keepAlive = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [unowned self] _ in
                self.keepServerAlive()
            }
        }
    }

    private func keepServerAlive() {
        attempt { () throws(ProtocolError) in try engine.keepAlive(into: &output) }
        flush()
        guard let failure else { return }
        // A silent peer does not answer TLS's goodbye either, for which the close would wait.
        engine.calls.failAll(CallEnd(status: GRPCStatus(.unavailable, failure)))
        closeIfDone()
    }

    private func flush() {
        guard output.readableBytes > 0, let context else { return }
        context.writeAndFlush(NIOAny(output), promise: nil)
        output.clear()
        if engine.hasLeftOff { wakeUps.schedule(nil, on: context.eventLoop) { self.proceed() } }
    }

    private func proceed() {
        guard let context else { return }
        wakeUps.came(at: context.eventLoop.now)
        attempt { () throws(ProtocolError) in try engine.proceed(into: &output, completions: &completions) }
        flush()
        closeIfDone()
    }

    private func attempt(_ body: () throws(ProtocolError) -> Void) {
        do throws(ProtocolError) {
            try body()
        } catch {
            failure = failure ?? "\(error)"
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        attempt { () throws(ProtocolError) in
            try engine.receive(&bytes, into: &output, completions: &completions)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        if engine.isReady, failure == nil { ready.take()?.resume(returning: nil) }
        closeIfDone()
    }

    private func closeIfDone() {
        guard let context else { return }
        if failure != nil || ((isRetired || engine.isRetired) && engine.calls.count == 0) {
            context.close(promise: nil)
        }
    }

    private func fail(_ why: String) {
        failure = failure ?? why
        context?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(describe(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        wakeUps.cancel()
        keepAlive?.cancel()
        let why = failure ?? "the connection was closed"
        engine.calls.failAll(CallEnd(status: GRPCStatus(.unavailable, why)))
        ready.take()?.resume(returning: why)
        closed.take()?.resume()
    }
}
