import NIOCore
import NIOSSL
import NIOTLS

/// Keeps a channel from its engine's handler until the TLS handshake is done, the peer is who was asked for, and the protocol
/// agreed upon (ALPN).
///
/// To the handlers behind it, the channel becomes active then, so that they need to know nothing of TLS.
final class TLSGate: ChannelDuplexHandler, @unchecked Sendable {
    // Unchecked: confined to the channel's event loop.
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let handler: NIOSSLHandler
    private let lingering: LingeringClose?
    private let peer: PeerName?
    private let protocols: [String]
    private let trust: String
    private let timeout: TimeAmount
    /// The time to connect is part of it.
    private let deadline: NIODeadline
    private let promise: EventLoopPromise<Void>
    private let secured: (String) -> Void
    private var isOpen = false
    private var hasFailed = false
    private var timer: Scheduled<Void>?

    /// - Parameters:
    ///   - handler: what speaks TLS.
    ///   - lingering: what sees to it that a client learns why it is refused; nil for a client.
    ///   - peer: who the peer's certificate has to be for; nil for anyone.
    ///   - protocols: those of which one has to be agreed upon; none has to where it is empty.
    ///   - trust: which authorities this side trusts, in words.
    ///   - secured: told the version that is spoken, when the handshake is done.
    init(
        _ handler: NIOSSLHandler, lingering: LingeringClose?, peer: PeerName?, protocols: [String], trust: String,
        timeout: TimeAmount, eventLoop: any EventLoop, secured: @escaping (String) -> Void
    ) {
        self.handler = handler
        self.lingering = lingering
        self.peer = peer
        self.protocols = protocols
        self.trust = trust
        self.timeout = timeout
        deadline = .now() + timeout
        promise = eventLoop.makePromise()
        self.secured = secured
    }

    /// Done when the handshake is; fails with a ``TLSFailure``.
    var opened: EventLoopFuture<Void> { promise.futureResult }

    func channelActive(context: ChannelHandlerContext) {
        let milliseconds = timeout.nanoseconds / 1_000_000
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: deadline) {
            self.fail(bound.value, TLSFailure("the TLS handshake was not done within \(milliseconds) ms"))
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.handshakeCompleted(let agreed)) = event as? TLSUserEvent else {
            if isOpen { context.fireUserInboundEventTriggered(event) }
            return
        }
        if let peer, let certificate = handler.peerCertificate, !peer.isBorne(by: certificate) {
            return fail(context, TLSFailure(peer, isNotIn: certificate))
        }
        guard protocols.isEmpty || protocols.contains(agreed ?? "") else {
            let wanted = protocols.joined(separator: ", ")
            let why = "the peer did not agree to speak \(wanted) (ALPN)"
            return fail(context, TLSFailure("\(why). Is it another service's port, or a proxy without it?"))
        }
        timer?.cancel()
        isOpen = true
        if let lingering { context.pipeline.syncOperations.removeHandler(lingering, promise: nil) }
        if let version = handler.tlsVersion { secured(Self.name(version)) }
        context.fireChannelActive()
        promise.succeed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOpen { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isOpen { context.fireChannelReadComplete() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard isOpen else {
            lingering?.refuse()
            return fail(context, TLSFailure(error, trust: trust))
        }
        switch error {
        // A peer that ends its stream without the alert "close_notify". Each protocol here marks the end of its messages
        // itself, so nothing can be cut off unnoticed; many peers do it, and the end of the stream follows as an event.
        case NIOSSLError.uncleanShutdown: break
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            context.fireErrorCaught(TLSFailure(error, trust: trust))
        default: context.fireErrorCaught(error)
        }
    }

    /// Says goodbye, and does not wait for the peer's: what was said is complete without it, since each protocol here marks the
    /// end of its messages itself (RFC 8446, 6.1).
    ///
    /// swift-nio-ssl waits for five seconds, and where half-closure is allowed the peer's goodbye does not end that.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, let beneath = try? context.pipeline.syncOperations.context(handler: handler) else {
            return context.close(mode: mode, promise: promise)
        }
        // In the middle of a handshake there is nothing to be said.
        if isOpen { context.close(mode: .output, promise: nil) }
        beneath.close(mode: .all, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    private func fail(_ context: ChannelHandlerContext, _ failure: TLSFailure) {
        guard !isOpen, !hasFailed else { return }
        hasFailed = true
        timer?.cancel()
        promise.fail(failure)
        context.fireErrorCaught(failure)
        close(context: context, mode: .all, promise: nil)
    }

    /// As OpenSSL has it.
    private static func name(_ version: TLSVersion) -> String {
        switch version {
        case .tlsv1: "TLSv1"
        case .tlsv11: "TLSv1.1"
        case .tlsv12: "TLSv1.2"
        case .tlsv13: "TLSv1.3"
        }
    }

    private func end() {
        timer?.cancel()
        guard !isOpen, !hasFailed else { return }
        hasFailed = true
        promise.fail(TLSFailure("the connection was closed during the TLS handshake"))
    }
}
