import Broker
import Metrics

/// The HTTP server that metrics are read from: `GET /metrics`, and nothing else.
struct MetricsServer: Sendable {
    private let server: SideServer

    /// Creates a server.
    /// - Parameters:
    ///   - address: where it listens: `host:port`, `unix:/path` or `unix:@name`.
    ///   - tls: how its connections are secured; nil for cleartext.
    ///   - token: what its clients have to show; nil for nothing.
    init(at address: String, of page: MetricsPage, tls: ServerTLS? = nil, token: BearerToken? = nil) throws {
        let scrapes = Scrapes(of: page)
        server = try SideServer("--metrics", at: address, tls: tls, token: token) { scrapes.answer(to: $0) }
    }

    /// Serves while `body` is at work, which begins when metrics can be read.
    /// - Parameter bound: told where they can be; what it throws ends it.
    /// - Throws: ``ServerError`` where the address cannot be had, before `body` begins; what `body` throws.
    func run<R: Sendable>(
        bound: (ServerAddress) throws -> Void, _ body: () async throws -> R
    ) async throws -> R {
        try await server.run(bound: bound, body)
    }
}
