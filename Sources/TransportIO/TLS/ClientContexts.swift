import Broker
import Synchronization

/// What the connections of a client are secured with, for each address that they may lead to: read when the first is opened, and
/// shared by all, as a context is larger than a connection.
final class ClientContexts: Sendable {
    private let contexts = Mutex<[TLSContext]?>(nil)

    /// Those of the endpoints, in their order; what is to be said of them is said when they are read.
    /// - Throws: ``TransportError`` where files cannot be used; the next one who asks has them read again.
    func contexts(
        _ tls: ClientTLS, for endpoints: [Endpoint], of peer: String, notice: (String) -> Void
    ) throws(TransportError) -> [TLSContext] {
        try contexts.withLock { contexts throws(TransportError) in
            if let contexts { return contexts }
            var made: [TLSContext] = []
            for endpoint in endpoints {
                do throws(TLSFailure) {
                    made.append(try TLSContext(tls, host: endpoint.serverName))
                } catch {
                    throw TransportError(.notSent, "cannot reach \(peer) at \(endpoint) over TLS: \(error)")
                }
            }
            if let warning = made.first?.warning { notice(warning) }
            contexts = made
            return made
        }
    }
}
