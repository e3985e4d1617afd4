import Broker
import EngineTestKit
import HTTP2
import NIOCore
import Testing

@testable import GRPCTransport
@testable import TransportIO

/// Calls between the two engines, memory to memory.
@Suite struct UnaryCallTests {
    static let stamped = LogEntry(
        name: "login", data: "user 7 ✓", severity: .error, stamp: RunStamp(run: "r-1", sequence: 300, sentAt: -5))

    @Test func anEntryArrivesAndIsAcknowledged() throws {
        let pair = GRPCPair()
        #expect(!pair.client.isReady)
        try pair.exchange()
        #expect(pair.client.isReady)
        #expect(try pair.roundTrip(Self.stamped, ticket: 3) == [Fate(ticket: 3, failure: nil)])
        #expect(pair.recorder.entries == [Self.stamped])
        #expect(pair.server.isIdle)
        #expect(!pair.server.isFinished)
    }

    @Test func anEmptyEntryArrives() throws {
        let pair = GRPCPair()
        try pair.exchange()
        #expect(try pair.roundTrip(LogEntry(name: "", data: "")) == [Fate(ticket: 0, failure: nil)])
        #expect(pair.recorder.entries == [LogEntry(name: "", data: "")])
    }

    @Test("what is said at once is bounded, and entries are said one after another")
    func leavesOff() throws {
        let pair = GRPCPair()
        try pair.exchange()
        for ticket in 0..<8 {
            try pair.send(LogEntry(name: "n\(ticket)", data: String(repeating: "d", count: 1 << 20)), ticket: ticket)
        }
        #expect(pair.client.hasLeftOff && pair.fromClient.readableBytes < 2 << 20)
        try pair.exchange()
        #expect(!pair.client.hasLeftOff)
        #expect(pair.takeFates() == (0..<8).map { Fate(ticket: $0, failure: nil) })
        #expect(pair.recorder.entries.map(\.name) == (0..<8).map { "n\($0)" })
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1000])
    func bytesMayComeInPiecesOfAnySize(step: Int) throws {
        let pair = GRPCPair()
        try pair.exchange(step: step)
        for ticket in 0..<3 {
            let entry = LogEntry(name: "n\(ticket)", data: String(repeating: "d", count: 400))
            #expect(try pair.roundTrip(entry, ticket: ticket, step: step) == [Fate(ticket: ticket, failure: nil)])
        }
        #expect(pair.recorder.entries.count == 3)
    }

    /// Cuts what each side says in two at every position.
    @Test func bytesMayBeCutAtEveryPosition() throws {
        let whole = GRPCPair()
        try whole.exchange()
        try whole.client.send(Self.stamped, ticket: 0, into: &whole.fromClient)
        for cut in 1..<whole.fromClient.readableBytes {
            let pair = GRPCPair()
            try pair.exchange()
            try pair.client.send(Self.stamped, ticket: 0, into: &pair.fromClient)
            let part = pair.fromClient.readSlice(length: cut)
            var head = try #require(part)
            try pair.server.receive(&head, into: &pair.fromServer, intake: pair.intake)
            #expect(pair.recorder.entries.isEmpty)
            try pair.exchange(step: cut)
            #expect(pair.recorder.entries == [Self.stamped])
            #expect(pair.takeFates() == [Fate(ticket: 0, failure: nil)])
        }
    }

    @Test(arguments: [16_000, 16_384, 65_536, 1 << 20, (16 << 20) - 8])
    func largeEntriesArrive(size: Int) throws {
        let pair = GRPCPair()
        try pair.exchange()
        let entry = LogEntry(name: "large", data: String(repeating: "é", count: size / 2))
        for _ in 0..<2 {
            #expect(try pair.roundTrip(entry, step: 100_000) == [Fate(ticket: 0, failure: nil)])
        }
        #expect(pair.recorder.entries == [entry, entry])
    }

    @Test func manyEntriesAreInFlightAtOnce() throws {
        let pair = GRPCPair()
        try pair.exchange()
        for round in 0..<3 {
            for ticket in 0..<500 {
                let entry = LogEntry(
                    name: "\(ticket)", data: String(repeating: "x", count: ticket * 40), severity: .warning)
                try pair.client.send(entry, ticket: ticket, into: &pair.fromClient)
            }
            try pair.exchange(step: 5_000)
            #expect(Set(pair.takeFates().map(\.ticket)) == Set(0..<500))
            #expect(pair.recorder.entries.count == (round + 1) * 500)
        }
    }

    /// RFC 9113 5.2: a sender waits for WINDOW_UPDATE, on the stream and on the connection.
    @Test func smallWindowsDoNotStall() throws {
        var settings = HTTP2Session.Settings.server
        settings.streamWindow = 300
        settings.connectionWindow = 65_535
        settings.maxFrameSize = 16_384
        let pair = GRPCPair(serverSettings: settings)
        try pair.exchange()
        for ticket in 0..<20 {
            let entry = LogEntry(name: "w", data: String(repeating: "y", count: 20_000))
            try pair.client.send(entry, ticket: ticket, into: &pair.fromClient)
        }
        try pair.exchange()
        #expect(pair.takeFates().count == 20)
        #expect(pair.recorder.entries.allSatisfy { $0.data.utf8.count == 20_000 })
    }

    /// Streams that the server ends early give their part of the connection's window back.
    @Test func messagesThatAreGivenUpBlockNobody() throws {
        var settings = HTTP2Session.Settings.server
        settings.connectionWindow = 65_535
        let pair = GRPCPair(limits: EntryLimits(maxEntryBytes: 200_000), serverSettings: settings)
        try pair.exchange()
        for ticket in 0..<4 {
            let entry = LogEntry(name: "n", data: String(repeating: "l", count: ticket == 2 ? 100_000 : 300_000))
            try pair.client.send(entry, ticket: ticket, into: &pair.fromClient)
        }
        try pair.exchange()
        let fates = pair.takeFates().sorted { $0.ticket < $1.ticket }.map { $0.failure?.fate }
        #expect(fates == [.rejected, .rejected, nil, .rejected])
        #expect(pair.server.isIdle)
    }

    /// The reply of 13 bytes has to pass a window of one byte.
    @Test func aReplyPassesASmallWindow() throws {
        var settings = HTTP2Session.Settings.client
        settings.streamWindow = 1
        let pair = GRPCPair(clientSettings: settings)
        try pair.exchange()
        #expect(try pair.roundTrip(Self.stamped) == [Fate(ticket: 0, failure: nil)])
    }

    @Test func capacityFollowsThePeer() throws {
        var settings = HTTP2Session.Settings.server
        settings.maxConcurrentStreams = 7
        let pair = GRPCPair(serverSettings: settings)
        try pair.exchange()
        #expect(pair.client.capacity == 7)
        let narrow = GRPCPair(maxInFlight: 3)
        try narrow.exchange()
        #expect(narrow.client.capacity == 3)
    }

    @Test func aRejectedEntryComesBackWithItsReason() throws {
        let pair = GRPCPair()
        try pair.exchange()
        pair.recorder.result = .rejected("the store is füll, 100%")
        let message = "FAILED_PRECONDITION (gRPC status 9): the store is füll, 100%"
        #expect(try pair.roundTrip(Self.stamped) == [Fate(ticket: 0, failure: TransportError(.rejected, message))])
    }

    @Test func anAnswerMayComeLater() throws {
        let pair = GRPCPair()
        try pair.exchange()
        pair.recorder.result = .later
        #expect(try pair.roundTrip(Self.stamped, ticket: 0).isEmpty)
        #expect(try pair.roundTrip(Self.stamped, ticket: 1).isEmpty)
        #expect(!pair.server.isIdle)
        let tickets = pair.tickets
        pair.server.complete(tickets[1], .recorded, into: &pair.fromServer)
        pair.server.complete(tickets[1], .recorded, into: &pair.fromServer)
        try pair.exchange()
        #expect(pair.takeFates() == [Fate(ticket: 1, failure: nil)])
        pair.server.complete(tickets[0], .rejected("no"), into: &pair.fromServer)
        pair.server.complete(tickets[1], .recorded, into: &pair.fromServer)
        pair.server.complete(.max, .recorded, into: &pair.fromServer)
        try pair.exchange()
        #expect(pair.takeFates().map(\.failure?.fate) == [.rejected])
        #expect(pair.server.isIdle)
    }

    @Test func entriesThatCannotBeEncodedAreNotSent() throws {
        let pair = GRPCPair()
        try pair.exchange()
        let long = RunStamp(run: String(repeating: "r", count: 129), sequence: 0, sentAt: 0)
        for entry in [
            LogEntry(name: "n", data: "d", stamp: long),
            LogEntry(name: "n", data: String(repeating: "d", count: 16 << 20)),
        ] {
            let error = #expect(throws: TransportError.self) {
                try pair.client.send(entry, ticket: 0, into: &pair.fromClient)
            }
            #expect(error?.fate == .notSent)
        }
        #expect(pair.fromClient.readableBytes == 0)
    }

    @Test func theServersLimitIsKept() throws {
        let pair = GRPCPair(limits: EntryLimits(maxEntryBytes: 1000))
        try pair.exchange()
        for size in [1000, 1100, 100_000] {
            let fates = try pair.roundTrip(LogEntry(name: "n", data: String(repeating: "d", count: size)), step: 3000)
            #expect(fates.first?.failure?.fate == .rejected)
            #expect(fates.first?.failure?.message.hasPrefix("RESOURCE_EXHAUSTED") == true)
        }
        #expect(try pair.roundTrip(LogEntry(name: "n", data: String(repeating: "d", count: 999))).first?.failure == nil)
        #expect(pair.recorder.entries.count == 1)
        #expect(pair.server.isIdle)
    }

    /// RFC 9113 6.8: two GOAWAYs with a PING between them; entries that cross the first are still taken.
    @Test func aGracefulStopTakesWhatIsUnderWay() throws {
        let pair = GRPCPair()
        try pair.exchange()
        pair.recorder.result = .later
        #expect(try pair.roundTrip(Self.stamped, ticket: 0).isEmpty)
        pair.server.drain(into: &pair.fromServer)
        try pair.client.send(Self.stamped, ticket: 1, into: &pair.fromClient)
        try pair.exchange()
        #expect(pair.client.isRetired)
        #expect(pair.recorder.entries.count == 2)
        #expect(!pair.server.isIdle && !pair.server.isFinished)
        for ticket in pair.tickets { pair.server.complete(ticket, .recorded, into: &pair.fromServer) }
        try pair.exchange()
        #expect(pair.takeFates() == [Fate(ticket: 0, failure: nil), Fate(ticket: 1, failure: nil)])
        #expect(pair.server.isIdle && pair.server.isFinished)
        let error = #expect(throws: TransportError.self) {
            try pair.client.send(Self.stamped, ticket: 2, into: &pair.fromClient)
        }
        #expect(error?.fate == .notSent)
    }

    @Test func aClientSaysGoodbye() throws {
        let pair = GRPCPair()
        try pair.exchange()
        pair.client.close(into: &pair.fromClient)
        #expect(pair.client.isClosed)
        try pair.exchange()
        #expect(pair.server.isFinished)
    }
}
