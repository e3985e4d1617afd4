import Broker
import HTTPTransport
import Metrics
import Terminal
import TransportIO

/// The HTTP server that metrics are read from: `GET /metrics`, and nothing else.
///
/// It is the same one that takes entries, with the same bounds on time and memory, but its connections are counted apart: those
/// who read metrics take no room from those who send, and find some when these have used up theirs.
struct MetricsServer: Sendable {
    /// The most connections that are open at once.
    private static let maxConnections = 32
    /// The most bytes that are held for all of them.
    private static let maxHeldBytes = 64 << 20
    /// How long a client may hold up the end of the program.
    private static let drainTimeout = Duration.seconds(1)

    private let endpoint: Endpoint
    private let options: ServerOptions
    private let page: MetricsPage

    /// Creates a server.
    /// - Parameters:
    ///   - address: where it listens: `host:port`, `unix:/path` or `unix:@name`.
    ///   - tls: how its connections are secured; nil for cleartext.
    ///   - token: what its clients have to show; nil for nothing.
    init(at address: String, of page: MetricsPage, tls: ServerTLS? = nil, token: BearerToken? = nil) throws {
        endpoint = try Endpoint(listeningAt: address)
        var options = ServerOptions(
            target: address, limits: EntryLimits(maxEntryBytes: 1), drainTimeout: Self.drainTimeout, tls: tls,
            notice: { StandardError.write(line: "--metrics: \($0)") })
        options.token = token
        options.connections.maxConnections = Self.maxConnections
        options.connections.maxConnectionsPerAddress = Self.maxConnections
        options.connections.maxHeldBytes = Self.maxHeldBytes
        self.options = options
        self.page = page
    }

    /// Serves while `body` is at work, which begins when metrics can be read.
    /// - Parameter bound: told where they can be; what it throws ends it.
    /// - Throws: ``ServerError`` where the address cannot be had, before `body` begins; what `body` throws.
    func run<R: Sendable>(
        bound: (ServerAddress) throws -> Void, _ body: () async throws -> R
    ) async throws -> R {
        let scrapes = Scrapes(of: page)
        // No request has an empty path, but one for an authority alone.
        let configuration = HTTPServerConfiguration(
            entryPath: "", limits: options.limits, control: { scrapes.answer(to: $0) })
        let server = HTTP.server(
            on: endpoint, options: options, configuration: configuration, connections: ServerConnections())
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let (addresses, sink) = AsyncThrowingStream.makeStream(of: ServerAddress.self)
            group.addTask {
                do {
                    try await server.serve(to: NoEntries()) { sink.yield($0) }
                    sink.finish()
                } catch let error as ServerError {
                    sink.finish(throwing: ServerError("--metrics: \(error.message)"))
                } catch {
                    sink.finish(throwing: error)
                }
            }
            defer { group.cancelAll() }
            for try await address in addresses {
                try bound(address)
                return try await body()
            }
            throw CancellationError()
        }
    }
}

/// Takes nothing: entries go elsewhere.
private struct NoEntries: EntryRecorder {
    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        .rejected("metrics are read here; entries go elsewhere")
    }

    func countUndecodable() {}
}
