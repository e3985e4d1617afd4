import Broker
import EngineTestKit
import HTTP2
import HTTP2TestKit
import NIOCore
import Testing
import TransportIO

@testable import GRPCTransport

/// Compressed messages: what a few kilobytes inflate to is bounded, and dealt with in turns.
@Suite struct InflationTests {
    /// A server engine that is given its turns one by one.
    private final class Server {
        let engine: GRPCServerEngine
        let recorder = RecordingRecorder()
        var said = ByteBuffer()
        private lazy var intake = EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } })

        init(limits: EntryLimits = EntryLimits()) {
            engine = GRPCServerEngine(limits: limits)
            engine.open(into: &said)
        }

        func receive(_ frames: RawFrames) throws {
            var bytes = frames.bytes
            try engine.receive(&bytes, into: &said, intake: intake)
        }

        /// Gives the engine its next turn; false where it wants none.
        func turn() throws -> Bool {
            guard engine.isPaused else { return false }
            var none = ByteBuffer()
            try engine.receive(&none, into: &said, intake: intake)
            return true
        }

        func status(of stream: UInt32) -> String? {
            ReadFrames(said).stream(stream).last { $0.kind == RawFrames.Kind.headers }?.fields["grpc-status"]
        }
    }

    private static let fields = RawFrames.requestFields + [("grpc-encoding", "gzip")]

    /// `LogRequest{logEntry: Log{name: "n", data: …}}` with so many letters, compressed.
    private static func entry(_ count: Int) throws -> [UInt8] {
        func varint(_ value: Int) -> [UInt8] {
            value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + varint(value >> 7)
        }
        let log = [0x0A, 1, 0x6E, 0x12] + varint(count) + [UInt8](repeating: 0x78, count: count)
        let request = [0x0A] + varint(log.count) + log
        return RawFrames.message(try Gzip.compress(request.span.bytes), flag: 1)
    }

    @Test func oneTurnIsEnoughForASmallMessage() throws {
        let server = Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, Self.fields, endStream: false)
        frames.addData(1, try Self.entry(1000), endStream: true)
        try server.receive(frames)
        #expect(!server.engine.isPaused)
        #expect(server.status(of: 1) == "0" && server.recorder.entries.map(\.data.utf8.count) == [1000])
    }

    /// Ten messages of 4 MB: none holds the loop for longer than a turn, none is lost, and the engine is busy meanwhile.
    @Test func largeMessagesTakeTurns() throws {
        let server = Server()
        var frames = RawFrames.client()
        let message = try Self.entry(4_000_000)
        #expect(message.count < 25_000)
        for number in 0..<10 as Range<UInt32> {
            frames.addHeaders(2 * number + 1, Self.fields, endStream: false)
            for start in stride(from: 0, to: message.count, by: 16_384) {
                let end = min(start + 16_384, message.count)
                frames.addData(2 * number + 1, Array(message[start..<end]), endStream: end == message.count)
            }
        }
        try server.receive(frames)
        #expect(server.engine.isPaused && !server.engine.isIdle && server.recorder.entries.isEmpty)
        var turns = 0
        while try server.turn() { turns += 1 }
        #expect(turns >= 10 * 4_000_000 / PendingInflations.turnBytes)
        #expect(!server.engine.isPaused && server.engine.isIdle)
        #expect(server.recorder.entries.map(\.data.utf8.count) == [Int](repeating: 4_000_000, count: 10))
        #expect((0..<10).allSatisfy { server.status(of: 2 * $0 + 1) == "0" })
        #expect(server.engine.buffers.value.heldBytes == 0)
    }

    /// What is larger than an entry may be is refused when that shows, and nothing of it is kept.
    @Test func bomb() throws {
        let server = Server(limits: EntryLimits(maxEntryBytes: 1_000_000))
        var frames = RawFrames.client()
        frames.addHeaders(1, Self.fields, endStream: false)
        frames.addData(1, try Self.entry(2_000_000), endStream: true)
        try server.receive(frames)
        while try server.turn() {}
        #expect(server.status(of: 1) == "8" && server.recorder.entries.isEmpty && !server.engine.isPaused)
    }

    /// A client that gives up, or whose deadline passes, is not worked for.
    @Test func messagesThatNobodyWaitsFor() throws {
        let server = Server()
        var frames = RawFrames.client()
        for stream in [1, 3, 5] as [UInt32] {
            frames.addHeaders(stream, Self.fields, endStream: false)
            frames.addData(stream, try Self.entry(3_000_000), endStream: true)
        }
        try server.receive(frames)
        var resets = RawFrames()
        for stream in [1, 3] as [UInt32] { resets.add(RawFrames.Kind.reset, 0, stream, [0, 0, 0, 8]) }
        try server.receive(resets)
        var turns = 0
        while try server.turn() { turns += 1 }
        #expect(turns <= 3_000_000 / PendingInflations.turnBytes + 2)
        #expect(server.recorder.entries.count == 1 && server.status(of: 5) == "0")
        #expect(server.engine.buffers.value.heldBytes == 0 && server.engine.isIdle)
    }

    /// The messages of a stream keep their order, whether they are compressed or not, and its end comes behind them.
    @Test func streamsKeepTheirOrder() throws {
        let server = Server()
        var frames = RawFrames.client()
        let fields = Self.fields.map { $0.0 == ":path" ? ($0.0, "/logs.LogService/WriteLogs") : $0 }
        frames.addHeaders(1, fields, endStream: false)
        let plain = RawFrames.message([0x0A, 6, 0x0A, 1, 0x6E, 0x12, 1, 0x64])
        for part in [try Self.entry(10), try Self.entry(2_000_000), plain, try Self.entry(700_000), plain] {
            frames.addData(1, part, endStream: false)
        }
        frames.addData(1, [], endStream: true)
        try server.receive(frames)
        #expect(server.engine.isPaused)
        while try server.turn() {}
        #expect(server.recorder.entries.map(\.data.utf8.count) == [10, 2_000_000, 1, 700_000, 1])
        #expect(server.status(of: 1) == "0" && server.engine.isIdle && server.engine.heldByCalls.value == 0)
    }

    /// A connection that is lost leaves nothing to be done.
    @Test func disconnection() throws {
        let server = Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, Self.fields, endStream: false)
        frames.addData(1, try Self.entry(3_000_000), endStream: true)
        try server.receive(frames)
        #expect(server.engine.isPaused)
        server.engine.disconnected()
        #expect(!server.engine.isPaused && server.recorder.entries.isEmpty)
    }
}
