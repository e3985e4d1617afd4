import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import TransportIO

@Suite(.timeLimit(.minutes(1))) struct EventLoopExecutorTests {
    private let executor = EventLoopExecutor(eventLoop: MultiThreadedEventLoopGroup.singleton.next())

    @Test func tasksRunOnTheLoop() async {
        let eventLoop = executor.eventLoop
        #expect(!eventLoop.inEventLoop)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 {
                group.addTask(executorPreference: executor) {
                    let before = eventLoop.inEventLoop
                    await Task.yield()
                    return before && eventLoop.inEventLoop
                }
            }
            for await stayed in group { #expect(stayed) }
        }
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
        let tasks = try await executor.eventLoop.submit {
            (0..<100).map { number in Task(executorPreference: executor) { await list.append(number) } }
        }.get()
        for task in tasks { await task.value }
        #expect(await list.numbers == Array(0..<100))
    }

    /// What many jobs of a tick wrote leaves with one flush, after all of them.
    @Test func oneFlushATick() async throws {
        let executor = executor
        let events = try await executor.eventLoop.flatSubmit {
            let socket = Socket(executor)
            for number in 0..<3 { Task(executorPreference: executor) { socket.write(number) } }
            return socket.flushed.futureResult
        }.get()
        #expect(events == ["0", "1", "2", "flush"])
    }

    private actor List {
        private(set) var numbers: [Int] = []
        private nonisolated let executor: EventLoopExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        var isOnLoop: Bool { executor.eventLoop.inEventLoop }

        init(executor: EventLoopExecutor) {
            self.executor = executor
        }

        func append(_ number: Int) {
            executor.checkIsolated()
            numbers.append(number)
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
