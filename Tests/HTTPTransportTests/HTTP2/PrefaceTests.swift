import Broker
import EngineTestKit
import HTTP2TestKit
import NIOCore
import Testing
import TransportIO

@testable import HTTPTransport

/// Both versions of HTTP at one address, told apart by the first bytes (RFC 9113 3.4).
@Suite struct PrefaceTests {
    @Test func splitAnywhere() throws {
        var frames = RawFrames.client()
        for stream: UInt32 in [1, 3] { SampleRequest().add(to: &frames, stream: stream) }
        let bytes = frames.bytes
        for boundary in 1..<bytes.readableBytes {
            let server = HTTP2Server()
            var rest = bytes
            try server.receive(rest.readSlice(length: boundary) ?? ByteBuffer())
            #expect((server.said.readableBytes > 0) == (boundary >= RawFrames.preface.count))
            try server.receive(rest)
            #expect(server.answer(to: 1)?.status == 202 && server.answer(to: 3)?.status == 202)
            #expect(server.recorder.entries.count == 2)
        }
    }

    @Test(
        "What begins otherwise is HTTP/1.1, however much of the preface it begins with",
        arguments: [
            (Sample.post(), 202), (Sample.get("/echo"), 200), ("PUT /echo HTTP/1.1\r\nHost: h\r\n\r\n", 200),
            ("PRI * HTTP/1.1\r\nHost: h\r\n\r\n", 404), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\rX", 505), ("PX\r\n\r\n", 400),
            // RFC 9113 3.1: "the HTTP/1.1 upgrade mechanism" to h2c "is obsolete".
            (Sample.post("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"), 202),
        ])
    func http1(request: String, status: Int) throws {
        for step in [1, 2, 5, 1_000] {
            let server = HTTP2Server()
            try server.receive(ByteBuffer(string: request), step: step)
            #expect(Answer.parse(Array(server.said.readableBytesView))?.map(\.status) == [status], "steps of \(step)")
        }
    }

    @Test("Half a preface does not hold a connection", arguments: ["P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r"])
    func halfAPreface(start: String) throws {
        let server = HTTP2Server()
        try server.receive(ByteBuffer(string: start))
        #expect(!server.engine.isIdle && server.engine.isAmidMessage && server.said.readableBytes == 0)
        server.end(.tooSlow(seconds: 20))
        #expect(server.engine.isFinished)
        #expect(Answer.parse(Array(server.said.readableBytesView))?.map(\.status) == [408])
    }

    @Test func drainBeforeThePreface() throws {
        let server = HTTP2Server()
        server.drain()
        #expect(server.engine.isIdle && server.said.readableBytes == 0)
        var frames = RawFrames.client()
        SampleRequest().add(to: &frames, stream: 1)
        try server.receive(frames.bytes)
        #expect(server.frames.frames.contains { $0.kind == RawFrames.Kind.goaway })
        #expect(server.answer(to: 1)?.status == 202)
    }
}
