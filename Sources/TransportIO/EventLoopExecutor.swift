public import NIOCore

/// An event loop as an executor: of the connection actors pinned to it, and of the tasks that send on them.
///
/// Both roles are needed. An actor alone would have each resumed continuation go through the global pool, which hands it
/// back to the loop: two thread hops a message. Jobs that become ready on the loop are queued here without a lock and run
/// before the loop waits for I/O again; what they wrote is flushed once, after all of them.
public final class EventLoopExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Unchecked: every mutable field is touched on the event loop only; enqueue() hops there first.

    /// The event loop.
    public let eventLoop: any EventLoop
    private var ready: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private var awaitingFlush: [any TickFlushing] = []
    private var tickIsScheduled = false

    /// Creates an executor for `eventLoop`.
    public init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Queues a job; called by the Swift runtime from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if eventLoop.inEventLoop {
            ready.append(job)
            scheduleTick()
        } else {
            eventLoop.execute {
                self.ready.append(job)
                self.scheduleTick()
            }
        }
    }

    /// Has `socket` flushed once, at the end of the current tick. On the event loop only.
    func flushAtEndOfTick(_ socket: any TickFlushing) {
        awaitingFlush.append(socket)
        scheduleTick()
    }

    private func scheduleTick() {
        guard !tickIsScheduled else { return }
        tickIsScheduled = true
        eventLoop.execute { self.runTick() }
    }

    /// Runs the jobs that are ready, then flushes. Jobs that these make ready wait for the next tick, so that a chain of
    /// them cannot keep the loop from its sockets and timers for ever.
    private func runTick() {
        swap(&ready, &running)
        let serial = asUnownedSerialExecutor()
        let task = asUnownedTaskExecutor()
        for job in running {
            job.runSynchronously(isolatedTo: serial, taskExecutor: task)
        }
        running.removeAll(keepingCapacity: true)
        tickIsScheduled = false
        if ready.isEmpty {
            for socket in awaitingFlush {
                socket.flushTick()
            }
            awaitingFlush.removeAll(keepingCapacity: true)
        } else {
            scheduleTick()
        }
    }

    /// Traps unless called on the event loop.
    public func checkIsolated() {
        eventLoop.preconditionInEventLoop()
    }

    /// Whether the calling thread is the event loop's.
    public func isIsolatingCurrentContext() -> Bool? {
        eventLoop.inEventLoop
    }
}

/// A socket whose writes of one tick leave in one flush.
protocol TickFlushing: AnyObject {
    /// Writes what was collected.
    func flushTick()
}
