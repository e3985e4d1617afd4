package import Broker
import NIOCore
import NIOPosix

/// A port whose connections are answered with bytes that are the same for all.
package enum RawListener {
    /// Lends a port on which every connection is answered with these bytes and closed, or, for nil, left alone.
    package static func run(answering bytes: [UInt8]?, _ body: (Endpoint) async throws -> Void) async throws {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                guard let bytes else { return channel.eventLoop.makeSucceededVoidFuture() }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(bytes: bytes))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 0
        do {
            try await body(Endpoint(host: "127.0.0.1", port: port))
        } catch {
            try await listener.close().get()
            throw error
        }
        try await listener.close().get()
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
