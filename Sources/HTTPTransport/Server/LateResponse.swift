import Broker
import Synchronization

/// An answer that is being made off the event loop.
final class LateResponse: Sendable {
    private let made = Mutex<HTTPResponse?>(nil)

    /// Has it made.
    /// - Parameter reply: told when it is.
    init(_ make: @Sendable (_ done: @escaping @Sendable (HTTPResponse) -> Void) -> Void, reply: EntryReply) {
        make { response in
            self.made.withLock { $0 = response }
            reply(.recorded)
        }
    }

    /// The answer, once it is made.
    func take() -> HTTPResponse {
        made.withLock { $0.take() } ?? .failure(500, "the answer was not made")
    }
}
