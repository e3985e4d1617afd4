import NIOCore

/// Lets messages of more than one DATA frame leave one after the other.
///
/// nghttp2 gives all streams equal shares. Then many large messages arrive at about the same time, all late, and the
/// receiver has to hold all of them half done: sixty-four messages of 1 MiB cost it five times what four cost.
struct LargeMessageGate {
    /// A message that waits for its turn.
    struct Waiter {
        var ticket: Int
        var stream: Int32
    }

    /// The entry whose message has its turn.
    private(set) var current: Int?
    private var waiting = CircularBuffer<Waiter>()

    /// Whether messages wait.
    var isEmpty: Bool { waiting.isEmpty }

    /// Whether a message may start now; if not, it waits for its turn.
    mutating func enter(_ waiter: Waiter) -> Bool {
        if current == nil { current = waiter.ticket }
        if current == waiter.ticket { return true }
        waiting.append(waiter)
        return false
    }

    /// A message has been sent, or is no longer wanted.
    mutating func leave(_ ticket: Int) {
        if current == ticket { current = nil }
    }

    /// Gives the next message its turn, unless another one has it.
    mutating func next() -> Waiter? {
        guard current == nil, let next = waiting.popFirst() else { return nil }
        current = next.ticket
        return next
    }
}
