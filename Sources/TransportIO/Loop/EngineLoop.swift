package import NIOCore

/// What an engine may ask of the event loop that drives it: the time, and to be called when something is due.
///
/// Engines that only answer what comes in have no use for it. Those that do keep it from `attach(to:)` on, and are called
/// back in `proceed`, on the event loop.
package struct EngineLoop {
    /// Whether the peer came over loopback, as a browser on this machine would.
    package let isLoopback: Bool
    private let clock: () -> NIODeadline
    private let wakeUp: (NIODeadline?) -> Void

    /// Creates a loop.
    /// - Parameters:
    ///   - clock: tells the time.
    ///   - wakeUp: has the engine's `proceed` called at that time, or at once, though never from within this call.
    ///   - isLoopback: whether the peer came over loopback.
    package init(
        clock: @escaping () -> NIODeadline, wakeUp: @escaping (NIODeadline?) -> Void, isLoopback: Bool = false
    ) {
        self.isLoopback = isLoopback
        self.clock = clock
        self.wakeUp = wakeUp
    }

    /// The time.
    package var now: NIODeadline { clock() }

    /// Has the engine's `proceed` called soon.
    package func wake() {
        wakeUp(nil)
    }

    /// Has the engine's `proceed` called at `deadline` at the latest; it may be called earlier as well.
    package func wake(at deadline: NIODeadline) {
        wakeUp(deadline)
    }
}

/// The calls that an engine has asked for, as tasks of an event loop: one at once, one at a time.
package struct EngineWakeUps {
    private var isSoon = false
    private var timer: Scheduled<Void>?
    private var due = NIODeadline.distantFuture

    package init() {}

    /// Schedules `body`, unless it is going to run early enough anyway.
    package mutating func schedule(_ deadline: NIODeadline?, on eventLoop: any EventLoop, _ body: @escaping () -> Void)
    {
        // Called on the event loop, as is what it runs.
        let task = NIOLoopBound(body, eventLoop: eventLoop)
        guard let deadline else {
            if !isSoon {
                isSoon = true
                eventLoop.execute { task.value() }
            }
            return
        }
        guard deadline < due else { return }
        timer?.cancel()
        due = deadline
        timer = eventLoop.scheduleTask(deadline: deadline) { task.value() }
    }

    /// A call has come; what is not due yet stays scheduled.
    package mutating func came(at now: NIODeadline) {
        isSoon = false
        if due <= now { due = .distantFuture }
    }

    /// Forgets all of it.
    package mutating func cancel() {
        timer?.cancel()
        timer = nil
        due = .distantFuture
    }
}
