package import Broker
package import NIOCore
import PrintableText

/// The broker half of a wire protocol as a value: entries in, bytes out; bytes in, acknowledgements out.
///
/// It does no I/O. One engine speaks on one socket. It is driven by ``ClientSocketHandler``, or by a test that feeds it bytes.
package protocol ClientEngine {
    /// The most entries that may be in flight on this socket now; may change as the peer announces its own limits.
    var capacity: Int { get }

    /// Whether entries can be sent: true at once, or after a handshake.
    var isReady: Bool { get }

    /// Whether no further entry may be sent on this socket, though answers to earlier ones may still come
    /// (`Connection: close`, GOAWAY).
    var isRetired: Bool { get }

    /// Tells which loop drives the engine; called once, before ``open(into:)``.
    mutating func attach(to loop: EngineLoop)

    /// Says what has to be said first.
    mutating func open(into out: inout ByteBuffer)

    /// Appends an entry. Its fate is told later in ``Completions`` under `ticket`, a small number that is free again
    /// after that.
    /// - Throws: a ``TransportError`` of fate `notSent` if the entry cannot be encoded; then nothing was appended.
    mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError)

    /// Appends a call that is not an entry, under the same rules as an entry.
    mutating func send(
        _ call: any ClientCall, ticket: Int, into out: inout ByteBuffer
    ) throws(TransportError)

    /// Appends what ``send(_:ticket:into:)`` has kept back; called when what was collected is about to be written.
    mutating func flush(into out: inout ByteBuffer)

    /// Whether the engine has left off, as it has said enough for now: ``proceed(into:completions:)`` says the rest, and is called
    /// when the socket takes more.
    var hasLeftOff: Bool { get }

    /// Says what has become due, as the engine has asked of its ``EngineLoop``, and the rest where it has left off.
    mutating func proceed(into out: inout ByteBuffer, completions: inout Completions) throws(ProtocolError)

    /// Appends an entry that may have been sent before, under the same `id`, on a socket that was lost.
    ///
    /// Called instead of ``send(_:ticket:into:)`` where the transport has a ``Reconnection``.
    mutating func send(
        _ entry: LogEntry, id: EntryID, ticket: Int, into out: inout ByteBuffer
    ) throws(TransportError)

    /// Whether the peer has said that it takes nothing at present: what is in flight then waits without growing older.
    var isBlocked: Bool { get }

    /// Gives up an entry that was not answered in time, where it is not the peer that owes the answer, but somebody behind it.
    /// - Returns: what is known of the entry; nil where the peer owes it, so that the connection is given up.
    mutating func giveUp(_ ticket: Int) -> TransportError?

    /// Whether an entry is done when it is written, because the peer gives no answers.
    var completesOnWrite: Bool { get }

    /// Takes what can be taken of `bytes` and leaves the rest, which comes again with more behind it.
    /// - Throws: ``ProtocolError`` when the peer breaks the protocol; the socket is closed after `out` is written.
    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError)

    /// The peer closed its side in an orderly way: says what follows from that for the entries in flight.
    mutating func receiveEnd(completions: inout Completions) throws(ProtocolError)

    /// Says goodbye. The socket is closed when ``isClosed`` is true, or after a moment.
    mutating func close(into out: inout ByteBuffer)

    /// Whether all that the protocol asks for before a close has been said and heard.
    var isClosed: Bool { get }

    /// How often ``keepAlive(into:)`` wants to be called; nil for never.
    var keepAliveInterval: TimeAmount? { get }

    /// Says what keeps the connection alive, and notices that the peer is gone.
    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError)
}

extension ClientEngine {
    /// Engines without a handshake are ready at once.
    package var isReady: Bool { true }
    /// Most protocols have no way to retire a connection.
    package var isRetired: Bool { false }
    /// Most protocols need no clock.
    package mutating func attach(to loop: EngineLoop) {}
    /// Most protocols keep nothing back.
    package mutating func flush(into out: inout ByteBuffer) {}
    /// Most protocols say all of an entry at once.
    package var hasLeftOff: Bool { false }
    /// Nothing, where nothing was asked for.
    package mutating func proceed(into out: inout ByteBuffer, completions: inout Completions) throws(ProtocolError) {}
    /// Most protocols have no place for the id.
    package mutating func send(
        _ entry: LogEntry, id: EntryID, ticket: Int, into out: inout ByteBuffer
    ) throws(TransportError) {
        try send(entry, ticket: ticket, into: &out)
    }
    /// Most peers answer for themselves.
    package mutating func giveUp(_ ticket: Int) -> TransportError? { nil }
    /// Most protocols have no way to say it but flow control.
    package var isBlocked: Bool { false }
    /// Most protocols answer.
    package var completesOnWrite: Bool { false }
    /// Most protocols have nothing to say first.
    package mutating func open(into out: inout ByteBuffer) {}
    /// Most transports carry log entries and nothing else.
    package mutating func send(
        _ call: any ClientCall, ticket: Int, into out: inout ByteBuffer
    ) throws(TransportError) {
        throw TransportError(.notSent, "this transport carries log entries only, not \(type(of: call))")
    }
    /// For most protocols the end of the stream says nothing about single entries.
    package mutating func receiveEnd(completions: inout Completions) throws(ProtocolError) {}
    /// Most protocols have no goodbye.
    package mutating func close(into out: inout ByteBuffer) {}
    /// Without a goodbye, closing needs no answer.
    package var isClosed: Bool { true }
    /// Most protocols have no heartbeat of their own.
    package var keepAliveInterval: TimeAmount? { nil }
    /// Nothing, where there is no heartbeat.
    package mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {}
}

/// A call of a protocol that carries more than log entries: what to ask, and where the engine puts the answer.
///
/// Which calls there are is between a transport and its engine. Confined to the connection's event loop.
package protocol ClientCall: AnyObject {}

/// The fates of entries that an engine learned from the bytes it was given, in the order they were learned.
package struct Completions {
    package private(set) var list: [(ticket: Int, failure: TransportError?)] = []

    package init() {}

    /// The entry sent under `ticket` was acknowledged.
    package mutating func acknowledge(_ ticket: Int) {
        list.append((ticket, nil))
    }

    /// The entry sent under `ticket` failed.
    package mutating func fail(_ ticket: Int, _ error: TransportError) {
        list.append((ticket, error))
    }

    /// The peer has refused, unread, what was sent under `ticket`: it is to go out once more, on whatever socket is there.
    ///
    /// The engine that it went out on, and those of its transport that come after, have to say it in another way then.
    package mutating func sendAgain(_ ticket: Int) {
        list.append((ticket, .sendAgain))
    }

    package mutating func removeAll() {
        list.removeAll(keepingCapacity: true)
    }
}

extension TransportError {
    /// What ``Completions/sendAgain(_:)`` says; also what the caller sees where the second attempt ends in the same way.
    static let sendAgain = TransportError(.notSent, "the peer refused the entry unread, twice")
}

/// A peer that broke the protocol, or that does not speak it at all.
///
/// It loses its connection and nothing else.
package struct ProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was expected, what came, and the rule of the specification where there is one.
    package private(set) var description: String

    /// Creates an error; what is not printable in it, such as a peer's words, is escaped.
    package init(_ description: String) {
        self.description = description.printable
    }
}
