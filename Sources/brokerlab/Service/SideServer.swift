import Broker
import HTTPTransport
import Terminal
import TransportIO

/// An HTTP server beside those that take entries: it answers requests, and takes none.
///
/// It is the same one that takes entries, with the same bounds on time and memory, but its connections are counted apart: those
/// who ask something take no room from those who send, and find some when these have used up theirs.
struct SideServer: Sendable {
    /// The most connections that are open at once.
    private static let maxConnections = 32
    /// The most bytes that are held for all of them.
    private static let maxHeldBytes = 64 << 20
    /// How long a client may hold up the end of the program.
    private static let drainTimeout = Duration.seconds(1)

    private let option: String
    private let endpoint: Endpoint
    private let options: ServerOptions
    private let answer: @Sendable (HTTPRequest) -> HTTPResponse?

    /// Creates a server.
    /// - Parameters:
    ///   - option: what it was asked for by, which its notices and errors begin with.
    ///   - address: where it listens: `host:port`, `unix:/path` or `unix:@name`.
    ///   - tls: how its connections are secured; nil for cleartext.
    ///   - token: what its clients have to show; nil for nothing.
    init(
        _ option: String, at address: String, tls: ServerTLS? = nil, token: BearerToken? = nil,
        answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse?
    ) throws {
        endpoint = try Endpoint(listeningAt: address)
        var options = ServerOptions(
            target: address, limits: EntryLimits(maxEntryBytes: 1), drainTimeout: Self.drainTimeout, tls: tls,
            notice: { StandardError.write(line: "\(option): \($0)") })
        options.token = token
        options.connections.maxConnections = Self.maxConnections
        options.connections.maxConnectionsPerAddress = Self.maxConnections
        options.connections.maxHeldBytes = Self.maxHeldBytes
        self.options = options
        (self.option, self.answer) = (option, answer)
    }

    /// Serves while `body` is at work, which begins when requests are answered.
    /// - Parameter bound: told where; what it throws ends it.
    /// - Throws: ``ServerError`` where the address cannot be had, before `body` begins; what `body` throws.
    func run<R: Sendable>(
        bound: (ServerAddress) throws -> Void, _ body: () async throws -> R
    ) async throws -> R {
        // No request has an empty path, but one for an authority alone.
        let configuration = HTTPServerConfiguration(entryPath: "", limits: options.limits, control: answer)
        let server = HTTP.server(
            on: endpoint, options: options, configuration: configuration, connections: ServerConnections())
        return try await withThrowingTaskGroup(of: Void.self) { [option] group in
            let (addresses, sink) = AsyncThrowingStream.makeStream(of: ServerAddress.self)
            group.addTask {
                do {
                    try await server.serve(to: NoEntries(option: option)) { sink.yield($0) }
                    sink.finish()
                } catch let error as ServerError {
                    sink.finish(throwing: ServerError("\(option): \(error.message)"))
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
    let option: String

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        .rejected("this is the address of \(option); entries go elsewhere")
    }

    func countUndecodable() {}
}
