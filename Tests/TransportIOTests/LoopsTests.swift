import Broker
import Dispatch
import EngineTestKit
import MachineTestKit
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import TransportIO

/// Servers with several event loops.
///
/// Each test has a number of loops of its own: servers that have the same number share them, and their turns.
@Suite("Several event loops", .timeLimit(.minutes(1))) struct LoopsTests {
    @Test("connections are dealt out to the loops in turn, of TCP as of Unix sockets", arguments: [false, true])
    func dealing(isUnix: Bool) async throws {
        let recorder = LoopRecorder()
        let endpoint =
            isUnix
            ? try Endpoint(listeningAt: "unix:@loops-\(UInt64.random(in: 0 ... .max))")
            : Endpoint(host: "127.0.0.1", port: 0)
        try await withLineServer(recorder, on: endpoint, loops: isUnix ? 3 : 7) { server in
            for number in 0..<21 {
                let socket = try RawSocket(to: server.endpoint)
                await socket.say("\(number) a\n")
                #expect(try await socket.hear() == "\(number) ok\n")
            }
        }
        let counts = recorder.counts
        #expect(counts == (isUnix ? [0: 7, 1: 7, 2: 7] : [0: 3, 1: 3, 2: 3, 3: 3, 4: 3, 5: 3, 6: 3]))
    }

    /// One loop is held up, as by a peer that has found a way to do that: the others take connections and serve them.
    @Test("a loop that is held up does not hold up the others")
    func oneIsHeldUp() async throws {
        let recorder = LoopRecorder()
        try await withLineServer(recorder, loops: 5) { server in
            let held = DispatchSemaphore(value: 0)
            ServerLoops.shared(5).all[1].eventLoop.execute { held.wait() }
            defer { held.signal() }
            let sockets = try (0..<15).map { _ in try RawSocket(to: server.endpoint) }
            for socket in sockets { await socket.say("1 a\n") }
            await recorder.untilCame(12)
            #expect(recorder.counts == [0: 3, 2: 3, 3: 3, 4: 3])
            held.signal()
            await recorder.untilCame(3)
            #expect(recorder.counts[1] == 3)
            for socket in sockets { socket.close() }
        }
    }

    @Test("a stop answers what is under way on every loop, and ends")
    func drain() async throws {
        let recorder = PatientRecorder()
        try await withLineServer(recorder, loops: 4) { server in
            let sockets = try (0..<8).map { _ in try RawSocket(to: server.endpoint) }
            for socket in sockets { await socket.say("1 a\n") }
            await recorder.received(8)
            server.beginStop()
            for (_, reply) in recorder.takeReplies() { reply(.recorded) }
            for socket in sockets {
                #expect(try await socket.hearAll() == "1 ok\n")
                socket.close()
            }
            try await server.stop()
        }
    }

    /// Connections that come while the listener ends are served or closed; none is left behind that the stop would wait for.
    @Test("a stop ends, whatever comes meanwhile")
    func connectionsDuringAStop() async throws {
        for _ in 0..<20 {
            try await withLineServer(loops: 4) { server in
                let coming = Task.detached {
                    for _ in 0..<30 { try? RawSocket(to: server.endpoint).close() }
                }
                server.beginStop()
                try await server.stop()
                await coming.value
            }
        }
    }

    @Test("the limit of connections is one for all loops")
    func connectionLimit() async throws {
        let connections = ServerConnections()
        var limits = ServerLimits()
        (limits.maxConnections, limits.maxConnectionsPerAddress) = (100, 75)
        let bounds = ServerConnections.Bounds(limits)
        let channels = ServerLoops.shared(2).all.map {
            NIOLoopBoundBox.makeBoxSendingValue([EmbeddedChannel](), eventLoop: $0.eventLoop)
        }
        /// How many of so many connections are admitted that come on one loop.
        func admitted(_ count: Int, from origin: String, on loop: Int) async throws -> Int {
            let channels = channels[loop]
            return try await channels.eventLoop.submit {
                (0..<count).count { _ in
                    let channel = EmbeddedChannel()
                    channels.value.append(channel)
                    return (try? connections.admit(channel, from: origin, bounds) { _ in }) != nil
                }
            }.get()
        }
        func leave(_ loop: Int) async throws {
            let channels = channels[loop]
            try await channels.eventLoop.submit {
                for channel in channels.value { _ = try? channel.finish() }
                channels.value = []
            }.get()
        }
        #expect(try await admitted(50, from: "a", on: 0) == 50)
        #expect(try await admitted(50, from: "a", on: 1) == 25)
        #expect(try await admitted(30, from: "b", on: 0) == 25)
        try await leave(0)
        #expect(try await admitted(60, from: "a", on: 1) == 50)
        try await leave(1)
        #expect(try await admitted(80, from: "b", on: 0) == 75)
        try await leave(0)
    }

    /// As while the loops that would close them have no time.
    @Test("what one address has too many of is refused before it is dealt out, and takes no room of others")
    func refusalBeforeDealing() throws {
        var limits = ServerLimits()
        (limits.maxConnections, limits.maxConnectionsPerAddress) = (100, 75)
        let gate = AcceptGate(connections: ServerConnections(), ServerConnections.Bounds(limits)) { _ in }
        let listener = EmbeddedChannel(handler: gate)
        /// How many of so many connections are dealt out.
        func dealtOut(_ count: Int, from address: String) throws -> Int {
            try (0..<count).count { _ in
                let channel = EmbeddedChannel()
                try channel.connect(to: SocketAddress(ipAddress: address, port: 1)).wait()
                try listener.writeInbound(channel)
                return try listener.readInbound(as: EmbeddedChannel.self) != nil
            }
        }
        #expect(try dealtOut(1000, from: "127.0.0.2") == 75)
        // One that was reset before it was accepted has no address any more.
        try listener.writeInbound(EmbeddedChannel())
        #expect(try listener.readInbound(as: EmbeddedChannel.self) == nil)
        #expect(try dealtOut(30, from: "127.0.0.1") == 25)
    }

    /// The connection that holds the most is on another loop than the one that makes it too much.
    @Test("what connections hold is limited over all loops together")
    func heldBytes() async throws {
        var limits = ServerLimits()
        // What other tests hold meanwhile is less than the 8 MB that are left.
        limits.maxHeldBytes = 40_000_000
        try await withServer(loops: 6, limits: limits, { HoldingEngine() }) { server in
            let (large, small) = (try RawSocket(to: server.endpoint), try RawSocket(to: server.endpoint))
            func fill(_ socket: RawSocket, _ count: Int, upTo total: Int) async throws {
                await socket.say([UInt8](repeating: 0x78, count: count))
                var heard = ""
                while !heard.hasSuffix("\n\(total)\n") {
                    let part = try await socket.hear()
                    try #require(!part.isEmpty, "it was ended")
                    heard += part
                }
            }
            try await fill(large, 24_000_000, upTo: 24_000_000)
            try await fill(small, 8_000_000, upTo: 8_000_000)
            let end = Task { try await large.hearAll() }
            try await fill(small, 12_000_000, upTo: 20_000_000)
            _ = try await end.value
            try await fill(small, 2_000_000, upTo: 22_000_000)
            small.close()
            large.close()
        }
    }
}

/// Answers, and tells which loops have brought what.
private final class LoopRecorder: EntryRecorder {
    private let state = Mutex([Int: Int]())
    private let stream = AsyncStream.makeStream(of: Void.self)

    /// How many entries each loop has brought.
    var counts: [Int: Int] { state.withLock { $0 } }

    /// Waits until so many further entries have come.
    func untilCame(_ count: Int) async {
        var came = stream.stream.makeAsyncIterator()
        for _ in 0..<count { await came.next() }
    }

    func recorder(forLoop number: Int) -> any EntryRecorder { OneLoop(all: self, number: number) }

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        .rejected("it came on no loop")
    }

    func countUndecodable() {}

    private struct OneLoop: EntryRecorder {
        let all: LoopRecorder
        let number: Int

        func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
            all.state.withLock { $0[number, default: 0] += 1 }
            all.stream.continuation.yield()
            return .recorded
        }

        func countUndecodable() {}
    }
}

/// Holds all that comes, and tells how much that is.
private struct HoldingEngine: ServerEngine {
    private(set) var heldBytes = 0
    let mostAtOnce = Int.max
    let isIdle = true

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        heldBytes += bytes.readableBytes
        bytes.clear()
        out.writeString("\n\(heldBytes)\n")
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {}
}
