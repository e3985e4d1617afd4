/// One connection, pinned to the event loop that does its I/O.
///
/// A connection outlives its sockets: when one is lost, the entries in flight on it fail, and the next ``send(_:)`` dials
/// again.
public protocol TransportConnection: Actor {
    /// Sends an entry and waits for its acknowledgement.
    ///
    /// Waits first when the connection already has as many entries in flight as it may have.
    func send(_ entry: LogEntry) async throws(TransportError) -> Acknowledgement
}
