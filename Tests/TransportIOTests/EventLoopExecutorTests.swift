import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import TransportIO

@Suite(.timeLimit(.minutes(1))) struct EventLoopExecutorTests {
    private let executor = EventLoopExecutor(eventLoop: MultiThreadedEventLoopGroup.singleton.next())

    @Test func tasksRunOnTheLoop() async throws {
        let (executor, eventLoop) = (executor, executor.eventLoop)
        #expect(!eventLoop.inEventLoop)
        let list = List(executor: executor)
        try await eventLoop.submit {
            for number in 0..<200 {
                executor.begin { _ in
                    #expect(eventLoop.inEventLoop)
                    await Task.yield()
                    #expect(eventLoop.inEventLoop)
                    await list.append(number)
                }
            }
        }.get()
        #expect(await list.whenFilled(200).sorted() == Array(0..<200))
    }

    @Test func actorsRunOnTheLoop() async {
        let list = List(executor: executor)
        for number in 0..<100 { await list.append(number) }
        #expect(await list.numbers == Array(0..<100))
        #expect(await list.isOnLoop)
        #expect(executor.isIsolatingCurrentContext() == false)
    }

    /// Jobs run in the order in which they became ready.
    @Test func order() async throws {
        let executor = executor
        let list = List(executor: executor)
        try await executor.eventLoop.submit {
            for number in 0..<100 { executor.begin { _ in await list.append(number) } }
        }.get()
        #expect(await list.whenFilled(100) == Array(0..<100))
    }

    /// What many jobs of a tick wrote leaves with one flush, after all of them.
    @Test func oneFlushATick() async throws {
        let executor = executor
        let events = try await executor.eventLoop.flatSubmit {
            let socket = Socket(executor)
            for number in 0..<3 { executor.begin { _ in socket.write(number) } }
            return socket.flushed.futureResult
        }.get()
        #expect(events == ["0", "1", "2", "flush"])
    }

    // MARK: Waiting

    /// A task that is resumed before it has begun to wait goes on at once.
    @Test func resumedWithinTheBody() async {
        let place = Place(executor: executor)
        for number in 0..<100 { #expect(await place.waitForNothing(number) == number) }
    }

    /// What resumes a task comes from the loop, and has it go on there, without another job of the runtime's.
    @Test func resumedLater() async {
        let place = Place(executor: executor)
        for number in 0..<100 { #expect(await place.waitForTheLoop("number \(number)") == "number \(number)") }
    }

    /// Those who wait go on in the order in which they are resumed, each with its own value.
    @Test func resumedInOrder() async {
        let place = Place(executor: executor)
        for _ in 0..<3 {
            await withTaskGroup(of: (Int, Int?).self) { group in
                for number in 0..<1000 { group.addTask { (number, await place.wait(number)) } }
                await place.waitFor(1000)
                await place.resumeBackwards()
                for await (number, value) in group { #expect(value == -number) }
            }
            #expect(await place.takeOrder() == (0..<1000).reversed())
        }
    }

    /// A cancelled task waits on until it is resumed.
    @Test func cancelledWhileItWaits() async {
        let place = Place(executor: executor)
        let task = Task { (await place.wait(7), Task.isCancelled) }
        await place.waitFor(1)
        task.cancel()
        await place.resumeBackwards()
        #expect(await task.value == (-7, true))
    }

    /// A task that prefers another executor comes back to the loop all the same.
    @Test func withATaskExecutor() async {
        let place = Place(executor: executor)
        await withTaskExecutorPreference(globalConcurrentExecutor) {
            for number in 0..<100 {
                #expect(await place.waitForNothing(number) == number)
                #expect(await place.waitForTheLoop("number \(number)") == "number \(number)")
            }
        }
    }

    /// A task of no connection waits on the loop, for one that comes behind it, for the time, and for a future.
    @Test func tasksWait() async throws {
        let (executor, eventLoop) = (executor, executor.eventLoop)
        let list = List(executor: executor)
        let waiting = NIOLoopBoundBox<LoopContinuation<Int>?>.makeBoxSendingValue(nil, eventLoop: eventLoop)
        try await eventLoop.submit {
            executor.begin { task in
                let number = await task.executor.suspend { waiting.value = $0 }
                #expect(eventLoop.inEventLoop)
                await list.append(number)
                await executor.sleep(until: (NIODeadline.now() + .milliseconds(1)).uptimeNanoseconds)
                #expect(eventLoop.inEventLoop)
                let failed: EventLoopFuture<Int> = eventLoop.makeFailedFuture(ChannelError.eof)
                #expect(await (try? executor.value(of: failed)) == nil)
                let later = eventLoop.scheduleTask(in: .milliseconds(1)) { 3 }.futureResult
                await list.append((try? await executor.value(of: later)) ?? 0)
                #expect(eventLoop.inEventLoop)
            }
            executor.begin { _ in
                await list.append(1)
                waiting.value.take()?.resume(returning: 2)
            }
        }.get()
        #expect(await list.whenFilled(3) == [1, 2, 3])
    }

    private actor Place {
        private nonisolated let executor: EventLoopExecutor
        private var waiting: [(number: Int, continuation: LoopContinuation<Int?>)] = []
        private var awaited: (count: Int, continuation: LoopContinuation<Void>)?
        private var order: [Int] = []
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(executor: EventLoopExecutor) {
            self.executor = executor
        }

        func waitForNothing(_ number: Int) async -> Int {
            let value = await executor.suspend { $0.resume(returning: number) }
            executor.checkIsolated()
            return value
        }

        func waitForTheLoop(_ text: String) async -> String {
            let eventLoop = executor.eventLoop
            let value = await executor.suspend { continuation in
                eventLoop.execute { continuation.resume(returning: text) }
            }
            executor.checkIsolated()
            return value
        }

        func wait(_ number: Int) async -> Int? {
            let value = await executor.suspend { continuation in
                waiting.append((number, continuation))
                if let awaited, awaited.count == waiting.count {
                    self.awaited = nil
                    awaited.continuation.resume()
                }
            }
            executor.checkIsolated()
            order.append(number)
            return value
        }

        func waitFor(_ count: Int) async {
            guard waiting.count < count else { return }
            await executor.suspend { awaited = (count, $0) }
        }

        func resumeBackwards() {
            for (number, continuation) in waiting.sorted(by: { $0.number > $1.number }) {
                continuation.resume(returning: -number)
            }
            waiting = []
        }

        func takeOrder() -> [Int] {
            defer { order = [] }
            return order
        }
    }

    private actor List {
        private(set) var numbers: [Int] = []
        private nonisolated let executor: EventLoopExecutor
        private var awaited: (count: Int, continuation: LoopContinuation<Void>)?
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        var isOnLoop: Bool { executor.eventLoop.inEventLoop }

        init(executor: EventLoopExecutor) {
            self.executor = executor
        }

        func append(_ number: Int) {
            executor.checkIsolated()
            numbers.append(number)
            if let awaited, awaited.count == numbers.count {
                self.awaited = nil
                awaited.continuation.resume()
            }
        }

        /// The numbers, when there are so many.
        func whenFilled(_ count: Int) async -> [Int] {
            if numbers.count < count { await executor.suspend { awaited = (count, $0) } }
            return numbers
        }
    }

    // Unchecked: confined to the event loop.
    private final class Socket: TickFlushing, @unchecked Sendable {
        private let executor: EventLoopExecutor
        private var events: [String] = []
        private var isScheduled = false
        let flushed: EventLoopPromise<[String]>

        init(_ executor: EventLoopExecutor) {
            self.executor = executor
            flushed = executor.eventLoop.makePromise()
        }

        func write(_ number: Int) {
            events.append("\(number)")
            guard !isScheduled else { return }
            isScheduled = true
            executor.flushAtEndOfTick(self)
        }

        func flushTick() {
            events.append("flush")
            flushed.succeed(events)
        }
    }
}
