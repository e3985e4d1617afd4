import Broker
import TransportIO

/// Where the senders of one operation wait for each other.
///
/// Unchecked: touched by functions that are isolated to one connection only.
final class OperationBarrier: @unchecked Sendable {
    private var count: Int
    private var waiting: [LoopContinuation<UInt64?>] = []
    private var mayGoOn = true

    init(count: Int) {
        self.count = count
        waiting.reserveCapacity(count)
    }

    /// Waits until all senders are here.
    /// - Returns: when the last of them came, which is when the next operation starts; nil when there is none.
    func pass<Connection: PacedConnection>(
        until end: UInt64, on connection: isolated Connection
    ) async -> UInt64? {
        guard waiting.count + 1 >= count else {
            return await connection.executor.suspend { waiting.append($0) }
        }
        let now = MonotonicClock.now
        mayGoOn = mayGoOn && now < end
        resumeAll(at: now)
        return mayGoOn ? now : nil
    }

    /// A sender ends: those that wait do so no longer.
    func leave() {
        count -= 1
        mayGoOn = false
        resumeAll(at: 0)
    }

    private func resumeAll(at now: UInt64) {
        let senders = waiting
        waiting.removeAll(keepingCapacity: true)
        for sender in senders { sender.resume(returning: mayGoOn ? now : nil) }
    }
}
