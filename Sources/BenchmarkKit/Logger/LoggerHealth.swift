/// What a logger says of itself at `GET /health`.
package struct LoggerHealth: Sendable, Hashable, Decodable {
    /// `ok`.
    package var status: String
    /// How many entries it has received since it was started.
    package var received: UInt64

    /// Asks the logger whose HTTP address is `target`, `host:port` or a Unix domain socket.
    /// - Parameter timeout: how long it may take to answer, in seconds.
    /// - Throws: ``BenchmarkError`` when nothing answers there, or something that is no logger.
    package static func ask(_ target: String, timeout: Double) async throws -> LoggerHealth {
        let client = try ControlClient(target: target, timeout: timeout)
        defer { client.close() }
        return try await client.health()
    }
}
