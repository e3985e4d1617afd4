import Broker
import EngineTestKit
import HTTP2TestKit
import NIOCore
import Synchronization
import Testing

@testable import HTTPTransport

/// Answers that are made on another thread.
@Suite struct LateResponseTests {
    /// A control API whose answers are made when the test says so.
    private final class Source: Sendable {
        let waiting = Mutex<[@Sendable (HTTPResponse) -> Void]>([])

        var configuration: HTTPServerConfiguration {
            HTTPServerConfiguration { [self] _ in
                var response = HTTPResponse(status: 500, body: [])
                response.later = { done in self.waiting.withLock { $0.append(done) } }
                return response
            }
        }

        func finish(_ body: String, parts: Int = 0) {
            let left = Mutex(parts)
            let more: @Sendable () -> HTTPBodyPart = {
                left.withLock { left in
                    left -= 1
                    return left < 0 ? .end : .bytes(Array("part".utf8))
                }
            }
            let done = waiting.withLock { $0.removeFirst() }
            done(HTTPResponse(status: 200, body: Array(body.utf8), more: parts > 0 ? more : nil))
        }
    }

    @Test("what comes behind such a request waits for its answer")
    func order() throws {
        let source = Source()
        var engine = HTTPServerEngine(configuration: source.configuration)
        let tickets = Mutex<[UInt64]>([])
        let intake = Intake(RecordingRecorder()) { ticket in tickets.withLock { $0.append(ticket) } }
        var (bytes, out) = (ByteBuffer(string: Sample.get("/a") + Sample.get("/b")), ByteBuffer())
        try engine.receive(&bytes, into: &out, intake: intake.intake)
        #expect(out.readableBytes == 0 && !engine.isPaused && !engine.isIdle && bytes.readableBytes > 0)
        source.finish("first")
        engine.complete(tickets.withLock { $0[0] }, .recorded, into: &out)
        #expect(String(buffer: out).hasSuffix("content-length: 5\r\n\r\nfirst"))
        out.clear()
        repeat { try engine.receive(&bytes, into: &out, intake: intake.intake) } while engine.isPaused
        source.finish("second")
        engine.complete(tickets.withLock { $0[1] }, .recorded, into: &out)
        #expect(String(buffer: out).hasSuffix("second") && engine.isIdle && bytes.readableBytes == 0)
    }

    @Test("the rest of a body goes out in the connection's turns")
    func parts() throws {
        let source = Source()
        var engine = HTTPServerEngine(configuration: source.configuration)
        let intake = Intake(RecordingRecorder()) { _ in }
        var (bytes, out) = (ByteBuffer(string: Sample.get("/a")), ByteBuffer())
        try engine.receive(&bytes, into: &out, intake: intake.intake)
        source.finish("first", parts: 2)
        engine.complete(0, .recorded, into: &out)
        #expect(engine.isPaused)
        while engine.isPaused { try engine.receive(&bytes, into: &out, intake: intake.intake) }
        #expect(String(buffer: out).hasSuffix("5\r\nfirst\r\n4\r\npart\r\n4\r\npart\r\n0\r\n\r\n"))
        #expect(engine.isIdle)
    }

    @Test("over HTTP/2 other requests are answered meanwhile")
    func http2() throws {
        let source = Source()
        let server = HTTP2Server(configuration: source.configuration)
        var frames = RawFrames.client()
        for stream: UInt32 in [1, 3, 5] {
            SampleRequest(method: "GET", path: "/\(stream)", body: "").add(to: &frames, stream: stream)
        }
        SampleRequest().add(to: &frames, stream: 7)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 7)?.status == 202 && server.tickets.count == 3 && !server.engine.isIdle)
        for (ticket, body) in zip(server.tickets, ["one", "two", "three"]) {
            source.finish(body, parts: body == "two" ? 3 : 0)
            server.complete(ticket, .recorded)
        }
        while server.engine.isPaused { try server.goOn() }
        #expect(server.answer(to: 1)?.body == "one" && server.answer(to: 5)?.body == "three")
        #expect(server.answer(to: 3)?.body == "twopartpartpart" && server.engine.isIdle)
    }

    @Test("one that the client no longer waits for is let go")
    func cancelled() throws {
        let source = Source()
        let server = HTTP2Server(configuration: source.configuration)
        var frames = RawFrames.client()
        SampleRequest(method: "GET", path: "/x", body: "").add(to: &frames, stream: 1)
        frames.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, 8])
        try server.receive(frames.bytes)
        for ticket in server.tickets {
            source.finish("late")
            server.complete(ticket, .recorded)
        }
        #expect(server.answer(to: 1) == nil && server.engine.isIdle)
    }
}
