/// What a task on an event loop is isolated to that is none of a connection's.
package actor LoopTask {
    /// The event loop.
    package nonisolated let executor: EventLoopExecutor

    fileprivate init(on executor: EventLoopExecutor) {
        self.executor = executor
    }

    /// The event loop.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    fileprivate func begin(_ body: @escaping @Sendable (isolated LoopTask) async -> Void) {
        Task { await body(self) }
    }
}

extension EventLoopExecutor {
    /// Begins a task that runs on the event loop, in the next tick; on the event loop only.
    package func begin(_ body: @escaping @Sendable (isolated LoopTask) async -> Void) {
        LoopTask(on: self).assumeIsolated { $0.begin(body) }
    }
}
