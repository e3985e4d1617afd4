import NIOCore
import NIOPosix
import Synchronization

/// A port of this process's loopback that leads into an end of a link, for the few questions that the lab has for what runs there:
/// none of their packets is on the link.
final class EndDoor: Sendable {
    /// The port, of 127.0.0.1.
    let port: Int
    private let listener: any Channel

    /// Opens one.
    /// - Parameter connect: connects within the end: the descriptor of a socket.
    init(_ connect: @escaping @Sendable () async throws -> Int32) async throws {
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { outside in
                let inside = outside.eventLoop.makeFutureWithTask {
                    let socket = try await connect()
                    return try await ClientBootstrap(group: outside.eventLoop)
                        .channelOption(.autoRead, value: false)
                        .withConnectedSocket(socket) { channel in channel.eventLoop.makeSucceededFuture(channel) }
                }
                return inside.flatMapThrowing { inside in
                    inside.closeFuture.whenComplete { _ in outside.close(promise: nil) }
                    outside.closeFuture.whenComplete { _ in inside.close(promise: nil) }
                    try outside.pipeline.syncOperations.addHandler(DoorHandler(to: inside))
                    try inside.pipeline.syncOperations.addHandler(DoorHandler(to: outside))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    /// Lets nobody in any more; who is in may stay.
    func close() {
        listener.close(promise: nil)
    }
}

/// The doors of an end.
final class EndDoors: Sendable {
    private let doors = Mutex<[EndDoor]>([])

    /// Opens one more.
    /// - Returns: its port.
    func open(_ connect: @escaping @Sendable () async throws -> Int32) async throws -> Int {
        let door = try await EndDoor(connect)
        doors.withLock { $0.append(door) }
        return door.port
    }

    /// Closes all of them.
    func close() {
        for door in doors.withLock({ $0 }) { door.close() }
    }
}

/// Hands on what one side says to the other, and reads on when that has taken it.
private final class DoorHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) {
        self.other = other
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { context.read() }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = context.channel
        other.writeAndFlush(unwrapInboundIn(data)).whenComplete { result in
            switch result {
            case .success: channel.read()
            case .failure: channel.close(promise: nil)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
