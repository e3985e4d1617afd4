import Broker
import NIOCore

/// Who waits for room on the sockets of a pool, the longest first.
///
/// Confined to the pool's event loop.
struct PoolWaiters {
    typealias Continuation = LoopContinuation<TransportError?>

    private struct Waiter {
        var number: UInt64
        var continuation: Continuation
        /// The second of the pool's in which the send was asked for.
        var since: UInt16
    }

    private var waiters = CircularBuffer<Waiter>()
    private var nextNumber: UInt64 = 0

    var count: Int { waiters.count }
    var isEmpty: Bool { waiters.isEmpty }

    /// A number for one who is about to wait.
    mutating func takeNumber() -> UInt64 {
        nextNumber += 1
        return nextNumber
    }

    mutating func append(_ continuation: Continuation, number: UInt64, since: UInt16) {
        waiters.append(Waiter(number: number, continuation: continuation, since: since))
    }

    /// Lets so many look for room again.
    mutating func resume(_ count: Int) {
        for _ in 0..<min(count, waiters.count) { waiters.removeFirst().continuation.resume(returning: nil) }
    }

    mutating func failAll(_ failure: TransportError) {
        for _ in 0..<waiters.count { waiters.removeFirst().continuation.resume(returning: failure) }
    }

    /// Fails the one of that number, if it still waits.
    mutating func fail(number: UInt64, _ failure: TransportError) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        waiters.remove(at: index).continuation.resume(returning: failure)
    }

    /// Fails those whose sends were asked for `limit` seconds ago; returns whether there were any.
    mutating func failOverdue(now: UInt16, limit: UInt16, _ failure: @autoclosure () -> TransportError) -> Bool {
        let before = waiters.count
        for _ in 0..<waiters.count {
            let waiter = waiters.removeFirst()
            if now &- waiter.since >= limit {
                waiter.continuation.resume(returning: failure())
            } else {
                waiters.append(waiter)
            }
        }
        return waiters.count < before
    }
}
