import Broker
import NIOCore
import NIOPosix
import Testing

/// Sockets that speak no protocol.
enum RawSocket {
    /// Sends bytes to a peer and waits until it ends the connection, or has been silent for a moment.
    static func talk(to endpoint: Endpoint, _ bytes: [UInt8]) async throws {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .connect(host: endpoint.host, port: endpoint.port).get()
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        let patience = channel.eventLoop.scheduleTask(in: .milliseconds(300)) { channel.close(promise: nil) }
        try await channel.closeFuture.get()
        patience.cancel()
    }

    /// Lends a port on which every connection is answered with these bytes and closed, or, for nil, left alone.
    static func listen(answering bytes: [UInt8]?, _ body: (Endpoint) async throws -> Void) async throws {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                guard let bytes else { return channel.eventLoop.makeSucceededVoidFuture() }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(bytes: bytes))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        do {
            try await body(Endpoint(host: "127.0.0.1", port: port))
        } catch {
            try await listener.close().get()
            throw error
        }
        try await listener.close().get()
    }

    /// A port that nobody listens on.
    static func closedPort() async throws -> Endpoint {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        try await listener.close().get()
        return Endpoint(host: "127.0.0.1", port: port)
    }
}

/// Answers the first bytes with its own, then closes.
private final class Answerer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
        context.close(promise: nil)
    }
}

/// Bytes that are no peer's protocol, or another one's.
enum Garbage {
    static let all: [[UInt8]] = [
        [0], [UInt8](repeating: 0xFF, count: 64), [UInt8](repeating: 0, count: 64), (0...255).map { UInt8($0) },
        Array("GET / HTTP/1.1\r\nhost: x\r\n\r\n".utf8),
        Array("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".utf8),
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), Array("AMQP\u{0}\u{0}\u{9}\u{1}".utf8),
        Array("hello\n".utf8), [0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1],
    ]
}
