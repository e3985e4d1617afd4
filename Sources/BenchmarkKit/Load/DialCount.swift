import Synchronization

/// How many connections were dialed so far, over all that take one another's place.
final class DialCount: Sendable {
    private let dials = Atomic<UInt64>(0)

    /// Those until now, whatever came of them.
    var count: UInt64 { dials.load(ordering: .relaxed) }

    /// One more is dialed.
    func add() {
        dials.add(1, ordering: .relaxed)
    }
}
