import PrintableText

/// A way to bring log entries to the logger: wire protocol, codec and acknowledgement meaning.
public protocol ClientTransport: Sendable {
    /// The connection that this transport makes.
    associatedtype Connection: TransportConnection

    /// What an acknowledgement of this transport promises.
    var acknowledgement: AcknowledgementClass { get }

    /// Opens a connection, runs `body` on its event loop and closes the connection.
    ///
    /// Everything in `body` that is isolated to the connection runs on the one thread that does the connection's I/O,
    /// and so do the child tasks of `body` that send on it.
    /// - Throws: what `body` throws, or a ``TransportError`` of fate `notSent` when the peer cannot be reached or does
    ///   not speak the protocol.
    func withConnection<R: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> R
    ) async throws -> R
}

/// One connection, pinned to the event loop that does its I/O.
///
/// A connection outlives its sockets: when one is lost, the entries in flight on it fail, and the next ``send(_:)`` dials
/// again.
public protocol TransportConnection: Actor {
    /// The connection's event loop, for tasks that send on it to prefer (`withTaskExecutorPreference`).
    nonisolated var taskExecutor: any TaskExecutor { get }

    /// Sends an entry and waits for its acknowledgement.
    ///
    /// Waits first when the connection already has as many entries in flight as it may have.
    func send(_ entry: LogEntry) async throws(TransportError) -> Acknowledgement

    /// Waits on the event loop until ``MonotonicClock`` shows `deadline`, in nanoseconds.
    ///
    /// The kernel wakes the thread then, which takes it some 20 to 60 us, more at times.
    func sleep(until deadline: UInt64) async

    /// Waits likewise without giving up the core, for an end that is precise to a few microseconds.
    ///
    /// What the peer says meanwhile is read as soon as it comes. Meant for a fraction of a millisecond, and for an event loop
    /// with no other connection on it.
    /// - Returns: The CPU time that the wait took, in nanoseconds.
    func spin(until deadline: UInt64) async -> UInt64
}

/// The receiving half of a transport.
public protocol ServerTransport: Sendable {
    /// Listens (or consumes), gives each entry to `recorder` and answers it.
    ///
    /// Serves until the task is cancelled; then takes no new entries, answers those it has, closes its connections and
    /// returns, within a bounded time.
    /// - Parameter ready: called once, when entries can arrive, with where they can be sent.
    /// - Throws: ``ServerError`` when the address cannot be bound, or the message broker cannot be reached or is lost.
    func serve(to recorder: any EntryRecorder, ready: @escaping @Sendable (ServerAddress) -> Void) async throws
}

/// Where a receiving half can be reached.
public struct ServerAddress: Sendable, Hashable {
    /// What a client gives as `--to`: `127.0.0.1:5001`, or a URL.
    public var target: String
    /// The bound port, or nil where nothing was bound.
    public var port: Int?

    /// Creates an address.
    public init(target: String, port: Int? = nil) {
        self.target = target
        self.port = port
    }
}

/// Why a receiving half cannot serve.
public struct ServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was attempted, with what, why it failed and what to do about it: one printable line.
    public private(set) var message: String

    /// Creates an error; what is not printable in a message, such as a peer's words, is escaped.
    public init(_ message: String) {
        self.message = message.printable
    }

    /// The message.
    public var description: String { message }
}
