import Testing

@testable import TransportIO

@Suite struct MessagePatienceTests {
    /// The second at whose end a message is given up of which so many bytes come each second; nil where it is not within an
    /// hour.
    private func end(_ bytesPerSecond: (Int) -> Int) -> Int? {
        var patience = MessagePatience()
        for second in 1...3_600 where patience.isOver(afterReceiving: bytesPerSecond(second), limit: 20) {
            return second
        }
        return nil
    }

    @Test func timeOfAMessage() {
        #expect(end { _ in 0 } == 21)
        // Everything but the last byte at once buys no more time than there is for a message.
        #expect(end { $0 <= 2 ? 16 << 20 : 0 } == 23)
        // Slower than a KiB a second: half of the time comes back.
        #expect(end { _ in 512 } == 40)
        #expect(end { _ in 1 } == 21)
        // At that rate it may take as long as it takes, in whatever pieces.
        #expect(end { _ in 1024 } == nil)
        #expect(end { $0 % 10 == 0 ? 10 * 1024 : 0 } == nil)
    }

    @Test func anotherMessageHasItsOwnTime() {
        var patience = MessagePatience()
        func secondsLeft() -> Int {
            var seconds = 0
            while !patience.isOver(afterReceiving: 0, limit: 20) { seconds += 1 }
            return seconds
        }
        #expect(secondsLeft() == 20)
        patience.reset()
        #expect(secondsLeft() == 20)
    }
}
