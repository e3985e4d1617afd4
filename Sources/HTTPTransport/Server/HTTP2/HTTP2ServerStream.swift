import Broker
import HTTP2
import NIOCore
import TransportIO

/// A request as the server sees it: one stream, and what is left to say of its answer.
struct HTTP2ServerStream: ServerStreamState {
    /// The stream identifier; 0 where the slot is free.
    var id: Int32 = 0
    /// Tells the slot's uses apart.
    var generation: UInt32 = 0
    /// Whether the engine is going to look at the stream after what was received.
    var isNoted = false
    /// Whether nothing more comes from the client (END_STREAM).
    var isRemoteClosed = false
    /// Whether an answer was submitted, or the entry is with the recorder.
    var isSettled = false
    /// Whether an answer was submitted.
    var isAnswered = false
    /// Since when bytes have waited for the client to take them; nil when some went out since that was last looked at.
    var owesSince: NIODeadline?
    var head = HTTP2RequestHead()
    var body = ReceivedBody()
    /// Why the request is refused, whatever more of it comes.
    var fault: HTTPFault?
    /// Whether the client waits for 100 (Continue).
    var awaitsContinue = false
    /// Bytes of the stream's window that were not given back to the client.
    var unconsumedBytes = 0
    /// The time that the request has to arrive.
    var patience = MessagePatience()
    /// How much of its body had come when that was looked at last.
    var watchedBytes = 0
    /// The body of the answer; nil for that of an entry that was logged.
    var answer: [UInt8]?
    /// Makes the part of the answer's body that follows on ``answer``.
    var moreOfAnswer: (@Sendable () -> HTTPBodyPart)?
    /// How many bytes of ``answer`` were sent.
    var answerSent = 0

    /// Makes a free slot ready for a stream.
    mutating func open(id: Int32) {
        let generation = generation
        self = HTTP2ServerStream()
        (self.id, self.generation) = (id, generation)
    }

    /// The header list is complete; returns whether there is something to do before the body comes.
    mutating func endHeaders(_ handler: RequestHandler, _ authority: borrowing RequestAuthority) -> Bool {
        fault = head.fault(handler, authority)
        if head.isForFoundation { handler.readsSlowly = true }
        if case .continue = head.expectation { awaitsContinue = true }
        return fault != nil || awaitsContinue
    }

    /// How many bytes of the answer's body are kept until the client takes them.
    var unsentBytes: Int { answer.map { $0.count - answerSent } ?? 0 }
}
