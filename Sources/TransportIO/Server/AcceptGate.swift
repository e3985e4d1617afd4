import Glibc
import NIOCore

/// Keeps a listener from asking for connections again and again where there is nothing to make them of.
final class AcceptGate: ChannelInboundHandler, @unchecked Sendable {
    // Unchecked: confined to the channel's event loop.
    typealias InboundIn = any Channel

    /// Until it is tried again: a connection that ends meanwhile makes room.
    private static let pause = TimeAmount.milliseconds(250)

    private let notice: @Sendable (String) -> Void
    private let connections: ServerConnections

    init(connections: ServerConnections, notice: @escaping @Sendable (String) -> Void) {
        self.connections = connections
        self.notice = notice
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
