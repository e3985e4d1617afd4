import NIOCore
import Synchronization

/// The bodies that wait for the server's 100 (Continue) before they are sent (RFC 9110, 10.1.1).
struct Expectation {
    /// The shortest body that waits, in bytes: one that costs more, where it is refused, than the round trip does.
    static let minBodyBytes = 4 * 1024 * 1024
    /// How long a body waits for an answer to its head: a server may know nothing of expectations, and a client is not to
    /// wait for ever.
    static let patience = TimeAmount.seconds(1)

    /// What is known of a server, for all connections to it.
    final class Support: Sendable {
        private let wasRefused = Atomic(false)

        /// Whether the server has answered an expectation with 417: none are sent to it from then on.
        var isRefused: Bool { wasRefused.load(ordering: .relaxed) }

        func refuse() {
            wasRefused.store(true, ordering: .relaxed)
        }
    }

    /// The body.
    var body: ByteBuffer
    /// When it is sent without an answer.
    var deadline: NIODeadline
}
