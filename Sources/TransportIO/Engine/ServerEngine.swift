package import Broker
package import NIOCore

/// The logger half of a wire protocol as a value: bytes in, entries out; fates in, bytes out.
///
/// It does no I/O. One engine speaks on one socket. It is driven by ``ServerSocketHandler``, or by a test that feeds it bytes.
package protocol ServerEngine {
    /// Tells which loop drives the engine; called once, before ``open(into:)``.
    mutating func attach(to loop: EngineLoop)

    /// Says what has to be said first.
    mutating func open(into out: inout ByteBuffer)

    /// Takes what can be taken of `bytes` and leaves the rest, which comes again with more behind it.
    ///
    /// An engine that has said much in one call (``ServerOutput/enough``), or has done what takes time, leaves off and is
    /// ``isPaused``: it is called again, also where nothing has come meanwhile, when what it has said is on its way.
    /// - Throws: ``ProtocolError`` when the peer breaks the protocol; the socket is closed after `out` is written.
    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError)

    /// Answers the entry that was taken in under `ticket` with the result `later`.
    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer)

    /// Says what has become due, as the engine has asked of its ``EngineLoop``.
    mutating func proceed(into out: inout ByteBuffer, intake: borrowing EntryIntake) throws(ProtocolError)

    /// The connection is gone; called once, last.
    mutating func disconnected()

    /// Begins a graceful stop: says that no new entries are wanted, where the protocol has a way to say that.
    mutating func drain(into out: inout ByteBuffer)

    /// Whether nothing is owed to the peer and no message is half received: the socket may be closed while draining.
    var isIdle: Bool { get }

    /// Whether ``receive(_:into:intake:)`` has more to say or to take without any further bytes: it is called again when there
    /// is room for what it says, after others had their turn, and nothing more is read from the socket until then.
    var isPaused: Bool { get }

    /// Whether a message has begun that has not all come, where the engine does not watch over its time itself.
    var isAmidMessage: Bool { get }

    /// The bytes that the engine holds of messages that have not all come and of answers that the peer has not taken.
    var heldBytes: Int { get }

    /// The most bytes that ``receive(_:into:intake:)`` is given on the event loop, with those that were left behind; where there
    /// are more, it is called on another thread, with nothing else of the engine being called meanwhile.
    var mostAtOnce: Int { get }

    /// Says, where the protocol has a way to, why this side closes the connection; nothing is received after that.
    mutating func end(_ reason: ConnectionEnd, into out: inout ByteBuffer)

    /// Whether the protocol has come to its end on this socket, which is closed after `out` is written.
    var isFinished: Bool { get }

    /// How often ``keepAlive(into:)`` wants to be called; nil for never.
    var keepAliveInterval: TimeAmount? { get }

    /// Says what keeps the connection alive, and notices that the peer is gone.
    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError)
}

extension ServerEngine {
    /// Most protocols need no clock.
    package mutating func attach(to loop: EngineLoop) {}
    /// Nothing, where nothing was asked for.
    package mutating func proceed(into out: inout ByteBuffer, intake: borrowing EntryIntake) throws(ProtocolError) {}
    /// Most engines have nobody to tell.
    package mutating func disconnected() {}
    /// Most protocols have nothing to say first.
    package mutating func open(into out: inout ByteBuffer) {}
    /// Most protocols have no way to say it.
    package mutating func drain(into out: inout ByteBuffer) {}
    /// Most engines take all that has come.
    package var isPaused: Bool { false }
    /// Most engines watch over time themselves.
    package var isAmidMessage: Bool { false }
    /// Most engines leave what they cannot take yet where it is.
    package var heldBytes: Int { 0 }
    /// Most engines take what comes by its length.
    package var mostAtOnce: Int { LongTurn.mostOnLoop - heldBytes }
    /// Most protocols have no way to say it.
    package mutating func end(_ reason: ConnectionEnd, into out: inout ByteBuffer) {}
    /// Most protocols end with the socket.
    package var isFinished: Bool { false }
    /// Most protocols have no heartbeat of their own.
    package var keepAliveInterval: TimeAmount? { nil }
    /// Nothing, where there is no heartbeat.
    package mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {}
}

/// Where an engine gives the entries it decoded.
package final class EntryIntake {
    private let recorder: any EntryRecorder
    private let makeReply: (UInt64) -> EntryReply

    /// Creates an intake.
    /// - Parameter makeReply: makes the way to answer, later, the entry of a ticket.
    package init(recorder: any EntryRecorder, makeReply: @escaping (UInt64) -> EntryReply) {
        self.recorder = recorder
        self.makeReply = makeReply
    }

    /// Hands an entry to the recorder.
    /// - Parameter ticket: the engine's own number for it, given back in ``ServerEngine/complete(_:_:into:)`` when the
    ///   result is `later`.
    package func take(_ entry: borrowing ReceivedEntry, ticket: UInt64) -> RecordResult {
        recorder.record(entry, reply: { makeReply(ticket) })
    }

    /// Hands an entry that came in a message with an id to the recorder.
    /// - Parameters:
    ///   - messageID: the id of the message.
    ///   - mayRepeat: whether an entry of the same id, name and data is the same message.
    package func take(
        _ entry: borrowing ReceivedEntry, ticket: UInt64, messageID: RawSpan, mayRepeat: Bool
    ) -> RecordResult {
        recorder.record(entry, messageID: messageID, mayRepeat: mayRepeat, reply: { makeReply(ticket) })
    }

    /// Makes the way to answer later, from any thread, what the engine itself took under `ticket`: the engine's
    /// ``ServerEngine/complete(_:_:into:)`` is called with it.
    package func reply(to ticket: UInt64) -> EntryReply {
        makeReply(ticket)
    }

    /// Counts a message that was received and could not be decoded as an entry.
    package func countUndecodable() {
        recorder.countUndecodable()
    }

    /// Counts an entry that is known, by the id of its message, to have been recorded before.
    package func countRepeated(_ entry: borrowing ReceivedEntry) {
        recorder.countRepeated(entry)
    }
}
