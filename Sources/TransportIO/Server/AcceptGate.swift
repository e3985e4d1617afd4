import Glibc
import NIOCore

/// Lets connections in as far as there may be, and keeps a listener from asking for more where there is nothing to make them of.
///
/// That is before they are dealt out to their loops, where it can tell from where they come: what one address has too many of,
/// or has reset, and its loop has not closed yet, would take the room of others.
final class AcceptGate: ChannelInboundHandler, @unchecked Sendable {
    // Unchecked: confined to the channel's event loop.
    typealias InboundIn = any Channel

    /// Until it is tried again: a connection that ends meanwhile makes room.
    private static let pause = TimeAmount.milliseconds(250)
    /// Connections that are not let in are closed by their loops; while so many wait for that, none is accepted.
    private static let mostClosing = 2

    private let notice: @Sendable (String) -> Void
    private let connections: ServerConnections
    private let bounds: ServerConnections.Bounds
    private var closing = 0

    init(
        connections: ServerConnections, _ bounds: ServerConnections.Bounds, notice: @escaping @Sendable (String) -> Void
    ) {
        self.connections = connections
        self.bounds = bounds
        self.notice = notice
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = unwrapInboundIn(data)
        do throws(ServerConnections.Refusal) {
            switch ClientOrigin.ofAccepted(channel) {
            case .address(let address): try connections.admit(channel, from: address, bounds, notice: notice)
            case .unixSocket: break
            case .gone: return close(channel, context.channel)
            }
            context.fireChannelRead(data)
        } catch {
            close(channel, context.channel)
        }
    }

    private func close(_ channel: any Channel, _ listener: any Channel) {
        closing += 1
        if closing == Self.mostClosing { try? listener.syncOptions?.setOption(.autoRead, value: false) }
        channel.closeFuture.hop(to: listener.eventLoop).assumeIsolated().whenComplete { _ in
            self.closing -= 1
            if self.closing == Self.mostClosing - 1 { try? listener.syncOptions?.setOption(.autoRead, value: true) }
        }
        channel.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        wait(context, error)
    }

    private func wait(_ context: ChannelHandlerContext, _ error: IOError) {
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        channel.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
        guard connections.isNews(.descriptors) else { return }
        let why =
            switch error.errnoCode {
            case EMFILE:
                "all \(FileDescriptors.limit) file descriptors of this process are in use. Raise their limit (ulimit -n, or "
                    + "LimitNOFILE= of a systemd unit), or have fewer connections (--max-connections)"
            case ENFILE: "all file descriptors of this machine are in use. Raise fs.file-max"
            default: describe(error)
            }
        notice("no connection can be accepted at present: \(why)")
    }
}
