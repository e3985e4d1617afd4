import Broker
import HTTP2
import Synchronization
import TransportIO

@testable import GRPCTransport

/// Serves services over this project's engine, on a free port unless `target` names one, while `body` runs.
func withInteropServer(
    _ services: @escaping @Sendable () -> [GRPCService] = { [InteropService.service] },
    connection: ConnectionLimits = ConnectionLimits(), at target: String = "127.0.0.1:0",
    _ body: @escaping @Sendable (String) async throws -> Void
) async throws {
    let options = ServerOptions(target: target, drainTimeout: .seconds(1))
    let server = SocketServerTransport(on: try Endpoint(parsing: options.target), options: options) {
        GRPCServerEngine(limits: EntryLimits(), services: services(), connection: connection)
    }
    let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
    try await withThrowingTaskGroup { group in
        group.addTask {
            try await server.serve(to: NoRecorder()) { continuation.yield($0.target) }
        }
        group.addTask {
            for await address in addresses { return try await body(address) }
        }
        // The server ends when it is cancelled; what ends first is the body, or a server that cannot serve.
        try await group.next()
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// Takes no entries: the interop services have none.
private struct NoRecorder: EntryRecorder {
    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        .rejected("this server takes no entries")
    }

    func countUndecodable() {}
}
