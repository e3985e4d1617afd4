public import Broker
import TransportIO

/// A net/rpc server of methods of your own, beside the logger that ``NetRPC`` registers.
///
/// Go clients reach it with `rpc.Dial` and with `rpc.DialHTTP`, on the same port.
public struct NetRPCServer: Sendable {
    private let transport: SocketServerTransport

    /// Creates a server.
    /// - Parameter options: only `target`, `drainTimeout` and `limits` are used; `limits.maxEntryBytes` bounds an argument.
    /// - Throws: an error about `options.target` if it is no ``Endpoint``.
    public init(_ options: ServerOptions, methods: RPCMethods) throws {
        transport = SocketServerTransport(on: try Endpoint(listeningAt: options.target), options: options) {
            NetRPCServerEngine(limits: options.limits, methods: methods, takesEntries: false)
        }
    }

    /// Serves until the task is cancelled, then answers what it has and returns.
    /// - Parameter ready: called once, with the address that was bound.
    /// - Throws: ``ServerError`` when the address cannot be bound.
    public func serve(ready: @escaping @Sendable (ServerAddress) -> Void) async throws {
        try await transport.serve(to: NoEntries(), ready: ready)
    }
}

/// The recorder of a server that takes no entries.
private struct NoEntries: EntryRecorder {
    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        .rejected("this server takes no log entries")
    }

    func countUndecodable() {}
}
