package import Broker
package import TransportIO

extension ClientTransport {
    /// Opens so many connections side by side, lends them to `body` when all of them are open, and closes them when it ends,
    /// however it ends.
    ///
    /// A cancellation ends the wait for connections; what `body` does with them ends as it wants.
    /// - Throws: what `body` throws; ``TransportError`` of the first that cannot be had; `CancellationError`.
    package func withConnections<R: Sendable>(
        _ count: Int, _ body: ([any PacedConnection]) async throws -> R
    ) async throws -> R {
        let (results, sink) = AsyncStream.makeStream(of: Result<any PacedConnection, any Error>.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let end = Gate()
            defer { end.open() }
            var (dialed, connections) = (0, [any PacedConnection]())
            var iterator = results.makeAsyncIterator()
            while connections.count < count {
                while dialed < count, dialed - connections.count < mostDialsAtOnce {
                    dialed += 1
                    group.addTask {
                        do {
                            try await withConnection { connection in
                                sink.yield(.success(try connection.paced))
                                await end.pass()
                            }
                        } catch {
                            sink.yield(.failure(error))
                        }
                    }
                }
                guard let result = await iterator.next(isolation: #isolation) else { throw CancellationError() }
                connections.append(try result.get())
            }
            try Task.checkCancellation()
            return try await body(connections)
        }
    }
}

/// A listener has room for some that wait to be accepted, and each is to be ready in seconds, with TLS and what its protocol has
/// to be agreed upon.
private let mostDialsAtOnce = 128
