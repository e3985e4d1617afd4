import Broker
import EngineTestKit
import HTTP2
import HTTP2TestKit
import NIOCore
import Testing

@testable import GRPCTransport
@testable import TransportIO

/// Entries over one call of `WriteLogs`.
@Suite struct LogStreamTests {
    private func entry(_ number: Int, size: Int = 10) -> LogEntry {
        LogEntry(name: "n\(number)", data: String(repeating: "d", count: size))
    }

    private func send(_ tickets: Range<Int>, on pair: GRPCPair, size: Int = 10) throws {
        for ticket in tickets {
            try pair.client.send(entry(ticket, size: size), ticket: ticket, into: &pair.fromClient)
        }
    }

    @Test(arguments: [1, 2, 7, 100, .max])
    func entriesAreAcknowledgedInOrder(step: Int) throws {
        let pair = GRPCPair(mode: .stream)
        try pair.exchange(step: step)
        for round in 0..<3 {
            try send(0..<50, on: pair)
            try pair.exchange(step: step)
            #expect(pair.takeFates() == (0..<50).map { Fate(ticket: $0, failure: nil) })
            #expect(pair.recorder.entries.count == (round + 1) * 50)
        }
        #expect(pair.recorder.entries == (0..<3).flatMap { _ in (0..<50).map { entry($0) } })
        #expect(pair.server.slotCount == 1)
    }

    /// What was collected leaves in as few frames as there are flushes.
    @Test func entriesShareFrames() throws {
        let pair = GRPCPair(mode: .stream)
        try pair.exchange()
        try send(0..<24, on: pair)
        #expect(ReadFrames(pair.fromClient).frames.allSatisfy { $0.kind != RawFrames.Kind.data })
        pair.client.flush(into: &pair.fromClient)
        #expect(ReadFrames(pair.fromClient).stream(1).map(\.kind) == [RawFrames.Kind.headers, RawFrames.Kind.data])
        try pair.server.receive(&pair.fromClient, into: &pair.fromServer, intake: pair.intake)
        let answer = ReadFrames(pair.fromServer).stream(1)
        #expect(answer.map(\.kind) == [RawFrames.Kind.headers, RawFrames.Kind.data])
        #expect(answer.last?.payload.count == 24 * LogResponse.logged.utf8CodeUnitCount)
    }

    @Test(arguments: [100_000, 16 << 20 - 10])
    func largeEntriesArrive(size: Int) throws {
        let pair = GRPCPair(mode: .stream)
        try pair.exchange()
        try send(0..<3, on: pair, size: size)
        try pair.exchange(step: 60_000)
        #expect(pair.takeFates() == (0..<3).map { Fate(ticket: $0, failure: nil) })
        #expect(pair.recorder.entries == (0..<3).map { entry($0, size: size) })
    }

    @Test func aRefusedEntryDoesNotEndTheCall() throws {
        let pair = GRPCPair(mode: .stream)
        try pair.exchange()
        pair.recorder.result = .rejected("the store is full")
        #expect(try pair.roundTrip(entry(0)) == [.rejected(0, "the store is full")])
        pair.recorder.result = .recorded
        #expect(try pair.roundTrip(entry(1)) == [Fate(ticket: 0, failure: nil)])
        #expect(pair.server.slotCount == 1)
    }

    @Test func laterFatesKeepTheOrder() throws {
        let pair = GRPCPair(mode: .stream)
        try pair.exchange()
        pair.recorder.result = .later
        try send(0..<2, on: pair)
        try pair.exchange()
        pair.recorder.result = .recorded
        try send(2..<3, on: pair)
        try pair.exchange()
        #expect(pair.takeFates().isEmpty)
        let tickets = pair.tickets
        pair.server.complete(tickets[1], .rejected("no"), into: &pair.fromServer)
        try pair.exchange()
        #expect(pair.takeFates().isEmpty)
        pair.server.complete(tickets[0], .recorded, into: &pair.fromServer)
        pair.server.complete(tickets[0], .recorded, into: &pair.fromServer)
        try pair.exchange()
        #expect(pair.takeFates().map(\.ticket) == [0, 1, 2])
    }

    @Test func bytesThatAreNoEntryAreRefusedAndCounted() throws {
        var server = ServerRulesTests.Server()
        var frames = RawFrames.client()
        let fields = RawFrames.requestFields.map { $0.0 == ":path" ? (":path", LogStream.path) : $0 }
        frames.addHeaders(1, fields, endStream: false)
        frames.addData(1, RawFrames.message([0xFF]) + RawFrames.message(ServerRulesTests.entry), endStream: true)
        try server.receive(frames.bytes)
        #expect(server.recorder.undecodable == 1)
        #expect(server.recorder.entries.count == 1)
        let answer = ReadFrames(server.said).stream(1)
        #expect(answer.last?.fields == ["grpc-status": "0"])
        #expect(answer.last?.endsStream == true)
        let refusal = RawFrames.message(LogResponse.refusal("the message is not a logs.LogRequest: truncated"))
        let logged = RawFrames.message([0x0A, 6] + Array("logged".utf8))
        #expect(answer.filter { $0.kind == RawFrames.Kind.data }.flatMap(\.payload) == refusal + logged)
    }

    @Test func aSmallWindowDoesNotStall() throws {
        var (server, client) = (HTTP2Session.Settings.server, HTTP2Session.Settings.client)
        (server.streamWindow, server.connectionWindow, server.maxFrameSize) = (100, 65_535, 16_384)
        client.streamWindow = 20
        let pair = GRPCPair(serverSettings: server, clientSettings: client, mode: .stream)
        try pair.exchange()
        try send(0..<40, on: pair, size: 500)
        try pair.exchange()
        #expect(pair.takeFates().count == 40)
    }

    /// A client that does not read acknowledgements is not read from: nothing piles up behind them.
    @Test func aSlowReaderHoldsItsOwnStreamOnly() throws {
        var server = ServerRulesTests.Server()
        var frames = RawFrames.client()
        // SETTINGS_INITIAL_WINDOW_SIZE 0: no answer can be sent.
        frames.add(RawFrames.Kind.settings, 0, 0, [0, 4, 0, 0, 0, 0])
        // The server's own windows count from when they are acknowledged.
        frames.add(RawFrames.Kind.settings, 1, 0, [])
        let fields = RawFrames.requestFields.map { $0.0 == ":path" ? (":path", LogStream.path) : $0 }
        frames.addHeaders(1, fields, endStream: false)
        let batch = Array(repeatElement(RawFrames.message(ServerRulesTests.entry), count: 1000).joined())
        for _ in 0..<20 { frames.addData(1, batch, endStream: false) }
        try server.receive(frames.bytes)
        // 64 KiB of acknowledgements of 13 bytes, and one for each frame that comes after that.
        #expect((5_000..<5_100).contains(server.recorder.entries.count))
        // Another call of the same connection is served.
        var other = RawFrames()
        other.addHeaders(3, RawFrames.requestFields, endStream: false)
        other.addData(3, RawFrames.message(ServerRulesTests.entry), endStream: true)
        // WINDOW_UPDATE of stream 3, then of stream 1.
        other.add(8, 0, 3, [0, 0, 255, 255])
        try server.receive(other.bytes)
        #expect(server.answer(to: 3)?.fields["grpc-status"] == "0")
        var open = RawFrames()
        open.add(8, 0, 0, [0x70, 0, 0, 0])
        open.add(8, 0, 1, [0x70, 0, 0, 0])
        try server.receive(open.bytes)
        #expect(server.recorder.entries.count == 20_001)
    }

    @Test func theServersEndTellsWhatIsKnown() throws {
        let pair = GRPCPair(mode: .stream)
        try pair.exchange()
        pair.recorder.result = .later
        try send(0..<2, on: pair)
        try pair.exchange()
        pair.server.disconnected()
        try send(2..<3, on: pair)
        var reset = RawFrames()
        reset.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, 8])
        var bytes = reset.bytes
        try pair.client.receive(&bytes, into: &pair.fromClient, completions: &pair.completions)
        let fates = pair.takeFates().map(\.failure)
        #expect(fates.prefix(2).map(\.?.fate) == [.unknown, .unknown])
        #expect(fates.last == .sendAgain)
        // The next entry opens another call.
        pair.recorder.result = .recorded
        try send(0..<1, on: pair)
        pair.client.flush(into: &pair.fromClient)
        #expect(ReadFrames(pair.fromClient).stream(3).map(\.kind) == [RawFrames.Kind.headers, RawFrames.Kind.data])
    }

    @Test func whatARefusedStreamCarriedIsSentAgain() throws {
        let pair = GRPCPair(mode: .stream)
        try pair.exchange()
        try send(0..<2, on: pair)
        pair.client.flush(into: &pair.fromClient)
        var reset = RawFrames()
        reset.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, 7])
        var bytes = reset.bytes
        try pair.client.receive(&bytes, into: &pair.fromClient, completions: &pair.completions)
        #expect(pair.takeFates().map(\.failure) == [.sendAgain, .sendAgain])
    }

    @Test func aGracefulStopEndsTheStream() throws {
        let pair = GRPCPair(mode: .stream)
        try pair.exchange()
        try send(0..<3, on: pair)
        try pair.exchange()
        try send(3..<5, on: pair)
        pair.server.drain(into: &pair.fromServer)
        try pair.exchange()
        #expect(pair.takeFates() == (0..<5).map { Fate(ticket: $0, failure: nil) })
        #expect(pair.client.isRetired)
        #expect(pair.server.isIdle && pair.server.isFinished)
    }

    /// A client that does not end its stream is told why its connection ends.
    @Test(arguments: [
        (DrainReason.stopping, "the logger is stopping"),
        (.idle, "the connection has been idle for too long and ends; open another one"),
        (.maxAge, "the connection has reached its greatest age and ends; open another one"),
    ])
    func aClientThatStaysIsSentAway(reason: DrainReason, text: String) throws {
        var server = ServerRulesTests.Server()
        var frames = RawFrames.client()
        let fields = RawFrames.requestFields.map { $0.0 == ":path" ? (":path", LogStream.path) : $0 }
        frames.addHeaders(1, fields, endStream: false)
        frames.addData(1, RawFrames.message(ServerRulesTests.entry), endStream: false)
        try server.receive(frames.bytes)
        if case .stopping = reason {
            server.engine.drain(into: &server.said)
        } else {
            server.engine.connection.beginDrain(reason)
        }
        var pong = RawFrames()
        pong.add(RawFrames.Kind.ping, 1, 0, Array("drained?".utf8))
        try server.receive(pong.bytes)
        #expect(server.answer(to: 1)?.fields == ["grpc-status": "14", "grpc-message": text])
        #expect(server.engine.isIdle)
    }
}
