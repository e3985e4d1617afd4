package import GRPCTransport

/// Methods of the kinds that the logger does not offer.
extension GRPCMethod {
    /// One message of the client, answered with those that the returned function gives until it gives none.
    package static func serverStreaming(
        _ answer: @escaping (RawSpan, ServerCall) throws(GRPCStatus) -> () -> [UInt8]?
    ) -> GRPCMethod {
        GRPCMethod { OneRequestHandler(answer) }
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

/// A call of one request message and any number of answers.
private final class OneRequestHandler: ServerCallHandler {
    private let answer: (RawSpan, ServerCall) throws(GRPCStatus) -> () -> [UInt8]?
    private var request: [UInt8]?
    private var next: (() -> [UInt8]?)?

    init(_ answer: @escaping (RawSpan, ServerCall) throws(GRPCStatus) -> () -> [UInt8]?) {
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
            next = try answer(request.span.bytes, call)
        } catch {
            return call.finish(error)
        }
        canSend(on: call)
    }

    func canSend(on call: ServerCall) {
        while call.canSend, let next {
            guard let message = next() else { return call.finish(.ok) }
            call.send(message)
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
