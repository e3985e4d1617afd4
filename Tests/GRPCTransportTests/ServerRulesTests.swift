import Broker
import EngineTestKit
import HTTP2
import HTTP2TestKit
import NIOCore
import Testing

@testable import GRPCTransport
@testable import TransportIO

/// What the server answers to calls that are not as they should be; the client is made of bytes.
@Suite struct ServerRulesTests {
    /// What an operator sets is announced: of streams in SETTINGS, of the connection with WINDOW_UPDATE.
    @Test func windows() {
        var options = ServerOptions(target: "127.0.0.1:0")
        #expect(HTTP2Session.Settings(options).streamWindow == 16 << 20)
        #expect(HTTP2Session.Settings(options).connectionWindow == 64 << 20)
        options.own[GRPCOptions.window] = 70_000
        let settings = HTTP2Session.Settings(options)
        #expect(settings.streamWindow == 70_000 && settings.connectionWindow == 70_000)
        #expect(settings.maxConcurrentStreams == GRPCServerEngine.maxConcurrentStreams)
        let engine = GRPCServerEngine(limits: EntryLimits(), settings: settings)
        var said = ByteBuffer()
        engine.open(into: &said)
        // RFC 9113 6.5.2: SETTINGS_INITIAL_WINDOW_SIZE is 4.
        let bytes = Array(said.readableBytesView)
        let setting: [UInt8] = [0, 4, 0, 1, 0x11, 0x70]
        #expect(bytes.indices.contains { bytes[$0...].starts(with: setting) })
    }

    /// A server engine and what it says.
    struct Server {
        let engine: GRPCServerEngine
        let recorder = RecordingRecorder()
        var said = ByteBuffer()

        init(limits: EntryLimits = EntryLimits()) {
            engine = GRPCServerEngine(limits: limits)
            engine.open(into: &said)
        }

        mutating func receive(_ bytes: ByteBuffer) throws {
            var (bytes, out) = (bytes, ByteBuffer())
            let intake = EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } })
            repeat {
                defer {
                    said.writeBuffer(&out)
                    out.clear()
                }
                try engine.receive(&bytes, into: &out, intake: intake)
                #expect(bytes.readableBytes == 0)
            } while engine.isPaused
        }

        /// The error code of the last GOAWAY; nil where there is none.
        var goaway: UInt32? {
            ReadFrames(said).frames.last { $0.kind == RawFrames.Kind.goaway }?.number(at: 4)
        }

        func answer(to stream: UInt32) -> ReadFrames.Frame? {
            ReadFrames(said).stream(stream).last { $0.kind == RawFrames.Kind.headers }
        }
    }

    static let entry: [UInt8] = [0x0A, 6, 0x0A, 1, 0x6E, 0x12, 1, 0x64]

    @Test func theAnswerIsMessageAndTrailers() throws {
        var server = Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, RawFrames.requestFields, endStream: false)
        frames.addData(1, RawFrames.message(Self.entry), endStream: true)
        try server.receive(frames.bytes)
        #expect(server.recorder.entries == [LogEntry(name: "n", data: "d")])
        let answer = ReadFrames(server.said).stream(1)
        #expect(answer.map(\.kind) == [RawFrames.Kind.headers, RawFrames.Kind.data, RawFrames.Kind.headers])
        #expect(answer[0].fields == [":status": "200", "content-type": "application/grpc"])
        #expect(answer[1].payload == RawFrames.message([0x0A, 6] + Array("logged".utf8)))
        #expect(answer[2].fields == ["grpc-status": "0"])
        #expect(answer.map(\.endsStream) == [false, false, true])
    }

    @Test(arguments: [
        (":path", "/logs.LogService/Nope", "12", "unknown method Nope for service logs.LogService"),
        (":path", "/x.Y/Z", "12", "unknown service in the path /x.Y/Z"),
        ("te", "gzip", "13", "the header te: trailers is missing; a proxy on the way may have dropped it"),
    ])
    func aWrongHeaderGivesAStatus(name: String, value: String, status: String, message: String) throws {
        var server = Server()
        var frames = RawFrames.client()
        let fields = RawFrames.requestFields.map { $0.0 == name ? (name, value) : $0 }
        frames.addHeaders(1, fields.filter { $0.0 != "te" || $0.1 == "trailers" }, endStream: false)
        try server.receive(frames.bytes)
        let answer = try #require(server.answer(to: 1))
        #expect(answer.endsStream)
        #expect(answer.fields["grpc-status"] == status)
        #expect(answer.fields["grpc-message"] == message)
        // RFC 9113 8.1: the rest of the request is not wanted.
        let reset = ReadFrames(server.said).stream(1).last
        #expect(reset?.kind == RawFrames.Kind.reset && reset?.number(at: 0) == 0)
        #expect(server.engine.isIdle)
        #expect(server.recorder.entries.isEmpty)
    }

    /// RFC 9110, 8.3.1: media types are compared without regard to case, and may have parameters.
    @Test(arguments: [
        "application/grpc", "Application/gRPC", "APPLICATION/GRPC+PROTO", "application/grpc;a=b",
        "application/grpc ; a=b", "application/grpc+proto; charset=\"utf-8\"",
    ])
    func mediaTypesOfGRPC(mediaType: String) throws {
        var server = Server()
        var frames = RawFrames.client()
        let fields = RawFrames.requestFields.map { $0.0 == "content-type" ? ($0.0, mediaType) : $0 }
        frames.addHeaders(1, fields, endStream: false)
        frames.addData(1, RawFrames.message(Self.entry), endStream: true)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1)?.fields["grpc-status"] == "0")
    }

    @Test(arguments: [
        ("content-type", "application/grpc, text/plain", "415"), ("content-type", "xapplication/grpc", "415"),
        ("content-type", "application/json", "415"), ("content-type", "application/grpcx", "415"),
        ("content-type", "application/grpc+json", "415"), (":method", "GET", "405"),
    ])
    func whatIsNotGRPCGetsAnHTTPStatus(name: String, value: String, status: String) throws {
        var server = Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, RawFrames.requestFields.map { $0.0 == name ? (name, value) : $0 }, endStream: true)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1)?.fields == [":status": status])
        #expect(server.engine.isIdle)
    }

    @Test(
        arguments: [
            ([1, 0, 0, 0, 1, 0], nil, "13", "the compressed flag is set with no or identity grpc-encoding"),
            ([1, 0, 0, 0, 1, 0], "identity", "13", "the compressed flag is set with no or identity grpc-encoding"),
            ([1, 0, 0, 0, 1, 0], "br", "12", "the message encoding br is not supported"),
            ([1, 0, 0, 0, 1, 0], "gzip", "13", "the message is not what its encoding gzip says"),
            ([2, 0, 0, 0, 1, 0], nil, "13", "the message's compressed flag is 2, not 0 or 1"),
            ([], nil, "13", "the call holds no message"),
            ([0, 0, 0], nil, "13", "the message is shorter than its length says"),
            ([0, 0, 0, 0, 2, 0], nil, "13", "the message is shorter than its length says"),
            ([0, 0, 0, 0, 0, 0], nil, "13", "a unary call holds one message, and more bytes came"),
            ([0, 255, 255, 255, 255], nil, "8", "the message has 4294967295 bytes; at most 16777408 are taken"),
            ([0, 0, 0, 0, 1, 0xFF], nil, "3", "the message is not a logs.LogRequest: truncated"),
            ([0, 0, 0, 0, 5, 0x0A, 3, 0x0A, 1, 0xFF], nil, "3", "the message is not a logs.LogRequest: badUTF8"),
        ] as [([UInt8], String?, String, String)])
    func aWrongMessageGivesAStatus(body: [UInt8], encoding: String?, status: String, message: String) throws {
        var server = Server()
        var frames = RawFrames.client()
        frames.addHeaders(
            1, RawFrames.requestFields + (encoding.map { [("grpc-encoding", $0)] } ?? []), endStream: false)
        frames.addData(1, body, endStream: true)
        try server.receive(frames.bytes)
        let answer = try #require(server.answer(to: 1))
        #expect(answer.fields["grpc-status"] == status)
        #expect(answer.fields["grpc-message"] == message)
        #expect(answer.fields["grpc-accept-encoding"] == (status == "12" ? "identity,gzip" : nil))
        #expect(server.recorder.undecodable == (status == "3" ? 1 : 0))
        #expect(server.engine.isIdle)
    }

    /// An uncompressed message is taken whatever encoding the header announces.
    @Test func anAnnouncedEncodingNeedNotBeUsed() throws {
        var server = Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, RawFrames.requestFields + [("grpc-encoding", "gzip")], endStream: false)
        frames.addData(1, RawFrames.message(Self.entry), endStream: false)
        frames.addData(1, [], endStream: true)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1)?.fields["grpc-status"] == "0")
    }

    /// A stream that was reset after its message is not recorded if that was read together, and its slot is free again.
    @Test func resetStreamsLeaveNothingBehind() throws {
        var server = Server()
        var frames = RawFrames.client()
        for stream in 0..<500 as Range<UInt32> {
            frames.addHeaders(stream * 2 + 1, RawFrames.requestFields, endStream: false)
            frames.addData(stream * 2 + 1, [0, 0, 0, 1, 0] + Array(repeating: 7, count: 100), endStream: false)
            frames.add(RawFrames.Kind.reset, 0, stream * 2 + 1, [0, 0, 0, 8])
        }
        try server.receive(frames.bytes)
        #expect(server.engine.isIdle)
        #expect(server.engine.slotCount == 1)
        #expect(server.recorder.entries.isEmpty)
    }

    /// CVE-2023-44487: streams opened and reset at once, for ever.
    @Test func rapidResetEndsTheConnection() throws {
        var server = Server()
        #expect(throws: ProtocolError.self) {
            var frames = RawFrames.client()
            for stream in 0..<5_000 as Range<UInt32> {
                frames.addHeaders(stream * 2 + 1, RawFrames.requestFields, endStream: false)
                frames.add(RawFrames.Kind.reset, 0, stream * 2 + 1, [0, 0, 0, 8])
            }
            try server.receive(frames.bytes)
        }
        #expect(server.engine.slotCount == 1)
    }

    /// RFC 9113 5.1.2: a client that cannot know the limit yet has the stream refused; one that does breaks the protocol.
    @Test(arguments: [false, true])
    func moreStreamsThanAllowedAreRefused(isLimitKnown: Bool) throws {
        var server = Server()
        var frames = RawFrames.client()
        if isLimitKnown { frames.add(RawFrames.Kind.settings, 1, 0, []) }
        for stream in 0...1024 as ClosedRange<UInt32> {
            frames.addHeaders(stream * 2 + 1, RawFrames.requestFields, endStream: false)
        }
        if isLimitKnown {
            #expect(throws: ProtocolError.self) { try server.receive(frames.bytes) }
        } else {
            try server.receive(frames.bytes)
            let reset = ReadFrames(server.said).stream(2049).last
            #expect(reset?.kind == RawFrames.Kind.reset && reset?.number(at: 0) == 7)
        }
        #expect(server.engine.slotCount == 1024)
    }

    @Test func aLongHeaderListIsRefused() throws {
        var server = Server()
        var frames = RawFrames.client()
        let filler = (0..<120).map { ("filler-\($0)", String(repeating: "f", count: 100)) }
        frames.addHeaders(1, RawFrames.requestFields + filler, endStream: true)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1)?.fields["grpc-status"] == "8")
        #expect(server.engine.isIdle)
    }

    @Test func aPingIsAnswered() throws {
        var server = Server()
        var frames = RawFrames.client()
        frames.add(RawFrames.Kind.ping, 0, 0, Array(1...8))
        try server.receive(frames.bytes)
        let answer = ReadFrames(server.said).frames.last { $0.kind == RawFrames.Kind.ping }
        #expect(answer?.flags == 1 && answer?.payload == Array(1...8))
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}", "PRI * HTTP/1.1\r\n"])
    func whatIsNotHTTP2IsNamed(opening: String) throws {
        var server = Server()
        let error = #expect(throws: ProtocolError.self) { try server.receive(ByteBuffer(string: opening)) }
        #expect(error?.description.contains("does not speak HTTP/2 with prior knowledge") == true)
        #expect(
            error?.description.contains(String(decoding: opening.utf8.prefix(16), as: UTF8.self).debugDescription)
                == true)
    }
}
