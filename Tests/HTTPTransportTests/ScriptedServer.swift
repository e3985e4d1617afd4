import Broker
import Dispatch
import Glibc
import NIOCore
import NIOPosix
import Synchronization

@testable import HTTPTransport

/// A server on loopback that answers by a script, and remembers what it heard.
final class ScriptedServer: Sendable {
    /// What to say to what was heard.
    enum Reply {
        /// Nothing yet: more has to come.
        case wait
        case say(String)
        case end
    }

    /// What was heard on each connection, in the order of their being opened.
    private let state = Mutex((heard: [String](), channels: [any Channel]()))
    private let script: @Sendable (_ connection: Int, _ heard: String) -> Reply

    private init(script: @escaping @Sendable (_ connection: Int, _ heard: String) -> Reply) {
        self.script = script
    }

    var heard: [String] { state.withLock(\.heard) }

    /// Runs `body` with a connection of the http transport's to a server that follows `script`, which is given the number of
    /// the connection and what was heard on it since the server last said something.
    static func run(
        variant: String? = nil, answerTimeout: Duration = .seconds(10),
        script: @escaping @Sendable (_ connection: Int, _ heard: String) -> Reply,
        body: @escaping @Sendable (ScriptedServer, any TransportConnection) async throws -> Void
    ) async throws {
        let server = ScriptedServer(script: script)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Listener(server: server, channel: channel))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        var options = ClientOptions(
            target: "127.0.0.1:\(listener.localAddress?.port ?? 0)", maxInFlight: 4, answerTimeout: answerTimeout)
        // Scripts are about connections, and answer as briefly as they can.
        options.own[HTTPOptions.anySuccess] = true
        let descriptor = HTTP.descriptors.first { $0.variant == variant }
        guard let client = try descriptor?.makeClient(options) else { throw ServerError("no variant \(variant ?? "")") }
        let result: Result<Void, any Error>
        do {
            try await client.withConnection { connection in try await body(server, connection) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await listener.close()
        try await group.shutdownGracefully()
        try result.get()
    }

    /// Says `text` on a connection and closes it; does not return before that is done, though on an event loop.
    func close(_ connection: Int, saying text: String = "", byReset: Bool = false) {
        let channel = state.withLock { $0.channels[connection] }
        let done = DispatchSemaphore(value: 0)
        let socket = channel as? any SocketOptionProvider
        let reset = byReset ? socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0)) : nil
        let said = text.isEmpty ? nil : ByteBuffer(string: text)
        (reset ?? channel.eventLoop.makeSucceededVoidFuture())
            .flatMap { said.map { channel.writeAndFlush($0) } ?? channel.eventLoop.makeSucceededVoidFuture() }
            .flatMap { channel.close() }
            .whenComplete { _ in done.signal() }
        done.wait()
    }

    private final class Listener: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let server: ScriptedServer
        private let connection: Int
        private var text = ""

        init(server: ScriptedServer, channel: any Channel) {
            self.server = server
            connection = server.state.withLock { state in
                state.heard.append("")
                state.channels.append(channel)
                return state.heard.count - 1
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let part = String(buffer: unwrapInboundIn(data))
            text += part
            server.state.withLock { $0.heard[connection] += part }
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            switch server.script(connection, text) {
            case .wait: break
            case .say(let answer):
                text = ""
                context.writeAndFlush(NIOAny(ByteBuffer(string: answer)), promise: nil)
            case .end: context.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
