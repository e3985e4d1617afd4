/// What a server does with one call, of whatever kind.
///
/// Called on the event loop, one call at a time, while bytes are being received or when something is due; must not block.
package protocol ServerCallHandler: AnyObject {
    /// A message of the client; its bytes are valid during this call only.
    func received(_ message: RawSpan, on call: ServerCall)

    /// The client has sent its last message.
    func receivedEnd(on call: ServerCall)

    /// ``ServerCall/canSend`` has become true again.
    func canSend(on call: ServerCall)

    /// The call has ended before its handler finished it: cancelled, past its deadline, or its connection is gone.
    func cancelled(_ call: ServerCall)

    /// The server wants to stop: a call that would last for ever ends now.
    func drain(on call: ServerCall)
}

extension ServerCallHandler {
    package func canSend(on call: ServerCall) {}
    package func cancelled(_ call: ServerCall) {}
    package func drain(on call: ServerCall) {}
}

/// A method that a server offers, by the kind of its calls.
package struct GRPCMethod {
    let makeHandler: () -> any ServerCallHandler

    package init(makeHandler: @escaping () -> any ServerCallHandler) {
        self.makeHandler = makeHandler
    }

    /// Both sides send as they like.
    package static func bidirectional(_ makeHandler: @escaping () -> any ServerCallHandler) -> GRPCMethod {
        GRPCMethod(makeHandler: makeHandler)
    }

    /// One message each way.
    package static func unary(
        _ answer: @escaping (RawSpan, ServerCall) throws(GRPCStatus) -> [UInt8]
    ) -> GRPCMethod {
        GRPCMethod { UnaryHandler(answer) }
    }
}

/// A service: its full name (`logs.LogService`) and its methods by their names.
package struct GRPCService {
    package let name: String
    package let methods: [String: GRPCMethod]

    package init(_ name: String, _ methods: [String: GRPCMethod]) {
        self.name = name
        self.methods = methods
    }
}

/// A call of one request message and one answer.
private final class UnaryHandler: ServerCallHandler {
    private let answer: (RawSpan, ServerCall) throws(GRPCStatus) -> [UInt8]
    private var request: [UInt8]?

    init(_ answer: @escaping (RawSpan, ServerCall) throws(GRPCStatus) -> [UInt8]) {
        self.answer = answer
    }

    func received(_ message: RawSpan, on call: ServerCall) {
        guard request == nil else {
            return call.finish(GRPCStatus(.internalError, "the call takes one message, and more came"))
        }
        request = message.withUnsafeBytes { Array($0) }
    }

    func receivedEnd(on call: ServerCall) {
        guard let request else { return call.finish(GRPCStatus(.internalError, "the call holds no message")) }
        do throws(GRPCStatus) {
            call.send(try answer(request.span.bytes, call))
            call.finish(.ok)
        } catch {
            call.finish(error)
        }
    }
}
