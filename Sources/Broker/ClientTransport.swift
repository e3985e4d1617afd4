/// A way to bring log entries to the logger: wire protocol, codec and acknowledgement meaning.
public protocol ClientTransport: Sendable {
    /// The connection that this transport makes.
    associatedtype Connection: TransportConnection

    /// What an acknowledgement of this transport promises.
    var acknowledgement: AcknowledgementClass { get }

    /// Opens a connection, runs `body` on its event loop and closes the connection.
    ///
    /// Everything that is isolated to the connection runs on the one thread that does the connection's I/O: `body`, and the
    /// functions of its child tasks that take the connection as an `isolated` parameter. Others may send too, from another thread.
    /// - Throws: what `body` throws, or a ``TransportError`` of fate `notSent` when the peer cannot be reached or does
    ///   not speak the protocol.
    func withConnection<R: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> R
    ) async throws -> R
}
