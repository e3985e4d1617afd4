import Synchronization

/// How often something was done.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    /// Counts one more, and says which one it is.
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
