import Broker
import EngineTestKit
import HTTP2TestKit
import NIOCore
import Testing
import TransportIO

@testable import HTTPTransport

/// What a client cannot do over HTTP/2, rules of RFC 9113 and bounds of the server's.
@Suite struct HTTP2LimitsTests {
    private static let request = HTTP2Rule.Request(SampleRequest().list, body: Array(Sample.body.utf8))

    @Test("A connection error ends the connection", arguments: HTTP2Rule.connectionErrors, [7, .max])
    func connectionError(rule: HTTP2Rule, step: Int) throws {
        let server = HTTP2Server()
        #expect(throws: ProtocolError.self) {
            for part in rule.parts(Self.request) { try server.receive(part, step: step) }
        }
        #expect(rule.codes.isEmpty || rule.codes.contains(server.goaway ?? 0), "\(server.goaway ?? 0)")
        #expect(server.recorder.entries.count <= rule.requestCount)
    }

    @Test("A stream error resets the stream and leaves the others alone", arguments: HTTP2Rule.streamErrors, [7, .max])
    func streamError(rule: HTTP2Rule, step: Int) throws {
        let server = HTTP2Server()
        do {
            for part in rule.parts(Self.request) { try server.receive(part, step: step) }
        } catch is ProtocolError {
            #expect(rule.codes.contains(server.goaway ?? 0))
            return
        }
        #expect(rule.codes.contains(server.reset(of: 1) ?? 0), "\(server.reset(of: 1) ?? 0)")
        #expect(server.recorder.entries.isEmpty)
        var other = RawFrames()
        SampleRequest().add(to: &other, stream: 3)
        try server.receive(other.bytes)
        #expect(server.answer(to: 3)?.status == 202)
    }

    @Test("What a client may do costs nothing", arguments: HTTP2Rule.allowed, [7, .max])
    func allowed(rule: HTTP2Rule, step: Int) throws {
        let server = HTTP2Server()
        for part in rule.parts(Self.request) { try server.receive(part, step: step) }
        #expect(server.recorder.entries.count >= rule.requestCount)
        var other = RawFrames()
        SampleRequest().add(to: &other, stream: 101)
        try server.receive(other.bytes, step: step)
        #expect(server.answer(to: 101)?.status == 202 && server.goaway == nil)
    }

    /// CVE-2023-44487: streams that are opened and reset at once, for ever.
    @Test func rapidReset() throws {
        let server = HTTP2Server()
        var frames = RawFrames.client()
        for stream in stride(from: UInt32(1), to: 20_001, by: 2) {
            frames.addHeaders(stream, SampleRequest().list, endStream: true)
            frames.add(RawFrames.Kind.reset, 0, stream, [0, 0, 0, 8])
        }
        #expect(throws: ProtocolError.self) { try server.receive(frames.bytes, step: 16_384) }
        #expect(server.recorder.entries.isEmpty)
    }

    @Test func tooManyStreams() throws {
        let server = HTTP2Server()
        var frames = RawFrames.client()
        for number in 0..<UInt32(HTTP2ServerEngine.maxConcurrentStreams) + 1 {
            frames.addHeaders(2 * number + 1, SampleRequest().list, endStream: false)
        }
        try? server.receive(frames.bytes)
        #expect(server.answer(to: 1) == nil && !server.engine.isIdle && server.recorder.entries.isEmpty)
        let last = 2 * UInt32(HTTP2ServerEngine.maxConcurrentStreams) + 1
        // RFC 9113 5.1.2, 8.7: REFUSED_STREAM, so that the client may try again, or the connection's end.
        #expect(server.reset(of: last) == 7 || server.frames.frames.last?.kind == RawFrames.Kind.goaway)
    }

    @Test("A request that does not arrive is answered with 408, one that waits for the recorder is not")
    func slowRequests() throws {
        let server = HTTP2Server(result: .later)
        var frames = RawFrames.client()
        SampleRequest().add(to: &frames, stream: 1)
        frames.addHeaders(3, SampleRequest().list, endStream: false)
        frames.addData(3, [0x7B], endStream: false)
        try server.receive(frames.bytes)
        for _ in 0..<20 { try server.secondPasses() }
        #expect(server.answer(to: 3) == nil)
        try server.secondPasses()
        #expect(server.answer(to: 3)?.status == 408 && server.answer(to: 1) == nil)
        server.complete(server.tickets[0], .recorded)
        #expect(server.answer(to: 1)?.status == 202 && server.engine.isIdle)
    }

    @Test("A client that takes no answers loses its connection")
    func stalledClient() throws {
        let server = HTTP2Server()
        var frames = RawFrames.client()
        // RFC 9113 6.5.2: SETTINGS_INITIAL_WINDOW_SIZE of 0.
        frames.add(RawFrames.Kind.settings, 0, 0, [0, 4, 0, 0, 0, 0])
        SampleRequest(method: "GET", path: "/echo", body: "").add(to: &frames, stream: 1)
        try server.receive(frames.bytes)
        let error = #expect(throws: ProtocolError.self) { for _ in 0..<100 { try server.secondPasses() } }
        #expect(error?.description.contains("takes nothing of what waits for it on stream 1") == true)
    }

    @Test("Answers that nobody takes are not made for ever")
    func unsentAnswers() throws {
        let large = HTTPServerConfiguration { _ in
            HTTPResponse(status: 200, contentType: "text/plain", body: [UInt8](repeating: 0x78, count: 24 << 20))
        }
        let server = HTTP2Server(configuration: large)
        var frames = RawFrames.client()
        frames.add(RawFrames.Kind.settings, 0, 0, [0, 4, 0, 0, 0, 50])
        for stream: UInt32 in [1, 3, 5, 7] {
            SampleRequest(method: "GET", path: "/large", body: "").add(to: &frames, stream: stream)
        }
        try server.receive(frames.bytes)
        let statuses = [1, 3, 5, 7].map { server.frames.stream($0).first?.fields[":status"] }
        #expect(statuses == ["200", "200", "200", "503"])
        var cancel = RawFrames()
        for stream: UInt32 in [1, 3, 5] { cancel.add(RawFrames.Kind.reset, 0, stream, [0, 0, 0, 8]) }
        SampleRequest(method: "GET", path: "/large", body: "").add(to: &cancel, stream: 9)
        try server.receive(cancel.bytes)
        #expect(server.frames.stream(9).first?.fields[":status"] == "200")
    }

    @Test("A graceful end: GOAWAY, a PING, the last GOAWAY; what is under way is answered")
    func drain() throws {
        let server = HTTP2Server(result: .later)
        var frames = RawFrames.client()
        SampleRequest().add(to: &frames, stream: 1)
        try server.receive(frames.bytes)
        server.drain()
        let ping = try #require(server.frames.frames.last { $0.kind == RawFrames.Kind.ping })
        var answer = RawFrames()
        SampleRequest().add(to: &answer, stream: 3)
        answer.add(RawFrames.Kind.ping, 1, 0, ping.payload)
        try server.receive(answer.bytes)
        let goaways = server.frames.frames.filter { $0.kind == RawFrames.Kind.goaway }
        #expect(goaways.map { $0.number(at: 0) } == [0x7FFF_FFFF, 3] && goaways.allSatisfy { $0.number(at: 4) == 0 })
        #expect(!server.engine.isFinished)
        for ticket in server.tickets { server.complete(ticket, .recorded) }
        #expect(server.answer(to: 1)?.status == 202 && server.answer(to: 3)?.status == 202)
        #expect(server.engine.isFinished && server.engine.isIdle)
    }

    @Test func garbage() {
        var random = SeededGenerator(seed: 5)
        var frames = RawFrames.client()
        for stream: UInt32 in [1, 3, 5] { SampleRequest().add(to: &frames, stream: stream) }
        let bytes = Array(frames.bytes.readableBytesView)
        for _ in 0..<2_000 {
            let damaged = RawFrames.preface + random.damaged(Array(bytes.dropFirst(RawFrames.preface.count)))
            let server = HTTP2Server()
            try? server.receive(ByteBuffer(bytes: damaged), step: [1, 9, 2_000].randomElement(using: &random) ?? 1)
            #expect(server.recorder.entries.count <= 4)
        }
    }
}
