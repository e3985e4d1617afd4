import Gob
import TransportIO

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
