package import Broker
package import NIOCore
package import TransportIO

/// What a client says and hears on the streams of a ``ClientConnection``, which holds it and is told to it in each call.
///
/// A stream is known by a small number that is used again, its key: the ticket of an entry, where each has a stream of its
/// own.
package protocol ClientRequests: AnyObject {
    /// Whether each entry takes a stream, of which the server allows only so many.
    var takeStreamsEach: Bool { get }

    /// Whether ``headersBegan(_:)`` and ``headersEnded(_:)`` are wanted.
    var followHeaderLists: Bool { get }

    /// Sends an entry.
    func send(
        _ entry: LogEntry, ticket: Int, on connection: ClientConnection, into out: inout ByteBuffer
    ) throws(TransportError)

    /// Submits what was kept back; returns whether there was something.
    func flush(on connection: ClientConnection) -> Bool

    /// The server has said GOAWAY.
    func goawayCame(_ errorCode: UInt32, _ text: String, on connection: ClientConnection)

    /// The connection is about to be closed by this side.
    func close(on connection: ClientConnection)

    /// A field of a header list, or of trailers; returns how large those of the stream are by now (RFC 9113, 6.5.2).
    func fieldCame(
        _ key: Int, _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>,
        on connection: ClientConnection
    ) -> Int

    /// A header list has begun.
    func headersBegan(_ key: Int)

    /// A header list is complete.
    func headersEnded(_ key: Int)

    /// Bytes of an answer; returns whether the server can send as many more on that stream at once.
    func dataCame(_ key: Int, _ data: UnsafeRawBufferPointer, on connection: ClientConnection) -> Bool

    /// What the next DATA frame takes; nil if the stream is no longer wanted.
    func nextPart(_ key: Int, room: Int, on connection: ClientConnection) -> ClientPart?

    /// Writes the next bytes of a stream; returns whether there are as many.
    func write(_ key: Int, _ count: Int, to memory: UnsafeMutableRawPointer) -> Bool

    /// Looks at a stream that has news, when no callback of nghttp2 is running.
    func look(_ key: Int, on connection: ClientConnection, _ completions: inout Completions)
}

extension ClientRequests {
    package var followHeaderLists: Bool { false }
    package func flush(on connection: ClientConnection) -> Bool { false }
    package func goawayCame(_ errorCode: UInt32, _ text: String, on connection: ClientConnection) {}
    package func close(on connection: ClientConnection) {}
    package func headersBegan(_ key: Int) {}
    package func headersEnded(_ key: Int) {}
}

/// What the next DATA frame of a client's stream holds.
package enum ClientPart {
    case bytes(Int, isLast: Bool)
    /// There is nothing to send yet.
    case deferred
}

/// What a client keeps of a stream, whatever the request on it means.
package struct ClientStream {
    /// The stream identifier; 0 where the key is free.
    package internal(set) var id: Int32 = 0
    /// Whether the stream is going to be looked at after what was received.
    var isNoted = false
    /// Whether the server's side has ended (END_STREAM).
    package internal(set) var isAnswered = false
    /// Bytes of the stream's window that were not given back to the server.
    var unconsumedBytes = 0
    /// The error code that the stream was closed with.
    package internal(set) var closedWith: UInt32?
}
