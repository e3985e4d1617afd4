import Broker
import EngineTestKit
import NIOCore
import NIOEmbedded
import Testing

@testable import TransportIO

/// What a peer may take of a server, with a clock that is set by hand.
@Suite struct PeerLimitsTests {
    /// Sockets of servers that keep one account.
    private final class Peers {
        let connections = ServerConnections()
        var limits = ServerLimits()

        func connect(_ engine: any ServerEngine = LineServerEngine()) throws -> Peer {
            try Peer(engine, PeerBounds(limits, connections) { _ in }, connections)
        }
    }

    private final class Peer {
        let channel = EmbeddedChannel()
        let handler: ServerSocketHandler
        let ended = Ended()

        init(_ engine: any ServerEngine, _ bounds: PeerBounds, _ connections: ServerConnections) throws {
            let ended = ended
            handler = ServerSocketHandler(
                engine: engine, recorder: RecordingRecorder(), loop: ServerLoop(channel.eventLoop),
                drainTimeout: .seconds(5),
                allocator: channel.allocator, bounds: bounds,
                ended: { handler, failure in
                    connections.remove(handler)
                    (ended.failure, ended.isSet) = (failure, true)
                })
            channel.allowRemoteHalfClosure = true
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            connections.insert(handler)
        }

        func say(_ text: String) throws {
            try channel.writeInbound(ByteBuffer(string: text))
        }

        /// What it was told since the last time.
        func heard() throws -> String {
            var text = ""
            while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
            return text
        }

        func wait(seconds: Int64) {
            channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
        }
    }

    private final class Ended {
        var failure: String?
        var isSet = false
    }

    @Test func idleConnectionsAreEnded() throws {
        let peer = try Peers().connect()
        try peer.say("1 a\n")
        peer.wait(seconds: 1_799)
        try peer.say("2 b\n")
        peer.wait(seconds: 1_799)
        #expect(try peer.heard() == "1 ok\n2 ok\n" && !peer.ended.isSet)
        peer.wait(seconds: 3)
        // What was sent before the end was known is still taken; the end comes behind its answer.
        #expect(peer.ended.isSet && peer.ended.failure == nil)
    }

    @Test func entriesWhoseFateIsOpenAreNotIdle() throws {
        let peers = Peers()
        peers.limits.idle = .seconds(10)
        let peer = try Peer(
            SilentEngine(), PeerBounds(peers.limits, peers.connections), peers.connections)
        peer.wait(seconds: 100)
        #expect(!peer.ended.isSet)
    }

    @Test func aMessageThatDoesNotComeEndsItsConnection() throws {
        let peer = try Peers().connect()
        try peer.say("1 a\n2 half a li")
        peer.wait(seconds: 20)
        #expect(!peer.ended.isSet)
        peer.wait(seconds: 3)
        #expect(try peer.heard() == "1 ok\n" && peer.ended.failure == "the message did not arrive within 20 s")
    }

    @Test func aSlowMessageThatComesIsWaitedFor() throws {
        let peer = try Peers().connect()
        for _ in 0..<100 {
            try peer.say(String(repeating: "x", count: 1_100))
            peer.wait(seconds: 1)
        }
        #expect(!peer.ended.isSet)
    }

    /// Where all hold too much, the one that holds the most goes, and nobody else.
    @Test func tooMuchHeld() throws {
        let peers = Peers()
        peers.limits.maxHeldBytes = 1_000_000
        let many = try (0..<9).map { _ in try peers.connect() }
        for peer in many { try peer.say(String(repeating: "x", count: 100_000)) }
        #expect(peers.connections.heldBytes == 900_000)
        try many[4].say(String(repeating: "x", count: 90_000))
        #expect(many.allSatisfy { !$0.ended.isSet })
        try many[7].say(String(repeating: "x", count: 50_000))
        #expect(peers.connections.heldBytes == 850_000)
        try many[7].say(" a\n")
        #expect(peers.connections.heldBytes == 700_000)
        many[4].wait(seconds: 3)
        #expect(many.map(\.ended.isSet) == (0..<9).map { $0 == 4 })
        #expect(many[4].ended.failure?.contains("hold more than") == true)
        for peer in many { _ = try? peer.channel.finish() }
        #expect(peers.connections.heldBytes == 0)
    }

    /// An engine that leaves off goes on in its turn, and nothing of what comes meanwhile is lost.
    @Test func turns() throws {
        let peer = try Peers().connect(CountingEngine())
        try peer.say("abc")
        #expect(try peer.heard() == "a")
        try peer.say("de")
        #expect(try peer.heard() == "")
        for letter in ["b", "c", "d", "e"] {
            peer.channel.embeddedEventLoop.advanceTime(by: .microseconds(20))
            #expect(try peer.heard() == letter)
        }
        try peer.say("f")
        #expect(try peer.heard() == "f")
    }
}

/// Owes an answer for ever.
private struct SilentEngine: ServerEngine {
    var isIdle: Bool { false }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        bytes.clear()
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {}
}

/// Says each byte that it hears, one at a time.
private struct CountingEngine: ServerEngine {
    private(set) var isPaused = false
    var isIdle: Bool { !isPaused }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        if let byte = bytes.readInteger(as: UInt8.self) { out.writeInteger(byte) }
        isPaused = bytes.readableBytes > 0
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {}
}
