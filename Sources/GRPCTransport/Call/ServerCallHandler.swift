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

    /// Both sides send as they like.
    package static func bidirectional(_ makeHandler: @escaping () -> any ServerCallHandler) -> GRPCMethod {
        GRPCMethod(makeHandler: makeHandler)
    }

    /// One message each way.
    package static func unary(
        _ answer: @escaping (RawSpan, ServerCall) throws(GRPCStatus) -> [UInt8]
    ) -> GRPCMethod {
        GRPCMethod {
            SingleRequestHandler { (message, call) throws(GRPCStatus) in
                call.send(try answer(message, call))
                return nil
            }
        }
    }

    /// One message of the client, answered with those that the returned function gives until it gives none.
    package static func serverStreaming(
        _ answer: @escaping (RawSpan, ServerCall) throws(GRPCStatus) -> () -> [UInt8]?
    ) -> GRPCMethod {
        GRPCMethod { SingleRequestHandler { (message, call) throws(GRPCStatus) in try answer(message, call) } }
    }

    /// Any number of messages of the client, answered with one at their end.
    package static func clientStreaming<State>(
        _ start: @escaping () -> State,
        _ take: @escaping (inout State, RawSpan, ServerCall) throws(GRPCStatus) -> Void,
        _ answer: @escaping (State, ServerCall) throws(GRPCStatus) -> [UInt8]
    ) -> GRPCMethod {
        GRPCMethod { CollectingHandler(state: start(), take: take, answer: answer) }
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

/// A call of one request message.
private final class SingleRequestHandler: ServerCallHandler {
    private let answer: (RawSpan, ServerCall) throws(GRPCStatus) -> (() -> [UInt8]?)?
    private var request: [UInt8]?
    private var isAnswered = false
    private var next: (() -> [UInt8]?)?

    init(_ answer: @escaping (RawSpan, ServerCall) throws(GRPCStatus) -> (() -> [UInt8]?)?) {
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
        isAnswered = true
        do throws(GRPCStatus) {
            next = try answer(request.span.bytes, call)
        } catch {
            return call.finish(error)
        }
        canSend(on: call)
    }

    func canSend(on call: ServerCall) {
        if let next {
            while call.canSend {
                guard let message = next() else { return call.finish(.ok) }
                call.send(message)
            }
        } else if isAnswered {
            call.finish(.ok)
        }
    }
}

/// A call of many request messages and one answer.
private final class CollectingHandler<State>: ServerCallHandler {
    private var state: State
    private let take: (inout State, RawSpan, ServerCall) throws(GRPCStatus) -> Void
    private let answer: (State, ServerCall) throws(GRPCStatus) -> [UInt8]

    init(
        state: State, take: @escaping (inout State, RawSpan, ServerCall) throws(GRPCStatus) -> Void,
        answer: @escaping (State, ServerCall) throws(GRPCStatus) -> [UInt8]
    ) {
        self.state = state
        self.take = take
        self.answer = answer
    }

    func received(_ message: RawSpan, on call: ServerCall) {
        do throws(GRPCStatus) {
            try take(&state, message, call)
        } catch {
            call.finish(error)
        }
    }

    func receivedEnd(on call: ServerCall) {
        do throws(GRPCStatus) {
            call.send(try answer(state, call))
            call.finish(.ok)
        } catch {
            call.finish(error)
        }
    }
}
