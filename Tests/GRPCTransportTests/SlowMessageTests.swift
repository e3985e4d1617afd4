import Broker
import EngineTestKit
import HTTP2
import HTTP2TestKit
import NIOCore
import Testing

@testable import GRPCTransport
@testable import TransportIO

/// Messages that do not arrive, and answers that are not taken.
@Suite struct SlowMessageTests {
    /// A server whose client is made of frames, with a clock that is set by hand.
    private final class Server {
        let engine: GRPCServerEngine
        let recorder = RecordingRecorder()
        private let clock = ManualClock()
        private var said = ByteBuffer()

        init() {
            engine = GRPCServerEngine(limits: EntryLimits())
            engine.attach(to: clock.loop {})
            engine.open(into: &said)
        }

        func receive(_ frames: RawFrames) throws {
            var bytes = frames.bytes
            let intake = EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } })
            try engine.receive(&bytes, into: &said, intake: intake)
        }

        func wait(seconds: Int) throws {
            for _ in 0..<seconds {
                clock.now = clock.now + .seconds(1)
                try engine.keepAlive(into: &said)
            }
        }

        func status(of stream: UInt32) -> String? {
            ReadFrames(said).stream(stream).last { $0.kind == RawFrames.Kind.headers }?.fields["grpc-status"]
        }
    }

    private static let stream = RawFrames.requestFields.map {
        $0.0 == ":path" ? (":path", "/logs.LogService/WriteLogs") : $0
    }

    /// A unary call's message that stops after each of its bytes, and a call without one.
    @Test(arguments: 0..<12)
    func unary(count: Int) throws {
        let server = Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, RawFrames.requestFields, endStream: false)
        let message = RawFrames.message(ServerRulesTests.entry)
        if count > 0 { frames.addData(1, Array(message.prefix(count)), endStream: false) }
        try server.receive(frames)
        try server.wait(seconds: 20)
        #expect(server.status(of: 1) == nil)
        try server.wait(seconds: 1)
        // DEADLINE_EXCEEDED
        #expect(server.status(of: 1) == "4" && server.recorder.entries.isEmpty)
        try server.wait(seconds: 1)
        #expect(server.engine.heldBytes == 0)
    }

    /// A call of many messages may wait between them, and not within one.
    @Test func streaming() throws {
        let server = Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, Self.stream, endStream: false)
        let message = RawFrames.message(ServerRulesTests.entry)
        frames.addData(1, message, endStream: false)
        try server.receive(frames)
        try server.wait(seconds: 50)
        frames = RawFrames()
        frames.addData(1, message + message.prefix(7), endStream: false)
        try server.receive(frames)
        #expect(server.engine.heldBytes == 7)
        try server.wait(seconds: 9)
        #expect(server.status(of: 1) == nil && server.recorder.entries.count == 2)
        try server.wait(seconds: 12)
        #expect(server.status(of: 1) == "4" && server.engine.heldBytes == 0)
    }

    /// A large message that comes slowly, but comes.
    @Test func slowButHonest() throws {
        let server = Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, RawFrames.requestFields, endStream: false)
        frames.addHeaders(3, Self.stream, endStream: false)
        frames.addData(1, [0, 0, 1, 0, 0], endStream: false)
        frames.addData(3, [0, 0, 1, 0, 0], endStream: false)
        for _ in 0..<50 {
            try server.receive(frames)
            try server.wait(seconds: 1)
            frames = RawFrames()
            for stream: UInt32 in [1, 3] {
                frames.addData(stream, [UInt8](repeating: 0, count: 1_100), endStream: false)
            }
        }
        #expect(server.status(of: 1) == nil && server.status(of: 3) == nil)
        #expect(server.engine.heldBytes == 2 * (5 + 49 * 1_100))
    }

    /// Answers that wait for a client that does not take them are counted, and cost the connection in the end.
    @Test func unreadAnswers() throws {
        let server = Server()
        var frames = RawFrames.client()
        frames.add(RawFrames.Kind.settings, 0, 0, [0, 4, 0, 0, 0, 0])
        // The server's windows count from the acknowledgement of its SETTINGS on (RFC 9113 6.5.3).
        frames.add(RawFrames.Kind.settings, 1, 0, [])
        frames.addHeaders(1, Self.stream, endStream: false)
        let message = RawFrames.message(ServerRulesTests.entry)
        for _ in 0..<10 { frames.addData(1, (0..<1_000).flatMap { _ in message }, endStream: false) }
        try server.receive(frames)
        // Messages are not read on while 64 KiB of answers wait.
        #expect(server.engine.heldBytes > 64 * 1024 && server.recorder.entries.count < 10_000)
        #expect(throws: ProtocolError.self) { try server.wait(seconds: 40) }
        server.engine.disconnected()
        #expect(server.engine.heldBytes == 0)
    }
}
