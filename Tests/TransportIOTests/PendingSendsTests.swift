import Broker
import Testing

@testable import TransportIO

@Suite struct PendingSendsTests {
    /// Runs `body` with pending sends of so many waiters, and returns what each was told; all have to be told.
    private func outcomes(
        _ count: Int, _ body: @escaping @Sendable (inout PendingSends) -> Void
    ) async -> [TransportError?] {
        let sends = Sends()
        return await withTaskGroup(of: (Int, TransportError?).self) { group in
            // One after the other, so that the tickets are known.
            for number in 0..<count {
                await withCheckedContinuation { inserted in
                    group.addTask { (number, await sends.insert(number) { inserted.resume() }) }
                }
            }
            await sends.change(body)
            var outcomes = [TransportError?](repeating: nil, count: count)
            for await (number, failure) in group { outcomes[number] = failure }
            return outcomes
        }
    }

    private actor Sends {
        private nonisolated let executor = EventLoopExecutor.next()
        private var pending = PendingSends()
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        func insert(_ number: Int, _ inserted: @Sendable () -> Void) async -> TransportError? {
            await executor.suspend { waiter in
                let ticket = pending.insert(waiter, since: UInt16(number))
                #expect(ticket == number)
                inserted()
            }
        }

        func change(_ body: @Sendable (inout PendingSends) -> Void) {
            body(&pending)
        }
    }

    @Test func eachIsToldItsOwn() async {
        let failures = (0..<4).map { TransportError(.rejected, "\($0)") }
        let outcomes = await outcomes(4) { pending in
            #expect(pending.count == 4)
            for ticket in [2, 0, 3, 1] { pending.remove(ticket)?.resume(returning: failures[ticket]) }
            #expect(pending.count == 0)
            for ticket in [0, 3, 4, -1, .max] {
                let waiter = pending.remove(ticket)
                #expect(waiter.map { _ in true } == nil)
            }
        }
        #expect(outcomes == failures)
    }

    @Test func allFail() async {
        let failure = TransportError(.unknown, "lost")
        let outcomes = await outcomes(3) { pending in
            pending.remove(1)?.resume(returning: nil)
            pending.failAll(failure)
            #expect(pending.count == 0)
            pending.failAll(failure)
        }
        #expect(outcomes == [failure, nil, failure])
    }

    /// Who waited long before the entry was sent is told, and the ticket is free when the answer has come.
    @Test func abandonsWhatIsOverdue() async {
        let failure = TransportError(.unknown, "late")
        let outcomes = await outcomes(3) { pending in
            // The tickets' sends were asked for in the seconds 0, 1 and 2; the count runs over.
            pending.abandonOverdue(now: .max, limit: .max, failure)
            #expect(pending.count == 3)
            let waiter = pending.remove(0)
            #expect(waiter.map { _ in true } == nil)
            #expect(pending.count == 2)
            pending.abandonOverdue(now: 1, limit: .max, failure)
            pending.remove(1)?.resume(returning: nil)
            let other = pending.remove(2)
            #expect(other.map { _ in true } == nil)
            #expect(pending.count == 0)
        }
        #expect(outcomes == [failure, nil, failure])
    }

    @Test func ages() async {
        let outcomes = await outcomes(2) { pending in
            for _ in 1...4 {
                let isOverdue = pending.growOlder(limit: 5)
                #expect(!isOverdue)
            }
            pending.remove(0)?.resume(returning: nil)
            let isOverdue = pending.growOlder(limit: 5)
            #expect(isOverdue)
            pending.remove(1)?.resume(returning: nil)
            for _ in 0..<600 {
                let isOverdue = pending.growOlder(limit: 5)
                #expect(!isOverdue)
            }
        }
        #expect(outcomes == [nil, nil])
    }
}
