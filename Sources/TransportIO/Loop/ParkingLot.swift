import NIOCore

/// A task that waits on an event loop; see ``EventLoopExecutor/suspend(_:)``.
package struct LoopContinuation<Value: Sendable>: @unchecked Sendable {
    // Unchecked: the place is touched on the event loop only.
    fileprivate let place: UnsafeMutablePointer<ParkingPlace>

    /// Has the task go on with `value`; once, and on the event loop only.
    package func resume(returning value: Value) {
        precondition(!place.pointee.isResumed, "a task that waits is resumed once")
        ParkingPlace.value(of: place, as: Value.self).initialize(to: value)
        place.pointee.isResumed = true
        let job = place.pointee.job
        place.pointee.executor._withUnsafeGuaranteedRef { executor in
            assert(executor.eventLoop.inEventLoop, "a task that waits on an event loop is resumed there")
            if let job { executor.makeReady(job) }
        }
    }

    fileprivate var isResumed: Bool { place.pointee.isResumed }
}

extension LoopContinuation<Void> {
    /// Has the task go on; once, and on the event loop only.
    package func resume() {
        resume(returning: ())
    }
}

extension EventLoopExecutor {
    /// Waits until the continuation that `body` is given is resumed, in `body` or later.
    ///
    /// On the event loop only, by what is isolated to an actor of this executor. Cheaper than a continuation of Swift's, for which
    /// the runtime looks under a lock for the executor that the task goes on with.
    /// - Returns: what it was resumed with, of 40 bytes at most.
    @inline(__always)
    package func suspend<Value: Sendable>(_ body: (LoopContinuation<Value>) -> Void) async -> Value {
        checkIsolated()
        let continuation = LoopContinuation<Value>(place: lot.takePlace(for: self))
        body(continuation)
        if continuation.isResumed { return lot.leave(continuation) }
        lot.expect(continuation)
        return await lot.park(continuation)
    }
}

/// Where the tasks of an event loop wait.
///
/// It is its own executor, and keeps the jobs that it is given: the runtime gives it that of a task which calls ``park(_:)``, and the
/// event loop runs the job when the task is resumed. As it does so on its own executor, to which the caller is isolated, the runtime
/// has no executor to look for.
actor ParkingLot: SerialExecutor {
    // Unsafe: touched on the event loop only.
    /// The first of the places that nobody waits in.
    private nonisolated(unsafe) var free: UnsafeMutablePointer<ParkingPlace>?
    /// That of the task that is about to park.
    private nonisolated(unsafe) var expected: UnsafeMutablePointer<ParkingPlace>?

    deinit {
        while let place = free {
            free = place.pointee.nextFree
            place.deallocate()
        }
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { asUnownedSerialExecutor() }

    /// Keeps the job of the task that is expected.
    nonisolated func enqueue(_ job: consuming ExecutorJob) {
        guard let place = expected.take() else { preconditionFailure("a task parks when it is expected") }
        place.pointee.job = UnownedJob(job)
    }

    fileprivate nonisolated func takePlace(for executor: EventLoopExecutor) -> UnsafeMutablePointer<ParkingPlace> {
        let place = free ?? ParkingPlace.allocate()
        if free != nil { free = place.pointee.nextFree }
        place.initialize(to: ParkingPlace(executor: .passUnretained(executor)))
        return place
    }

    /// The task of `continuation` parks next.
    fileprivate nonisolated func expect<Value>(_ continuation: LoopContinuation<Value>) {
        expected = continuation.place
    }

    /// Waits until `continuation` is resumed: the switch to this actor takes as long.
    fileprivate func park<Value>(_ continuation: LoopContinuation<Value>) -> Value {
        leave(continuation)
    }

    /// What `continuation` was resumed with; its place is free then.
    fileprivate nonisolated func leave<Value>(_ continuation: LoopContinuation<Value>) -> Value {
        precondition(continuation.isResumed, "a task leaves when it is resumed")
        continuation.place.pointee.nextFree = free
        free = continuation.place
        return ParkingPlace.value(of: continuation.place, as: Value.self).move()
    }
}

/// Where one task waits, with the value that it is resumed with behind it.
///
/// Places are used again, so that no memory is allocated for a wait.
private struct ParkingPlace {
    /// Whoever waits keeps it alive.
    let executor: Unmanaged<EventLoopExecutor>
    /// The task's, once it has parked.
    var job: UnownedJob?
    var isResumed = false
    /// Of a place that is free.
    var nextFree: UnsafeMutablePointer<ParkingPlace>?

    private static let valueSize = 40

    static func allocate() -> UnsafeMutablePointer<ParkingPlace> {
        UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<ParkingPlace>.stride + valueSize, alignment: MemoryLayout<ParkingPlace>.alignment
        ).assumingMemoryBound(to: ParkingPlace.self)
    }

    @inline(__always)
    static func value<Value>(
        of place: UnsafeMutablePointer<ParkingPlace>, as: Value.Type
    ) -> UnsafeMutablePointer<Value> {
        precondition(
            MemoryLayout<Value>.size <= valueSize
                && MemoryLayout<Value>.alignment <= MemoryLayout<ParkingPlace>.alignment,
            "what a task is resumed with has a place")
        return UnsafeMutableRawPointer(place + 1).assumingMemoryBound(to: Value.self)
    }
}
