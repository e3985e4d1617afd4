import Broker
import TransportIO

/// A transport whose connections do not stay: each is closed after so many entries, and another one is dialed.
struct ChurningTransport: ClientTransport {
    /// How many connections were dialed so far.
    let dials = DialCount()
    private let base: any ClientTransport
    private let entriesEach: Int
    private let maxClosing: Int

    /// - Parameters:
    ///   - base: dials the connections.
    ///   - entriesEach: after how many entries one is closed, 1 or more.
    ///   - maxClosing: how many may be on their way to be closed before another one is dialed in the place of one, 1 or more.
    init(_ base: some ClientTransport, entriesEach: Int, maxClosing: Int) {
        (self.base, self.entriesEach, self.maxClosing) = (base, entriesEach, maxClosing)
    }

    var acknowledgement: AcknowledgementClass { base.acknowledgement }

    /// Dials the first of the connections that take one another's place, runs `body` on their event loop, and closes the last one.
    func withConnection<R: Sendable>(
        _ body: @Sendable (isolated ChurningConnection) async throws -> R
    ) async throws -> R {
        let executor = EventLoopExecutor.next()
        let connection = ChurningConnection(
            over: base.pinned(to: executor), on: executor, entriesEach: entriesEach, maxClosing: maxClosing,
            counting: dials)
        return try await connection.whileOpen(body)
    }
}
