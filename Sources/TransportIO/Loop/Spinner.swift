import Broker
import CLinux
import Glibc
import NIOCore

/// Waits on an event loop without giving up the core, and lets the loop go on when there is something to do for it.
///
/// NIO has no way to look after sockets without waiting for them, so the spinner watches them with an epoll(7) of its own.
/// Confined to the event loop.
final class Spinner: @unchecked Sendable {
    // Unchecked: touched on the event loop only, by the pool and by the tasks that it gives to the loop.

    /// The loop is let go on so often in any case, in nanoseconds: for sockets that are still being connected, and the like.
    private static let longestStretch: UInt64 = 10_000_000
    /// How long the loop is given, at first and at most: it runs what is due before it looks after its sockets, so that what
    /// is due too soon would keep it from them.
    private static let (shortestLeave, longestLeave) = (TimeAmount.microseconds(5), TimeAmount.microseconds(640))

    private let executor: EventLoopExecutor
    /// Ready where there is something to read, or room to write; it has ``writable`` in it.
    private let watched = epoll_create1(Int32(EPOLL_CLOEXEC))
    /// Edge-triggered, so that room tells of itself once.
    private let writable = epoll_create1(Int32(EPOLL_CLOEXEC))
    /// Whether every socket can be watched.
    private var seesAll: Bool
    private var lastLetGo: UInt64 = 0
    private var leave = shortestLeave
    private var readsBefore = 0

    init(executor: EventLoopExecutor) {
        self.executor = executor
        seesAll = Self.add(writable, for: EPOLLIN.rawValue, to: watched)
    }

    deinit {
        close(watched)
        close(writable)
    }

    /// Watches a socket until it is closed; -1 for one that cannot be watched, after which there is no spinning.
    func watch(_ socket: CInt) {
        seesAll =
            seesAll && Self.add(socket, for: EPOLLIN.rawValue, to: watched)
            && Self.add(socket, for: EPOLLOUT.rawValue | EPOLLET.rawValue, to: writable)
    }

    private static func add(_ descriptor: CInt, for events: UInt32, to set: CInt) -> Bool {
        var event = epoll_event()
        event.events = events
        return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) == 0
    }

    /// Waits until ``MonotonicClock`` shows `deadline`.
    /// - Returns: The CPU time that took, in nanoseconds; 0 where it had to sleep.
    func spin(until deadline: UInt64) async -> UInt64 {
        guard seesAll else {
            await executor.sleep(until: deadline)
            return 0
        }
        return await executor.suspend { done in
            executor.eventLoop.execute { self.turn(until: deadline, spent: 0, done) }
        }
    }

    private func turn(until deadline: UInt64, spent: UInt64, _ done: LoopContinuation<UInt64>) {
        // What was made ready before the wait began comes first.
        guard executor.isIdle else {
            return executor.eventLoop.execute { self.turn(until: deadline, spent: spent, done) }
        }
        let start = MonotonicClock.threadCPUTime
        let isDue = wait(until: deadline)
        let spent = spent &+ MonotonicClock.threadCPUTime &- start
        if isDue { return done.resume(returning: spent) }
        executor.eventLoop.scheduleTask(in: leave) { self.turn(until: deadline, spent: spent, done) }
    }

    /// Waits on the core; false when the loop has something to do before that.
    private func wait(until deadline: UInt64) -> Bool {
        var event = epoll_event()
        while true {
            let now = MonotonicClock.now
            if now >= deadline { return true }
            if now &- lastLetGo >= Self.longestStretch {
                leave = Self.shortestLeave
                lastLetGo = now
                return false
            }
            if epoll_wait(watched, &event, 1, 0) != 0 {
                while epoll_wait(writable, &event, 1, 0) == 1 {}
                // A loop that was let go and has read nothing did perhaps not get there: a slow machine, or a debug build.
                leave = executor.reads == readsBefore ? min(leave * 2, Self.longestLeave) : Self.shortestLeave
                readsBefore = executor.reads
                lastLetGo = now
                return false
            }
            // The core may be the one on which the kernel has put the peer.
            sched_yield()
        }
    }
}
