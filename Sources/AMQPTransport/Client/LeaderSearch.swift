import Broker
import Synchronization

/// Whether a quorum queue may have lost its leader, as connections see it that are refused all that they publish.
///
/// RabbitMQ 3 asks the queue's leader before the first message of a channel, and goes on asking the node that was the leader when
/// the channel was opened, also when that has died and another one leads: only another channel finds that one. A queue that is
/// full is refused in the same way, so that the search has an end.
final class LeaderSearch: Sendable {
    /// An election takes a second or two.
    static let usualPatience = Duration.seconds(5)

    private let patience: UInt64
    /// When a connection was refused everything first, since the last one that was not; 0 for never.
    private let begin = Atomic<UInt64>(0)

    /// - Parameter patience: how long connections are left for another one.
    init(patience: Duration = usualPatience) {
        self.patience = UInt64(patience / .nanoseconds(1))
    }

    /// A connection was refused the first that it published: whether another one may find a leader.
    func goesOn() -> Bool {
        let now = MonotonicClock.now
        let first = begin.load(ordering: .relaxed)
        if first == 0 { begin.store(now, ordering: .relaxed) }
        return now - (first == 0 ? now : first) < patience
    }

    /// RabbitMQ has taken something.
    func end() {
        begin.store(0, ordering: .relaxed)
    }
}
