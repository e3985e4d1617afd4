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
    /// What a client gives as `--to`: `127.0.0.1:5001`, `unix:/run/logger.sock`, or a URL.
    public var target: String
    /// The bound port, or nil where none was bound.
    public var port: Int?

    /// Creates an address.
    public init(target: String, port: Int? = nil) {
        self.target = target
        self.port = port
    }
}
