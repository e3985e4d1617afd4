/// The sending side: takes entries and sends them over the transport it was given.
///
/// ```swift
/// try await withBroker(over: transport) { broker in
///     try await broker.send(LogEntry(name: "login", data: "user 7"))
/// }
/// ```
public struct ConnectedBroker: Sendable {
    private let connection: any TransportConnection

    fileprivate init(connection: any TransportConnection) {
        self.connection = connection
    }

    /// Sends an entry and returns its acknowledgement.
    ///
    /// May be called from any task; the work is done on the connection's event loop.
    @concurrent
    @discardableResult
    public func send(_ entry: LogEntry) async throws(TransportError) -> Acknowledgement {
        try await connection.send(entry)
    }
}

/// Opens a connection over `transport` and lends a broker that sends on it; the connection is closed when `body` ends.
public func withBroker<R: Sendable>(
    over transport: some ClientTransport, _ body: @escaping @Sendable (ConnectedBroker) async throws -> R
) async throws -> R {
    try await transport.withConnection { connection in
        try await body(ConnectedBroker(connection: connection))
    }
}
