public import Broker
public import Gob
import TransportIO

/// A net/rpc client of methods of your own, beside the broker that ``NetRPC`` registers.
///
/// ```swift
/// let client = try NetRPCClient(ClientOptions(target: "127.0.0.1:1234"))
/// let product = try await client.withConnection { connection in
///     try await connection.call("Arith.Multiply", Operands(a: 6, b: 7), as: Int.self)
/// }
/// ```
public struct NetRPCClient: Sendable {
    private let transport: SocketClientTransport

    /// Creates a client; it connects when it is asked for a connection.
    /// - Parameter options: `target` is `host:port` or a Unix socket (`rpc.Dial`), or `http://host:port/_goRPC_` to CONNECT
    ///   over HTTP first (`rpc.DialHTTP`); `limits.maxEntryBytes` bounds a reply.
    /// - Throws: an error about `options.target` if it is neither.
    public init(_ options: ClientOptions) throws {
        transport = try NetRPC.client(options)
    }

    /// Opens a connection, runs `body` on its event loop and closes it.
    ///
    /// Everything that is isolated to the connection runs on the one thread that does its I/O: `body`, and the functions of its
    /// child tasks that take the connection as an `isolated` parameter. Others may call too, from another thread.
    /// - Throws: a `TransportError` of fate `notSent` if there can be no connection; what `body` throws.
    public func withConnection<R: Sendable>(
        _ body: @Sendable (isolated NetRPCConnection) async throws -> R
    ) async throws -> R {
        try await transport.withConnection { connection in
            try await body(NetRPCConnection(connection))
        }
    }
}

/// A connection to a net/rpc server, pinned to the event loop that does its I/O.
///
/// Its calls are concurrent: each awaits its own reply, in whatever order replies come.
public actor NetRPCConnection {
    private let connection: SocketConnection

    init(_ connection: SocketConnection) {
        self.connection = connection
    }

    /// The event loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { connection.unownedExecutor }

    /// Calls a method, as Go's `Client.Call` does.
    /// - Parameters:
    ///   - serviceMethod: `Service.Method`.
    ///   - argument: what to send.
    ///   - type: what to decode the reply as; not one with ``GobText`` in it, which would outlive the bytes it refers to.
    /// - Throws: fate `rejected` with the server's error text; `unknown` when the connection is lost, or the reply is of
    ///   another type.
    public func call<Argument: GobField & Sendable, Reply: GobField & Sendable>(
        _ serviceMethod: String, _ argument: Argument, as type: Reply.Type
    ) async throws(TransportError) -> Reply {
        try await connection.reply(to: serviceMethod, argument)
    }
}

extension SocketConnection {
    /// Performs a call; only the reply leaves the connection's event loop.
    fileprivate func reply<Argument: GobField & Sendable, Reply: GobField & Sendable>(
        to serviceMethod: String, _ argument: Argument
    ) async throws(TransportError) -> Reply {
        let call = RPCCall<Argument, Reply>(serviceMethod: serviceMethod, argument: argument)
        try await perform(call)
        return call.reply
    }
}
