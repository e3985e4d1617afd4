import Broker
import EngineTestKit
import Gob
import NIOCore
import Testing
import TransportIO

@testable import NetRPCTransport

/// Both engines joined memory to memory.
@Suite struct EngineTests {
    private func pair(
        _ result: RecordResult = .recorded, serverLimits: EntryLimits = EntryLimits(), capacity: Int = 64
    ) -> EnginePair<NetRPCClientEngine, NetRPCServerEngine> {
        EnginePair(
            NetRPCClientEngine(capacity: capacity, limits: EntryLimits()), NetRPCServerEngine(limits: serverLimits),
            recorder: RecordingRecorder(result: result))
    }

    private static let entries: [LogEntry] = [
        LogEntry(name: "login", data: "user 7"), LogEntry(name: "", data: ""),
        LogEntry(name: "größe 🙂", data: "\0\n", severity: .warning),
        LogEntry(name: "n", data: "d", severity: .error, stamp: RunStamp(run: "r", sequence: .max, sentAt: .min)),
        LogEntry(
            name: "n", data: String(repeating: "x", count: 300), stamp: RunStamp(run: "r", sequence: 0, sentAt: 1)),
    ]

    @Test(arguments: [1, 2, 3, 7, 64, 1_000_000])
    func everySplitGivesTheSame(step: Int) throws {
        let pair = pair()
        for (ticket, entry) in Self.entries.enumerated() { try pair.send(entry, ticket: ticket) }
        try pair.exchange(step: step)
        #expect(pair.takeFates() == Self.entries.indices.map { Fate(ticket: $0) })
        #expect(pair.recorder.entries == Self.entries)
        #expect(pair.server.isIdle)
    }

    /// A call is under way from its first byte to its last.
    @Test func callUnderWay() throws {
        let pair = pair()
        for (ticket, entry) in Self.entries.enumerated() { try pair.send(entry, ticket: ticket) }
        try pair.exchange()
        for count in 1..<pair.toServer.count {
            let server = NetRPCServerEngine(limits: EntryLimits())
            var engine = server
            let outcome = engine.feed(Array(pair.toServer.prefix(count)))
            #expect(outcome.isIdle != server.isAmidMessage)
        }
        #expect(!pair.server.isAmidMessage)
    }

    /// Calls whose answers are many take their turns.
    @Test func manyCalls() throws {
        let pair = pair(capacity: 10_000)
        let entry = LogEntry(name: String(repeating: "n", count: 200), data: "")
        for ticket in 0..<2_000 { try pair.send(entry, ticket: ticket) }
        try pair.exchange()
        #expect(pair.takeFates().count == 2_000 && pair.server.isIdle)
        let server = NetRPCServerEngine(limits: EntryLimits())
        let intake = Intake(RecordingRecorder()) { _ in }
        var (bytes, out, calls) = (ByteBuffer(bytes: pair.toServer), ByteBuffer(), 0)
        repeat {
            try server.receive(&bytes, into: &out, intake: intake.intake)
            #expect(out.readableBytes < ServerOutput.enough + 1_000)
            out.clear()
            calls += 1
        } while server.isPaused
        #expect(calls > 5 && bytes.readableBytes == 0 && server.isIdle)
    }

    @Test func everyBoundary() throws {
        let pair = pair()
        for (ticket, entry) in Self.entries.enumerated() { try pair.send(entry, ticket: ticket) }
        try pair.exchange()
        let matter = pair.splitsThatMatter(
            Self.entries, client: { NetRPCClientEngine(capacity: 64, limits: EntryLimits()) },
            server: { NetRPCServerEngine(limits: EntryLimits()) })
        #expect(matter == ([], []))
    }

    /// A request without its argument is not idle, nor is half of either.
    @Test func isIdleBetweenCallsOnly() throws {
        let pair = pair()
        _ = try pair.roundTrip(Self.entries[0])
        for count in 1..<pair.toServer.count {
            var server = NetRPCServerEngine(limits: EntryLimits())
            let outcome = server.feed(Array(pair.toServer.prefix(count)))
            #expect(!outcome.isIdle && outcome.said.isEmpty && outcome.entries.isEmpty, "\(count) bytes")
        }
    }

    @Test func rejections() throws {
        let pair = pair(.rejected("it is full"), serverLimits: EntryLimits(maxEntryBytes: 10))
        #expect(try pair.roundTrip(LogEntry(name: "a", data: "b")) == [.rejected(0, "it is full")])
        #expect(
            try pair.roundTrip(LogEntry(name: "123456", data: "78901"), ticket: 3)
                == [.rejected(3, "the entry exceeds the limit of 10 bytes")])
        #expect(pair.recorder.undecodable == 1)
        // The connection goes on.
        pair.recorder.result = .recorded
        #expect(try pair.roundTrip(LogEntry(name: "12345", data: "67890")) == [Fate(ticket: 0)])
    }

    @Test func entriesThatAreNotSent() throws {
        let pair = EnginePair(
            NetRPCClientEngine(capacity: 2, limits: EntryLimits(maxEntryBytes: 3)),
            NetRPCServerEngine(limits: EntryLimits()))
        let error = #expect(throws: TransportError.self) { try pair.send(LogEntry(name: "ab", data: "cd"), ticket: 0) }
        #expect(error?.fate == .notSent)
        // Nothing of it was written, and the stream's types are still to be sent.
        #expect(try pair.roundTrip(LogEntry(name: "a", data: "b")) == [Fate(ticket: 0)])
    }

    /// Results come in another order than the calls, and so do the replies.
    @Test func laterResults() throws {
        let pair = pair(.later)
        for ticket in 0..<5 { try pair.send(LogEntry(name: "\(ticket)", data: ""), ticket: ticket) }
        try pair.exchange()
        #expect(pair.tickets == [0, 1, 2, 3, 4] && !pair.server.isIdle)
        var fates: [Fate] = []
        for (ticket, result) in [(3, .recorded), (0, .rejected("no")), (4, .recorded), (1, .recorded)]
            as [(UInt64, RecordResult)]
        {
            try pair.complete(ticket, result)
            try pair.exchange()
            fates += pair.takeFates()
        }
        #expect(fates == [Fate(ticket: 3), .rejected(0, "no"), Fate(ticket: 4), Fate(ticket: 1)])

        // One that is recorded at once overtakes, under a ticket that is free again; strays change nothing.
        pair.recorder.result = .recorded
        #expect(try pair.roundTrip(LogEntry(name: "5", data: ""), ticket: 3) == [Fate(ticket: 3)])
        for ticket in [3, 99, .max, 2, 2] as [UInt64] { try pair.complete(ticket, .recorded) }
        try pair.exchange()
        #expect(pair.takeFates() == [Fate(ticket: 2)])
        #expect(pair.server.isIdle)
    }

    /// Tickets come back again and again: each call has a Seq of its own.
    @Test(arguments: [1, 2, 3, 64])
    func manyCallsOnFewTickets(capacity: Int) throws {
        let pair = pair(capacity: capacity)
        for round in 0..<50 {
            for ticket in 0..<capacity { try pair.send(LogEntry(name: "\(round)", data: ""), ticket: ticket) }
            try pair.exchange()
            #expect(pair.takeFates() == (0..<capacity).map { Fate(ticket: $0) })
        }
    }

    /// A reply that is given twice, or to a call that was never made, is read and dropped, as Go's client does.
    @Test func repliesThatAreNotDue() throws {
        let pair = pair()
        for ticket in 0..<2 { try pair.send(Self.entries[0], ticket: ticket) }
        try pair.exchange()
        for step in [1, 1_000] {
            for sends in 0...1 {
                var client = NetRPCClientEngine(capacity: 64, limits: EntryLimits())
                let outcome = client.feed(pair.toClient, sends: sends, step: step)
                #expect(outcome.error == nil && outcome.fates == (0..<sends).map { Fate(ticket: $0) })
            }
            // The second reply again: 25 bytes of response, 36 of reply.
            var client = NetRPCClientEngine(capacity: 64, limits: EntryLimits())
            let twice = client.feed(pair.toClient + pair.toClient.suffix(61), sends: 2, step: step)
            #expect(twice.error == nil && twice.fates == [Fate(ticket: 0), Fate(ticket: 1)])
        }
    }

    /// The server may have ended a connection that has lain idle: an entry is not lost in it.
    @Test func looksBeforeReuse() throws {
        let client = try NetRPC.descriptors[0].makeClient(ClientOptions(target: "127.0.0.1:1"))
        #expect((client as? SocketClientTransport)?.looksBeforeReuse == true)
    }

    /// What replies a number, say, has not said that the entry is recorded; the connection goes on.
    @Test func repliesThatAreNoText() throws {
        var encoder = GobEncoder()
        for seq: UInt64 in [0, 1] {
            try encoder.encode(RPCResponse<String>(serviceMethod: LogInfo.serviceMethod, seq: seq))
            if seq == 0 { try encoder.encode(7) } else { encoder.encodeString("ok", appending: RawSpan()) }
        }
        let bytes = encoder.withUnsafeBytes { Array($0) }
        for step in [1, 1_000] {
            var client = NetRPCClientEngine(capacity: 64, limits: EntryLimits())
            let outcome = client.feed(bytes, sends: 2, step: step)
            #expect(outcome.error == nil && outcome.fates.map(\.ticket) == [0, 1])
            let failure = try #require(outcome.fates.first?.failure)
            #expect(failure.fate == .unknown && failure.message.contains("RPCServer.LogInfo is not a text"))
            #expect(outcome.fates.last?.failure == nil)
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "AMQP\0\0\u{9}\u{1}", "\0\0\0\0",
    ])
    func otherProtocols(text: String) {
        let isHTTP = text.contains("HTTP/")
        for step in [1, 1_000] {
            var server = NetRPCServerEngine(limits: EntryLimits())
            let outcome = server.feed(Array(text.utf8), step: step)
            // Either it is refused, or more is awaited than has come; nothing was taken.
            #expect(outcome.entries == [] && outcome.said.isEmpty != isHTTP && outcome.isFinished == isHTTP)
            #expect(outcome.error == nil && !isHTTP ? !outcome.isIdle : outcome.undecodable == 1)
        }
    }

    @Test func damageNeverTraps() throws {
        let pair = pair()
        for (ticket, entry) in Self.entries.enumerated() { try pair.send(entry, ticket: ticket) }
        try pair.exchange()
        let golden = [GoldenConversation.plain, .refused, .unknownNames, .wrongTypes, .moreFields]
        let toServer = [pair.toServer] + golden.map(\.toServer)
        let toClient = [pair.toClient] + golden.map(\.toClient)
        var random = SeededGenerator(seed: 8)
        for _ in 0..<500 {
            let step = [1, 13, 10_000].randomElement(using: &random) ?? 1
            let result = [RecordResult.recorded, .rejected("no"), .later].randomElement(using: &random) ?? .recorded
            for bytes in [random.noise(upTo: 100), random.damaged(toServer.randomElement(using: &random) ?? [])] {
                var server = NetRPCServerEngine(limits: EntryLimits(maxEntryBytes: 10_000))
                _ = server.feed(bytes, step: step, result: result)
            }
            for bytes in [random.noise(upTo: 100), random.damaged(toClient.randomElement(using: &random) ?? [])] {
                var client = NetRPCClientEngine(capacity: 8, limits: EntryLimits())
                let fates = client.feed(bytes, sends: 5, step: step).fates
                #expect(Set(fates.map(\.ticket)).count == fates.count)
            }
        }
    }
}
