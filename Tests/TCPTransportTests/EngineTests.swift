import Broker
import EngineTestKit
import NIOCore
import Testing
import TransportIO

@testable import TCPTransport

/// Both engines joined memory to memory.
@Suite struct EngineTests {
    private func pair(
        serverLimits: EntryLimits = EntryLimits(), result: RecordResult = .recorded
    ) -> EnginePair<TCPClientEngine, TCPServerEngine> {
        EnginePair(
            TCPClientEngine(capacity: 64, limits: EntryLimits()), TCPServerEngine(limits: serverLimits),
            recorder: RecordingRecorder(result: result))
    }

    private static let entries: [LogEntry] = [
        FrameTests.stamped, LogEntry(name: "", data: ""), LogEntry(name: "größe 🙂", data: "\0\n", severity: .warning),
        LogEntry(name: "", data: String(repeating: "x", count: 300)),
    ]

    @Test(arguments: [1, 2, 3, 7, 8, 28, 29, 1_000_000])
    func everySplitGivesTheSame(step: Int) throws {
        let pair = pair()
        for (ticket, entry) in Self.entries.enumerated() { try pair.send(entry, ticket: ticket) }
        try pair.exchange(step: step)
        #expect(pair.takeFates() == Self.entries.indices.map { Fate(ticket: $0) })
        #expect(pair.recorder.entries == Self.entries)
        #expect(pair.server.isIdle)
        #expect(pair.toClient.count == 8 * Self.entries.count)
    }

    /// The logger may have ended a connection that has lain idle: an entry is not lost in it.
    @Test func looksBeforeReuse() throws {
        let client = try TCP.descriptors[0].makeClient(ClientOptions(target: "127.0.0.1:1"))
        #expect((client as? SocketClientTransport)?.looksBeforeReuse == true)
    }

    /// A frame is under way from its first byte to its last.
    @Test func frameUnderWay() throws {
        let pair = pair()
        for (ticket, entry) in Self.entries.enumerated() { try pair.send(entry, ticket: ticket) }
        try pair.exchange()
        for count in 1..<pair.toServer.count {
            var server = TCPServerEngine(limits: EntryLimits())
            let outcome = server.feed(Array(pair.toServer.prefix(count)))
            #expect(server.isAmidMessage != outcome.isIdle)
        }
        #expect(!pair.server.isAmidMessage)
    }

    /// One cut at each place of a conversation.
    @Test func everyBoundary() throws {
        let pair = pair()
        for (ticket, entry) in Self.entries.enumerated() { try pair.send(entry, ticket: ticket) }
        try pair.exchange()
        let matter = pair.splitsThatMatter(
            Self.entries, client: { TCPClientEngine(capacity: 64, limits: EntryLimits()) },
            server: { TCPServerEngine(limits: EntryLimits()) })
        #expect(matter == ([], []))
    }

    @Test func halfAFrameIsNotIdle() throws {
        let pair = pair()
        try pair.send(Self.entries[0], ticket: 0)
        try pair.exchange()
        for count in 1..<pair.toServer.count {
            var server = TCPServerEngine(limits: EntryLimits())
            let outcome = server.feed(Array(pair.toServer.prefix(count)))
            #expect(outcome == ServerOutcome())
        }
    }

    @Test func rejections() throws {
        let pair = pair(serverLimits: EntryLimits(maxEntryBytes: 10), result: .rejected("full"))
        let rejected = Fate.rejected(0, "the logger does not take the entry")
        #expect(try pair.roundTrip(LogEntry(name: "a", data: "b")) == [rejected])
        try pair.send(LogEntry(name: "much too", data: "large"), ticket: 3)
        #expect(throws: (any Error).self) { try pair.exchange() }
        #expect(pair.recorder.undecodable == 1)
        // The answer was written before the connection ends.
        var client = TCPClientEngine(capacity: 64, limits: EntryLimits())
        let outcome = client.feed(pair.toClient + Array("LONG".utf8) + [0, 0, 0, 1], sends: 2)
        #expect(outcome.fates == [rejected, .rejected(1, "the entry is too large for the logger")])
    }

    /// Results come in another order than the frames; the answers keep the frames' order.
    @Test func laterResults() throws {
        let pair = pair(result: .later)
        for ticket in 0..<6 { try pair.send(LogEntry(name: "\(ticket)", data: ""), ticket: ticket + 10) }
        try pair.exchange()
        #expect(pair.tickets == [0, 1, 2, 3, 4, 5])
        #expect(pair.takeFates() == [] && !pair.server.isIdle)

        try pair.complete(2, .recorded)
        try pair.complete(1, .rejected("no"))
        try pair.exchange()
        #expect(pair.takeFates() == [])

        try pair.complete(0, .recorded)
        try pair.exchange()
        #expect(
            pair.takeFates() == [
                Fate(ticket: 10), .rejected(11, "the logger does not take the entry"), Fate(ticket: 12),
            ])

        // One that is recorded at once waits for its turn too.
        pair.recorder.result = .recorded
        try pair.send(LogEntry(name: "6", data: ""), ticket: 1)
        try pair.exchange()
        #expect(pair.takeFates() == [])
        for ticket in [5, 3, 4] as [UInt64] { try pair.complete(ticket, .recorded) }
        try pair.exchange()
        #expect(pair.takeFates() == [13, 14, 15, 1].map { Fate(ticket: $0) })
        #expect(pair.server.isIdle)
    }

    /// A fate told twice, or of an entry that never was, changes nothing.
    @Test func strayResults() throws {
        let pair = pair(result: .later)
        for ticket in 0..<3 { try pair.send(LogEntry(name: "n", data: ""), ticket: ticket) }
        try pair.exchange()
        for ticket in [0, 0, 7, .max] as [UInt64] { try pair.complete(ticket, .recorded) }
        try pair.exchange()
        #expect(pair.takeFates() == [Fate(ticket: 0)])
    }

    /// A bad frame behind entries that wait: their answers cannot be overtaken by the one to the bad frame.
    @Test func badFrameBehindLaterResults() throws {
        let pair = pair(result: .later)
        try pair.send(LogEntry(name: "n", data: ""), ticket: 0)
        try pair.exchange()
        var server = TCPServerEngine(limits: EntryLimits())
        let outcome = server.feed(pair.toServer + [0, 0, 0, 0], result: .later)
        #expect(outcome.error != nil && outcome.said == [])
    }

    @Test func answersThatAreNotDue() {
        let due = Array("RECD".utf8) + [0, 0, 0, 0]
        let bad: [[UInt8]] = [
            Array("RECD".utf8) + [0, 0, 0, 1], Array("RECE".utf8) + [0, 0, 0, 0], [UInt8](repeating: 0, count: 8),
            Array("HTTP/1.1".utf8), due + due,
        ]
        for bytes in bad {
            for step in [1, 100] {
                var client = TCPClientEngine(capacity: 4, limits: EntryLimits())
                #expect(client.feed(bytes, sends: 1, step: step).error != nil)
            }
        }
        var idle = TCPClientEngine(capacity: 4, limits: EntryLimits())
        #expect(idle.feed(due, sends: 0).error != nil)
    }

    @Test func damageNeverTraps() throws {
        let pair = pair()
        for (ticket, entry) in Self.entries.enumerated() { try pair.send(entry, ticket: ticket) }
        try pair.exchange()
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let step = [1, 5, 1_000].randomElement(using: &random) ?? 1
            let result = [RecordResult.recorded, .rejected("no"), .later].randomElement(using: &random) ?? .recorded
            for bytes in [random.noise(upTo: 100), random.damaged(pair.toServer)] {
                var server = TCPServerEngine(limits: EntryLimits(maxEntryBytes: 1_000))
                let outcome = server.feed(bytes, step: step, result: result)
                #expect(outcome.said.count <= 8 * (outcome.entries.count + 1))
            }
            for bytes in [random.noise(upTo: 100), random.damaged(pair.toClient)] {
                var client = TCPClientEngine(capacity: 8, limits: EntryLimits())
                let fates = client.feed(bytes, sends: 4, step: step).fates
                #expect(Set(fates.map(\.ticket)).count == fates.count)
            }
        }
    }
}
