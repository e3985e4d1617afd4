import Testing
import TransportIO

@testable import AMQPTransport

/// Which entries wait for a logger's answer, and which of them RabbitMQ has.
@Suite struct ReplyQueueTests {
    private func queue(of count: Int) -> ReplyQueue {
        var queue = ReplyQueue()
        for ticket in 0..<count { queue.append(ticket, number: UInt64(100 + ticket)) }
        return queue
    }

    @Test func answersComeInAnyOrderAndCountOnce() {
        var queue = queue(of: 4)
        #expect(queue.nextTag == 5)
        #expect([3, 1, 3, 1, 9, 0, 2].map { queue.answered($0) } == [2, 0, nil, nil, nil, nil, 1])
        #expect(queue.nextTag == 5)
        queue.append(7, number: 104)
        #expect(queue.answered(4) == 3 && queue.answered(5) == 7 && queue.answered(5) == nil)
    }

    @Test func confirmsComeBeforeAnswersOrBehind() throws {
        var queue = queue(of: 5)
        #expect(queue.answered(1) == 0)
        try queue.queued(2, multiple: true)
        try queue.queued(4, multiple: false)
        #expect(queue.giveUp(1) && queue.giveUp(3))
        // Nobody has confirmed those.
        #expect(!queue.giveUp(2) && !queue.giveUp(4) && !queue.giveUp(17))
        #expect(queue.answered(2) == nil, "an answer that is too late")
        try queue.queued(0, multiple: true)
        #expect(queue.giveUp(2) && queue.giveUp(4))
        queue.append(9, number: 200)
        #expect(queue.nextTag == 7)
        try queue.queued(6, multiple: true)
        #expect(queue.answered(6) == 9)
    }

    @Test(arguments: [(0, false), (6, false), (6, true), (2, true), (2, false), (UInt64.max, true)])
    func confirmsOfNothingAreRefused(_ tag: UInt64, _ multiple: Bool) throws {
        var queue = queue(of: 5)
        try queue.queued(3, multiple: true)
        #expect(throws: ProtocolError.self) { try queue.queued(tag, multiple: multiple) }
        #expect(throws: ProtocolError.self) { try queue.refused(tag, multiple: multiple) { _ in } }
        #expect((1...5).map { queue.answered($0) } == [0, 1, 2, 3, 4])
    }

    @Test func refusalsAreToldOfThoseThatWait() throws {
        var queue = queue(of: 6)
        #expect(queue.answered(2) == 1)
        var refused: Set<Int> = []
        try queue.refused(4, multiple: true) { refused.insert($0) }
        #expect(refused == [0, 2, 3])
        try queue.refused(6, multiple: false) { refused.insert($0) }
        #expect(refused == [0, 2, 3, 5])
        #expect(queue.returned(number: 104) == 4 && queue.returned(number: 104) == nil)
        try queue.queued(5, multiple: false)
        #expect(queue.nextTag == 7)
    }

    @Test func allAreForgottenWithTheChannel() throws {
        var queue = queue(of: 3)
        #expect(queue.isUntouched)
        #expect(queue.answered(2) == 1)
        #expect(!queue.isUntouched)
        var forgotten: [Int] = []
        queue.removeAll { forgotten.append($0) }
        #expect(forgotten == [0, 2])
        #expect(queue.isUntouched && queue.nextTag == 1)
    }
}
