import NIOCore
import NIOEmbedded
import Testing

@testable import TransportIO

@Suite("What is called once a second")
struct SecondTicksTests {
    /// Counts its seconds, and may leave at one of them.
    private final class Member: SecondTicking {
        let ticks: SecondTicks
        private let leavesAfter: Int
        private(set) var seconds = 0

        init(_ ticks: SecondTicks, leavesAfter: Int = .max) {
            (self.ticks, self.leavesAfter) = (ticks, leavesAfter)
            ticks.add(self)
        }

        func secondPassed() {
            seconds += 1
            if seconds == leavesAfter { ticks.remove(self) }
        }
    }

    @Test("is called a second after it was added, or a sixteenth of one later, and never earlier")
    func firstTick() {
        let eventLoop = EmbeddedEventLoop()
        let ticks = SecondTicks.of(eventLoop)
        var members: [Member] = []
        for _ in 0..<40 {
            members.append(Member(ticks))
            eventLoop.advanceTime(by: .milliseconds(30))
        }
        // The n-th is n times 30 ms younger than the first.
        func expectSeconds(at now: Int) {
            for (number, member) in members.enumerated() {
                let age = now - 30 * number
                #expect((max(0, (age - 63) / 1000)...age / 1000).contains(member.seconds), "\(number) at \(now) ms")
            }
        }
        expectSeconds(at: 1200)
        for step in 1...300 {
            eventLoop.advanceTime(by: .milliseconds(10))
            expectSeconds(at: 1200 + 10 * step)
        }
        for member in members { ticks.remove(member) }
        let seconds = members.map(\.seconds)
        eventLoop.advanceTime(by: .seconds(10))
        #expect(members.map(\.seconds) == seconds)
    }

    @Test("who leaves is not called any more, and who comes later is")
    func leaving() {
        let eventLoop = EmbeddedEventLoop()
        let ticks = SecondTicks.of(eventLoop)
        let members = (1...5).map { Member(ticks, leavesAfter: $0) }
        eventLoop.advanceTime(by: .seconds(10))
        #expect(members.map(\.seconds) == [1, 2, 3, 4, 5])
        // Nothing is scheduled, until somebody comes again.
        let late = Member(ticks, leavesAfter: 2)
        eventLoop.advanceTime(by: .seconds(10))
        #expect(late.seconds == 2)
    }
}
