package import Broker
package import Gob
package import TransportIO

extension SocketConnection {
    /// Calls a method of a net/rpc server, as Go's `Client.Call` does.
    ///
    /// Calls of one connection are concurrent: each awaits its own reply, in whatever order replies come.
    ///
    /// ```swift
    /// try await NetRPCTransport.client(ClientOptions(target: "127.0.0.1:1234")).withConnection { connection in
    ///     let product = try await connection.call("Arith.Multiply", Arguments(a: 7, b: 8), as: Int.self)
    /// }
    /// ```
    /// - Parameters:
    ///   - serviceMethod: `Service.Method`.
    ///   - argument: what to send.
    ///   - type: what to decode the reply as; not one with ``GobText`` in it, which would outlive the bytes it refers to.
    /// - Throws: fate `rejected` with the server's error text; `unknown` when the connection is lost, or the reply is of
    ///   another type; `notSent` where the connection is not one of ``NetRPCTransport``.
    package func call<Argument: GobField & Sendable, Reply: GobField & Sendable>(
        _ serviceMethod: String, _ argument: Argument, as type: Reply.Type
    ) async throws(TransportError) -> Reply {
        let call = RPCCall<Argument, Reply>(serviceMethod: serviceMethod, argument: argument)
        try await perform(call)
        return call.reply
    }
}

/// A call of any types, as the engine sees it.
protocol AnyRPCCall: ClientCall {
    var serviceMethod: String { get }
    func encodeArgument(to encoder: inout GobEncoder) throws(GobError)
    func decodeReply(from decoder: inout GobDecoder, _ bytes: RawSpan) throws(GobError) -> GobDecodeResult
}

/// A call with its argument and the place of its reply.
final class RPCCall<Argument: GobField & Sendable, Reply: GobField & Sendable>: AnyRPCCall {
    let serviceMethod: String
    private let argument: Argument
    private(set) var reply = Reply.gobZero

    init(serviceMethod: String, argument: Argument) {
        self.serviceMethod = serviceMethod
        self.argument = argument
    }

    func encodeArgument(to encoder: inout GobEncoder) throws(GobError) {
        try encoder.encode(argument)
    }

    func decodeReply(from decoder: inout GobDecoder, _ bytes: RawSpan) throws(GobError) -> GobDecodeResult {
        reply = .gobZero
        return try decoder.decode(into: &reply, from: bytes)
    }
}
