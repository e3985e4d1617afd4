import Broker
import EngineTestKit
import HTTP2TestKit
import NIOCore
import Synchronization
import Testing
import TransportIO

@testable import HTTPTransport

/// Bodies of answers that are made part by part, when the client has room for them.
@Suite struct BodyPartTests {
    /// A control API with one large answer; counts what was asked of it.
    private final class Source: Sendable {
        let requests = Atomic<Int>(0)
        let parts = Atomic<Int>(0)
        private let end: HTTPBodyPart
        private let count: Int

        init(parts count: Int = 40, end: HTTPBodyPart = .end) {
            (self.count, self.end) = (count, end)
        }

        static let part = [UInt8](repeating: 0x78, count: 20_000)

        var configuration: HTTPServerConfiguration {
            HTTPServerConfiguration { [self] request in
                requests.add(1, ordering: .relaxed)
                guard request.path == "/large" else { return HTTPResponse(status: 200, body: [0x79]) }
                let left = Atomic<Int>(count)
                let box = Box(left)
                return HTTPResponse(
                    status: 200, body: Array("first".utf8),
                    more: { [self] in
                        parts.add(1, ordering: .relaxed)
                        return box.value.subtract(1, ordering: .relaxed).newValue >= 0 ? .bytes(Self.part) : end
                    }, link: "</next>")
            }
        }
    }

    private final class Box: Sendable {
        let value: Atomic<Int>

        init(_ value: consuming Atomic<Int>) {
            self.value = value
        }
    }

    private static let whole = "first" + String(repeating: "x", count: 40 * 20_000)
    private static let get = Sample.get("/large")

    @Test func chunks() throws {
        var engine = HTTPServerEngine(configuration: Source().configuration)
        let said = engine.feed(Array((Self.get + Sample.post()).utf8)).said
        let text = String(decoding: said, as: UTF8.self)
        let head = try #require(text.ranges(of: "\r\n\r\n").first)
        #expect(text[..<head.lowerBound].contains("\r\ntransfer-encoding: chunked"))
        #expect(text[..<head.lowerBound].contains("\r\nlink: </next>"))
        #expect(!text[..<head.lowerBound].contains("content-length"))
        let chunks = text[head.upperBound...].split(separator: "\r\n")
        #expect(chunks.prefix(4) == ["5", "first", "4e20", Self.whole.dropFirst(5).prefix(20_000)])
        // What stands behind it is the answer to the next request.
        #expect(chunks[82] == "0" && chunks[83] == "HTTP/1.1 202 Accepted")
        #expect(engine.isIdle && !engine.isFinished)
    }

    /// RFC 9112, 6.1: a client of HTTP/1.0 knows no chunks; the body ends with the connection.
    @Test(arguments: ["", "Connection: keep-alive\r\n"])
    func version10(fields: String) throws {
        var engine = HTTPServerEngine(configuration: Source().configuration)
        let said = engine.feed(Array("GET /large HTTP/1.0\r\n\(fields)\r\n".utf8)).said
        let text = String(decoding: said, as: UTF8.self)
        let head = try #require(text.ranges(of: "\r\n\r\n").first)
        #expect(text[..<head.lowerBound].contains("\r\nconnection: close"))
        #expect(!text[..<head.lowerBound].contains("transfer-encoding"))
        #expect(text[head.upperBound...] == Self.whole)
        #expect(engine.isFinished)
    }

    /// A body that cannot be made whole does not look as if it were.
    @Test func brokenBody() throws {
        var http1 = HTTPServerEngine(configuration: Source(end: .broken).configuration)
        let said = http1.feed(Array(Self.get.utf8)).said
        #expect(http1.isFinished && said.suffix(4) == Array("xx\r\n".utf8))

        let http2 = HTTP2Server(configuration: Source(end: .broken).configuration)
        try http2.receive(Self.frames(window: 0x7FFF_FFFF).bytes)
        #expect(http2.reset(of: 1) == 2 && !http2.frames.stream(1).contains(where: \.endsStream))
    }

    @Test func headMakesNoParts() throws {
        let source = Source()
        var http1 = HTTPServerEngine(configuration: source.configuration)
        let said = http1.feed(Array(Self.get.replacing("GET", with: "HEAD").utf8)).said
        #expect(said.suffix(4) == Array("\r\n\r\n".utf8) && http1.isIdle)
        let http2 = HTTP2Server(configuration: source.configuration)
        try http2.receive(Self.frames(method: "HEAD").bytes)
        #expect(http2.frames.stream(1).map(\.endsStream) == [true])
        #expect(source.parts.load(ordering: .relaxed) == 0)
    }

    /// Of what a client asks for in one go no more is made at once than one answer, or one part, that takes time.
    @Test(arguments: ["/large", "/small"])
    func pipelinedRequests(path: String) throws {
        let source = Source()
        var engine = HTTPServerEngine(configuration: source.configuration)
        let intake = Intake(RecordingRecorder()) { _ in }
        var (bytes, out) = (ByteBuffer(string: String(repeating: Sample.get(path), count: 100)), ByteBuffer())
        var calls = 0
        repeat {
            let before = source.requests.load(ordering: .relaxed) + source.parts.load(ordering: .relaxed)
            try engine.receive(&bytes, into: &out, intake: intake.intake)
            #expect(source.requests.load(ordering: .relaxed) + source.parts.load(ordering: .relaxed) <= before + 1)
            #expect(out.readableBytes < 21_000)
            out.clear()
            calls += 1
        } while engine.isPaused
        #expect(source.requests.load(ordering: .relaxed) == 100 && bytes.readableBytes == 0)
        #expect(calls == (path == "/large" ? 100 * 42 : 100))
    }

    /// The same of entries that are refused: the answers are many times as long as the requests.
    @Test func pipelinedFailures() throws {
        var engine = HTTPServerEngine.sample()
        let intake = Intake(RecordingRecorder()) { _ in }
        let request = Sample.post(body: "{", length: "Content-Length: 1\r\n")
        var (bytes, out) = (ByteBuffer(string: String(repeating: request, count: 5_000)), ByteBuffer())
        repeat {
            try engine.receive(&bytes, into: &out, intake: intake.intake)
            #expect(out.readableBytes < ServerOutput.enough + 1_000)
            out.clear()
        } while engine.isPaused
        #expect(bytes.readableBytes == 0)
    }

    private static func frames(streams: Int = 1, method: String = "GET", window: UInt32 = 65_535) -> RawFrames {
        var frames = RawFrames.client()
        let bytes = withUnsafeBytes(of: window.bigEndian) { Array($0) }
        frames.add(RawFrames.Kind.settings, 0, 0, [0, 4] + bytes)
        frames.add(RawFrames.Kind.windowUpdate, 0, 0, [0x7F, 0, 0, 0])
        for number in 0..<streams {
            SampleRequest(method: method, path: "/large", body: "").add(to: &frames, stream: UInt32(2 * number + 1))
        }
        return frames
    }

    @Test("Over HTTP/2 nothing is made before the client has opened its window")
    func windows() throws {
        let source = Source()
        let server = HTTP2Server(configuration: source.configuration)
        try server.receive(Self.frames(window: 0).bytes)
        #expect(source.parts.load(ordering: .relaxed) == 0 && server.engine.heldBytes == 5)
        var more = RawFrames()
        more.add(RawFrames.Kind.windowUpdate, 0, 1, [0, 0, 0x80, 0])
        try server.receive(more.bytes)
        #expect(source.parts.load(ordering: .relaxed) == 2 && server.engine.heldBytes == 40_005 - 32_768)
        more = RawFrames()
        more.add(RawFrames.Kind.windowUpdate, 0, 1, [0x7F, 0, 0, 0])
        try server.receive(more.bytes)
        #expect(server.answer(to: 1)?.body == Self.whole && server.engine.isIdle && server.engine.heldBytes == 0)
        #expect(server.answer(to: 1)?.fields["link"] == "</next>")
    }

    @Test("Over HTTP/2 little is made at once, whatever the client would take")
    func turns() throws {
        let source = Source()
        let server = HTTP2Server(configuration: source.configuration)
        try server.receive(Self.frames(streams: 100, window: 0x7FFF_FFFF).bytes, goesOn: false)
        #expect(source.requests.load(ordering: .relaxed) == 1)
        var calls = 1
        while server.engine.isPaused {
            let (requests, parts) = (source.requests.load(ordering: .relaxed), source.parts.load(ordering: .relaxed))
            try server.goOn()
            #expect(source.requests.load(ordering: .relaxed) <= requests + 1)
            #expect(source.parts.load(ordering: .relaxed) <= parts + 4)
            calls += 1
        }
        #expect(source.requests.load(ordering: .relaxed) == 100 && calls > 1_000)
        for stream: UInt32 in [1, 99, 199] { #expect(server.answer(to: stream)?.body == Self.whole) }
    }

    @Test("A stream that is reset while its request waits for its turn is forgotten")
    func resetWhileWaiting() throws {
        let source = Source()
        let server = HTTP2Server(configuration: source.configuration)
        var frames = Self.frames(streams: 20)
        for number: UInt32 in 5..<20 { frames.add(RawFrames.Kind.reset, 0, 2 * number + 1, [0, 0, 0, 8]) }
        try server.receive(frames.bytes)
        #expect(source.requests.load(ordering: .relaxed) == 5)
    }
}
