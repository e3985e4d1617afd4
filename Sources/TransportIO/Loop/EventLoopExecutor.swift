package import NIOCore

/// An event loop as the executor of the actors that are pinned to it.
///
/// Jobs that become ready on the loop are queued here without a lock and run before the loop waits for I/O again; what they
/// wrote is flushed once, after all of them. Whoever waits on the loop for what happens there does so in ``suspend(_:)``: a
/// continuation of Swift's goes through the global pool, which hands the task back to the loop, two thread hops a message.
package final class EventLoopExecutor: SerialExecutor, @unchecked Sendable {
    // Unchecked: every mutable field is touched on the event loop only; enqueue() hops there first.

    /// The event loop.
    package let eventLoop: any EventLoop
    /// Where its tasks wait.
    let lot = ParkingLot()
    private var ready: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private var awaitingFlush: [any TickFlushing] = []
    private var tickIsScheduled = false
    /// Whether jobs are being run: what becomes ready meanwhile is looked at afterwards.
    private var isRunning = false
    /// How often a socket was read.
    private(set) var reads = 0
    /// How many ticks in a row have made further jobs ready.
    private var busyTicks = 0

    /// So many of them, and the loop looks after its sockets and timers for a moment.
    private static let maxBusyTicks = 64

    /// Creates an executor for `eventLoop`.
    package init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Queues a job; called by the Swift runtime from any thread.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if eventLoop.inEventLoop {
            makeReady(job)
        } else {
            eventLoop.execute { self.makeReady(job) }
        }
    }

    /// Has a job run in this tick or the next; on the event loop only.
    func makeReady(_ job: UnownedJob) {
        ready.append(job)
        scheduleTick()
    }

    /// Has `socket` flushed once, at the end of the current tick; on the event loop only.
    func flushAtEndOfTick(_ socket: any TickFlushing) {
        awaitingFlush.append(socket)
        scheduleTick()
    }

    /// Whether all jobs have run and what they wrote has been flushed.
    var isIdle: Bool { !tickIsScheduled && !isRunning && ready.isEmpty && awaitingFlush.isEmpty }

    private func scheduleTick() {
        guard !tickIsScheduled, !isRunning else { return }
        tickIsScheduled = true
        eventLoop.execute { self.runTick() }
    }

    /// Runs the jobs that are ready, then flushes; jobs that these make ready wait for the next tick.
    ///
    /// What a task of NIO's loop gives to `execute` runs before the loop waits for I/O again. So a chain of jobs that does
    /// not end, such as a task that yields until something happens, is interrupted by a timer now and then.
    private func runTick() {
        isRunning = true
        run()
        isRunning = false
        tickIsScheduled = false
        busyTicks = ready.isEmpty ? 0 : busyTicks &+ 1
        if !ready.isEmpty && busyTicks < Self.maxBusyTicks { return scheduleTick() }
        flush()
        guard !ready.isEmpty, !tickIsScheduled else { return }
        busyTicks = 0
        tickIsScheduled = true
        eventLoop.scheduleTask(in: .microseconds(20)) { self.runTick() }
    }

    /// Runs the jobs that `resume` makes ready, then flushes: before other sockets are read, so that what answers a socket's
    /// bytes leaves while they, and what they touched, are in the cache, and the peer has work meanwhile.
    func runJobs(madeReadyBy resume: () -> Void) {
        reads &+= 1
        guard !isRunning else { return resume() }
        isRunning = true
        resume()
        run()
        flush()
        isRunning = false
        // Jobs made ready by these are the next tick's.
        if !ready.isEmpty { scheduleTick() }
    }

    private func run() {
        guard !ready.isEmpty else { return }
        swap(&ready, &running)
        let serial = asUnownedSerialExecutor()
        for job in running {
            job.runSynchronously(on: serial)
        }
        running.removeAll(keepingCapacity: true)
    }

    private func flush() {
        for socket in awaitingFlush {
            socket.flushTick()
        }
        awaitingFlush.removeAll(keepingCapacity: true)
    }

    /// Waits until `deadline`, in nanoseconds of the monotonic clock; as ``suspend(_:)``.
    package func sleep(until deadline: UInt64) async {
        await suspend { continuation in
            eventLoop.scheduleTask(deadline: .uptimeNanoseconds(deadline)) { continuation.resume() }
        }
    }

    /// What a future of the event loop comes to; waits as ``suspend(_:)``, where its `get()` would leave the loop.
    func value<Value: Sendable>(of future: EventLoopFuture<Value>) async throws -> Value {
        try await suspend { continuation in
            future.whenComplete { continuation.resume(returning: $0) }
        }.get()
    }

    /// Traps unless called on the event loop.
    package func checkIsolated() {
        eventLoop.preconditionInEventLoop()
    }

    /// Whether the calling thread is the event loop's.
    package func isIsolatingCurrentContext() -> Bool? {
        eventLoop.inEventLoop
    }
}

/// A socket whose writes of one tick leave in one flush.
protocol TickFlushing: AnyObject {
    /// Writes what was collected.
    func flushTick()
}
