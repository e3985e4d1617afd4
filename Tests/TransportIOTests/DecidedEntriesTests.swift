import Broker
import Testing

@testable import TransportIO

/// The event loop is told once of all entries that were decided until it looks.
@Suite struct DecidedEntriesTests {
    private func taken(_ decided: DecidedEntries, meanwhile body: () -> Void = {}) -> [UInt64] {
        var tickets: [UInt64] = []
        decided.take { entries in
            body()
            tickets = entries.map(\.ticket)
        }
        return tickets
    }

    @Test func theFirstIsToBeTold() {
        let decided = DecidedEntries()
        #expect(decided.add(3, .recorded))
        #expect(!decided.add(1, .unavailable("full")))
        #expect(!decided.add(2, .recorded))
        #expect(taken(decided) == [3, 1, 2])
        #expect(taken(decided).isEmpty)
        #expect(decided.add(4, .recorded))
    }

    /// What is decided while others are answered waits for the next time.
    @Test(arguments: [1, 256, 257, 5000]) func meanwhile(_ count: Int) {
        let decided = DecidedEntries()
        for round in 0..<3 {
            for ticket in 0..<count { _ = decided.add(UInt64(ticket), .recorded) }
            let found = taken(decided) { #expect(decided.add(UInt64(round), .recorded)) }
            #expect(found == (0..<count).map(UInt64.init))
            #expect(taken(decided) == [UInt64(round)])
        }
    }
}
