import Broker
import EngineTestKit
import EntryCodecs
import HTTP2
import NIOCore
import Testing
import TransportIO

@testable import HTTPTransport

/// Both engines of HTTP/2 joined memory to memory.
@Suite struct HTTP2EnginePairTests {
    private func pair(
        _ result: RecordResult = .recorded, codec: EntryCodec = .json, maxEntryBytes: Int = 1 << 20,
        maxInFlight: Int = 64, settings: HTTP2Session.Settings = .httpClient
    ) throws -> EnginePair<ClientConnection, PrefaceServerEngine> {
        EnginePair(
            ClientConnection(
                target: try HTTPTarget(parsing: "h:8080"), codec: codec, maxInFlight: maxInFlight,
                limits: EntryLimits(),
                settings: settings),
            PrefaceServerEngine(configuration: .sample(maxEntryBytes: maxEntryBytes)),
            recorder: RecordingRecorder(result: result))
    }

    private static let entries: [LogEntry] = [
        LogEntry(name: "login", data: "user 7"), LogEntry(name: "", data: ""),
        LogEntry(name: "größe\n", data: "\"\\\0🙂", severity: .warning),
        LogEntry(name: "n", data: "d", severity: .error, stamp: RunStamp(run: "r", sequence: .max, sentAt: .min)),
        LogEntry(name: "large", data: String(repeating: "x", count: 40_000)),
    ]

    @Test(arguments: EntryCodec.allCases, [1, 2, 3, 7, 64, 1_000_000])
    func everySplitGivesTheSame(codec: EntryCodec, step: Int) throws {
        let pair = try pair(codec: codec)
        for (ticket, entry) in Self.entries.enumerated() { try pair.send(entry, ticket: ticket) }
        try pair.exchange(step: step)
        #expect(Set(pair.takeFates().map(\.ticket)) == Set(0..<Self.entries.count))
        #expect(pair.recorder.entries.count == Self.entries.count)
        for entry in Self.entries { #expect(pair.recorder.entries.contains(entry)) }
        #expect(pair.server.isIdle && !pair.client.isRetired && pair.client.isReady)
    }

    @Test func everyBoundary() throws {
        let pair = try pair()
        for entry in Self.entries.prefix(4) { #expect(try pair.roundTrip(entry) == [Fate(ticket: 0)]) }
        for boundary in 1..<pair.toServer.count {
            var server = PrefaceServerEngine(configuration: .sample(maxEntryBytes: 1_000))
            let outcome = server.feed(pair.toServer, step: boundary)
            #expect(outcome.entries == Array(Self.entries.prefix(4)) && outcome.isIdle && outcome.error == nil)
        }
        for boundary in 1..<pair.toClient.count {
            let client = try self.pair().client
            var engine: any ClientEngine = client
            let outcome = engine.feed(pair.toClient, sends: 4, step: boundary)
            #expect(outcome.fates.map(\.ticket).sorted() == [0, 1, 2, 3] && outcome.error == nil)
        }
    }

    @Test("Hundreds in flight on one connection, tickets used again")
    func manyInFlight() throws {
        let pair = try pair(maxInFlight: 300)
        for round in 0..<5 {
            for ticket in 0..<300 {
                try pair.send(LogEntry(name: "\(round)", data: "\(ticket)"), ticket: ticket)
            }
            try pair.exchange(step: 1_000)
            let fates = pair.takeFates()
            #expect(fates.count == 300 && fates.allSatisfy { $0.failure == nil })
        }
        #expect(Set(pair.recorder.entries.map { "\($0.name) \($0.data)" }).count == 1_500)
    }

    @Test("Bodies larger than a frame, and than the window before SETTINGS")
    func largeBodies() throws {
        let pair = try pair(maxEntryBytes: 16 << 20)
        let data = String(repeating: "0123456789abcdef", count: 700_000)
        for ticket in 0..<2 { try pair.send(LogEntry(name: "large", data: data), ticket: ticket) }
        try pair.exchange(step: 300_000)
        #expect(pair.takeFates().allSatisfy { $0.failure == nil })
        #expect(pair.recorder.entries.map(\.data.utf8.count) == [data.utf8.count, data.utf8.count])
    }

    @Test func rejections() throws {
        let pair = try pair(.rejected("no"), maxEntryBytes: 10)
        #expect(try pair.roundTrip(Self.entries[1]) == [.rejected(0, "HTTP 422: no")])
        // Refused before the body has ended: the rest of it is not sent, and the connection goes on.
        let large = LogEntry(name: "", data: String(repeating: "x", count: 1 << 20))
        let fates = try pair.roundTrip(large, ticket: 1)
        #expect(fates.first?.failure?.fate == .rejected)
        #expect(fates.first?.failure?.message.hasPrefix("HTTP 413: ") == true)
        #expect(try pair.roundTrip(Self.entries[1]) == [.rejected(0, "HTTP 422: no")])
        #expect(pair.server.isIdle && !pair.client.isRetired)
    }

    @Test func anEntryThatIsTooLargeIsNotSent() throws {
        let client = ClientConnection(
            target: try HTTPTarget(parsing: "h:8080"), maxInFlight: 1, limits: EntryLimits(maxEntryBytes: 3))
        var out = ByteBuffer()
        #expect(throws: TransportError.self) {
            try client.send(LogEntry(name: "ab", data: "cd"), ticket: 0, into: &out)
        }
        #expect(out.readableBytes == 0)
    }

    @Test("A stop: what is under way is answered, and no more is sent on the connection")
    func drain() throws {
        let pair = try pair(.later)
        try pair.send(Self.entries[0], ticket: 0)
        try pair.exchange()
        var (said, answer, completions) = (ByteBuffer(), ByteBuffer(), Completions())
        pair.server.drain(into: &said)
        try pair.client.receive(&said, into: &answer, completions: &completions)
        #expect(pair.client.isRetired && !pair.server.isIdle)
        try pair.complete(pair.tickets[0], .recorded)
        try pair.exchange()
        #expect(pair.takeFates() == [Fate(ticket: 0)])
    }
}
