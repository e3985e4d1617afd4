import Broker
import EngineTestKit
import HTTP2TestKit
import NIOCore
import Testing
import TransportIO

@testable import HTTPTransport

/// What the server answers over HTTP/2; the client is made of frames.
@Suite struct HTTP2RequestTests {
    private static let requests = [
        SampleRequest(), SampleRequest(path: "/log?x=1"),
        SampleRequest(fields: [("content-type", "application/json; charset=utf-8")]),
        SampleRequest(fields: [("content-type", "text/plain")]),
        SampleRequest(fields: [("content-type", "application/x-protobuf")], body: "\u{A}\u{1}a\u{12}\u{1}b"),
        SampleRequest(fields: [("content-type", "application/x-gob")]),
        SampleRequest(fields: [("content-type", "Application/JSON\t; a=\";\"; charset=\"utf-8\"")]),
        SampleRequest(fields: [("content-type", "APPLICATION/X-Protobuf;a")], body: "\u{A}\u{1}a\u{12}\u{1}b"),
        SampleRequest(fields: [("expect", "a-miracle")]), SampleRequest(body: "{"), SampleRequest(body: #"{"name":5}"#),
        SampleRequest(body: #"{"name":"n","data":"\#(String(repeating: "x", count: 1_000))"}"#),
        SampleRequest(method: "GET", body: ""),
        SampleRequest(method: "DELETE"), SampleRequest(method: "GET", path: "/echo", body: ""),
        SampleRequest(method: "GET", path: "/echo?limit=5", body: ""), SampleRequest(method: "PUT", path: "/echo"),
        SampleRequest(method: "GET", path: "/nowhere?x", body: ""),
        SampleRequest(method: "OPTIONS", path: "*", body: ""),
    ]

    @Test("The answer is that of HTTP/1.1", arguments: requests, [1, 3, 1_000_000])
    func sameAnswers(request: SampleRequest, step: Int) throws {
        var http1 = HTTPServerEngine.sample(maxEntryBytes: 1_000)
        let outcome = http1.feed(Array(request.text.utf8))
        var expected = try #require(Answer.parse(outcome.said)?.first)
        // RFC 9113 8.2.2: HTTP/2 knows no such field.
        expected.fields["connection"] = nil

        let server = HTTP2Server()
        var frames = RawFrames.client()
        request.add(to: &frames, stream: 1)
        try server.receive(frames.bytes, step: step)
        #expect(server.answer(to: 1) == expected)
        #expect(server.recorder.entries == outcome.entries && server.recorder.undecodable == outcome.undecodable)
        #expect(server.engine.isIdle && !server.engine.isFinished)
    }

    @Test("HEAD has no body, and the length that GET would have", arguments: ["/echo?q", "/log", "/nowhere"])
    func head(path: String) throws {
        var http1 = HTTPServerEngine.sample(maxEntryBytes: 1_000)
        let request = SampleRequest(method: "HEAD", path: path, body: "")
        let expected = Answer.parse(http1.feed(Array(request.text.utf8)).said, bodiless: [0])?.first
        let server = HTTP2Server()
        var frames = RawFrames.client()
        request.add(to: &frames, stream: 1)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1) == expected)
    }

    /// RFC 9113 8.1: where a body ends is known without its length.
    @Test func bodiesWithoutLength() throws {
        let server = HTTP2Server()
        var frames = RawFrames.client()
        SampleRequest(body: "").add(to: &frames, stream: 1)
        frames.addHeaders(3, SampleRequest().list, endStream: false)
        for byte in Sample.body.utf8 { frames.addData(3, [byte], endStream: false) }
        frames.addData(3, [], endStream: true)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1)?.status == 400)
        #expect(server.answer(to: 3)?.status == 202)
        #expect(server.recorder.entries == [LogEntry(name: "a", data: "b")])
    }

    @Test func trailersAreIgnored() throws {
        let server = HTTP2Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, SampleRequest().list, endStream: false)
        frames.addData(1, Array(Sample.body.utf8), endStream: false)
        frames.addHeaders(1, [("content-type", "text/plain"), ("expect", "more")], endStream: true)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1)?.status == 202)
    }

    @Test func connect() throws {
        let server = HTTP2Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, [(":method", "CONNECT"), (":authority", "h:1")], endStream: true)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1)?.status == 400)
    }

    /// RFC 9110, 10.1.1: an expectation is compared without regard to case.
    @Test(arguments: ["100-continue", "100-Continue", "100-CONTINUE"])
    func interimAnswer(expectation: String) throws {
        let server = HTTP2Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, SampleRequest(fields: [("expect", expectation)]).list, endStream: false)
        try server.receive(frames.bytes)
        let interim = server.frames.stream(1)
        #expect(interim.map(\.fields) == [[":status": "100"]] && interim.allSatisfy { !$0.endsStream })
        var body = RawFrames()
        body.addData(1, Array(Sample.body.utf8), endStream: true)
        try server.receive(body.bytes)
        #expect(server.answer(to: 1)?.status == 202)
    }

    /// RFC 9113 8.1: an answer before the end of the request, and a reset without an error behind it.
    @Test(
        "A refusal does not wait for the body",
        arguments: [
            ([("content-length", "100000")], [], 413), ([("content-length", "9223372036854775807")], [], 413),
            ([], [UInt8](repeating: 0x20, count: 7_000), 413), ([("expect", "x")], [], 417),
            ((0..<130).map { ("a\($0)", String(repeating: "x", count: 100)) }, [], 431),
        ] as [([(String, String)], [UInt8], Int)])
    func earlyRefusal(fields: [(String, String)], body: [UInt8], status: Int) throws {
        let server = HTTP2Server()
        var frames = RawFrames.client()
        frames.addHeaders(1, SampleRequest(fields: fields).list, endStream: false)
        if !body.isEmpty { frames.addData(1, body, endStream: false) }
        try server.receive(frames.bytes)
        let answer = try #require(server.answer(to: 1))
        #expect(answer.status == status && answer.body.hasPrefix(#"{"error":true,"message":""#))
        #expect(server.reset(of: 1) == 0)
        #expect(server.engine.isIdle && server.recorder.undecodable == 1)
    }

    /// RFC 9113 8.1.1.
    @Test("A body of another length than its field says", arguments: [1, 99])
    func wrongLength(length: Int) throws {
        let server = HTTP2Server()
        var frames = RawFrames.client()
        SampleRequest(fields: [("content-length", "\(length)")]).add(to: &frames, stream: 1)
        SampleRequest().add(to: &frames, stream: 3)
        try server.receive(frames.bytes)
        #expect(server.reset(of: 1) == 1 && server.answer(to: 1) == nil)
        #expect(server.answer(to: 3)?.status == 202 && server.recorder.entries.count == 1)
    }

    /// Streams are answered as soon as their fates are known, in any order.
    @Test func laterResults() throws {
        let server = HTTP2Server(result: .later)
        var frames = RawFrames.client()
        for stream: UInt32 in [1, 3, 5] { SampleRequest().add(to: &frames, stream: stream) }
        try server.receive(frames.bytes)
        #expect(server.tickets.count == 3 && !server.engine.isIdle)
        server.complete(server.tickets[2], .rejected("no"))
        server.complete(server.tickets[0], .recorded)
        // A stray result, and one that is told twice, change nothing.
        server.complete(server.tickets[2], .recorded)
        server.complete(77 << 32 | 99, .recorded)
        #expect(server.answer(to: 1)?.status == 202 && server.answer(to: 3) == nil)
        #expect(server.answer(to: 5)?.status == 422)
        var cancel = RawFrames()
        cancel.add(RawFrames.Kind.reset, 0, 3, [0, 0, 0, 8])
        try server.receive(cancel.bytes)
        server.complete(server.tickets[1], .recorded)
        #expect(server.answer(to: 3) == nil && server.engine.isIdle)
    }

    @Test func actions() throws {
        let server = HTTP2Server(configuration: .sample(maxEntryBytes: 100, action: true))
        let action = #"{"action":"log","log":{"name":"a","data":"b"}}"#
        var frames = RawFrames.client()
        SampleRequest(path: "/handle", body: action).add(to: &frames, stream: 1)
        SampleRequest(path: "/handle").add(to: &frames, stream: 3)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1)?.status == 202 && server.answer(to: 3)?.status == 400)
    }
}
