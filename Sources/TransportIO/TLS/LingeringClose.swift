import NIOCore

/// Has a server that refuses a client in the TLS handshake end its own stream, and read the client's to the end, before it closes
/// the socket.
///
/// In TLS 1.3 a client is done before the server has seen its certificate, and may have sent an entry by then (RFC 8446, 4.4.4). A
/// socket that is closed with that unread is reset (RFC 2525, 2.17), and the client then may not read the alert that says why.
///
/// It stands before the handler of TLS, and leaves the pipeline when the handshake is done.
final class LingeringClose: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long the client has to end its stream.
    static let grace = TimeAmount.milliseconds(500)

    private var isRefusing = false
    private var hasEnded = false
    private var inputHasEnded = false

    /// The next close is that of a client that was refused.
    func refuse() {
        isRefusing = true
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, isRefusing, !inputHasEnded, context.channel.isActive else {
            return context.close(mode: mode, promise: promise)
        }
        context.channel.closeFuture.cascade(to: promise)
        guard !hasEnded else { return }
        hasEnded = true
        context.close(mode: .output, promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let timer = context.eventLoop.scheduleTask(in: Self.grace) { bound.value.close(promise: nil) }
        context.channel.closeFuture.whenComplete { _ in timer.cancel() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !hasEnded { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasEnded { context.fireChannelReadComplete() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(ChannelEvent.inputClosed) = event as? ChannelEvent {
            inputHasEnded = true
            if hasEnded { return context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }
}
