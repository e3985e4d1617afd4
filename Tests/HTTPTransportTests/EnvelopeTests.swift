import Broker
import EngineTestKit
import EntryJSON
import HTTP2
import HTTP2TestKit
import NIOCore
import Testing
import TransportIO

@testable import HTTPTransport

/// What counts as an acknowledgement, over both versions of HTTP.
@Suite struct EnvelopeTests {
    enum Verdict: Equatable, Sendable {
        case logged
        case failed(String)
        case other
    }

    private static let bodies: [(String, Verdict)] = [
        (#"{"error":false,"message":"logged"}"#, .logged),
        // Go's json.Encoder ends with a newline; json.MarshalIndent and Python put white space elsewhere.
        ("{\"error\":false,\"message\":\"logged\"}\n", .logged),
        ("{\n\t\"error\": false,\n\t\"message\": \"logged\"\n}", .logged),
        (#"{"message": "logged", "error": false, "data": {"id": [1, null]}}"#, .logged),
        (#"{"error":false}"#, .logged),
        (#"{"error":true,"message":"disk full"}"#, .failed("disk full")),
        (#"{"message":"disk\nfull","error":true}"#, .failed("disk full")),
        (#"{"error":true}"#, .failed("it gives no reason")),
        (#"{"error":"disk full"}"#, .failed("disk full")),
        ("", .other), ("{", .other), ("{}", .other), ("null", .other), ("[]", .other), ("ok", .other),
        ("<html>please log in</html>", .other), (#"{"message":"logged"}"#, .other),
        (#"{"error":null}"#, .other), (#"{"error":0}"#, .other), (#"{"error":""}"#, .other),
        (#"{"error":false}{"error":true}"#, .other), (#"{"error":false} trailing"#, .other),
        (#"{"Error":false}"#, .other), (#"{"data":{"error":false}}"#, .other),
        (#"{"error":false,"pad":""# + String(repeating: "x", count: 5_000) + #""}"#, .other),
    ]

    private func expect(_ failure: TransportError?, _ verdict: Verdict, _ takesAny: Bool, _ status: Int) {
        switch verdict {
        case .logged: #expect(failure == nil)
        case .failed(let why): #expect(failure == TransportError(.rejected, "HTTP \(status), error: \(why)"))
        case .other where takesAny: #expect(failure == nil)
        case .other:
            #expect(failure?.fate == .unknown && failure?.message.contains("--http-any-2xx") == true)
            #expect(failure?.message.contains("HTTP \(status)") == true)
        }
    }

    @Test(arguments: bodies, [false, true]) func http1(body: (String, Verdict), takesAny: Bool) throws {
        for (status, step) in [(202, 1), (202, 1_000_000), (200, 7), (206, 1_000_000)] {
            var engine = HTTPClientEngine(
                target: try HTTPTarget(parsing: "h:8080"), limits: EntryLimits(), takesAnySuccess: takesAny)
            let answer = Array("HTTP/1.1 \(status) X\r\nContent-Length: \(body.0.utf8.count)\r\n\r\n\(body.0)".utf8)
            // The second and the third have a head that is known, and perhaps a body.
            for _ in 0..<3 {
                let outcome = engine.feed(answer, sends: 1, step: step)
                try #require(outcome.fates.count == 1 && outcome.error == nil)
                expect(outcome.fates[0].failure, body.1, takesAny, status)
            }
        }
    }

    /// The same head as that of an acknowledgement, and a body of the same length that says the contrary.
    @Test func sameHead() throws {
        var engine = HTTPClientEngine(target: try HTTPTarget(parsing: "h:8080"), limits: EntryLimits())
        let failures = try [#"{"error":false}"#, #"{"error":false}"#, #"{"error":true }"#, #"{"error":false}"#].map {
            let outcome = engine.feed(Array("HTTP/1.1 200 X\r\nContent-Length: 15\r\n\r\n\($0)".utf8), sends: 1)
            return try #require(outcome.fates.first).failure?.fate
        }
        #expect(failures == [nil, nil, .rejected, nil])
    }

    @Test(arguments: [204, 205, 202]) func noBody(status: Int) throws {
        var engine = HTTPClientEngine(target: try HTTPTarget(parsing: "h:8080"), limits: EntryLimits())
        let end = status == 204 ? "" : "Content-Length: 0\r\n"
        let outcome = engine.feed(Array("HTTP/1.1 \(status) X\r\n\(end)\r\n".utf8), sends: 1)
        #expect(outcome.fates.first?.failure?.fate == .unknown)
        #expect(outcome.fates.first?.failure?.message.contains("no body") == true)
    }

    @Test(arguments: bodies, [false, true]) func http2(body: (String, Verdict), takesAny: Bool) throws {
        let engine = ClientConnection(
            target: try HTTPTarget(parsing: "h:8080"), maxInFlight: 8, limits: EntryLimits(), takesAnySuccess: takesAny)
        var (said, completions) = (ByteBuffer(), Completions())
        engine.open(into: &said)
        var frames = RawFrames.server()
        let bytes = Array(body.0.utf8)
        for (index, isWhole) in [true, true, false].enumerated() {
            try engine.send(LogEntry(name: "n", data: "d"), ticket: index, into: &said)
            let stream = UInt32(2 * index + 1)
            frames.addHeaders(stream, [(":status", "202")], endStream: false)
            if isWhole {
                frames.addData(stream, bytes, endStream: true)
            } else {
                frames.addData(stream, Array(bytes.prefix(bytes.count / 2)), endStream: false)
                frames.addData(stream, Array(bytes.dropFirst(bytes.count / 2)), endStream: false)
                frames.addData(stream, [], endStream: true)
            }
            var received = frames.bytes
            try engine.receive(&received, into: &said, completions: &completions)
            frames = RawFrames()
        }
        #expect(completions.list.count == 3)
        for (_, failure) in completions.list { expect(failure, body.1, takesAny, 202) }
    }

    /// An acknowledgement's body with more behind it is not one.
    @Test func moreBehindTheKnownBody() throws {
        let engine = ClientConnection(target: try HTTPTarget(parsing: "h:8080"), maxInFlight: 8, limits: EntryLimits())
        var (said, completions) = (ByteBuffer(), Completions())
        engine.open(into: &said)
        try engine.send(LogEntry(name: "n", data: "d"), ticket: 0, into: &said)
        var frames = RawFrames.server()
        frames.addHeaders(1, [(":status", "202")], endStream: false)
        frames.addData(1, JSONEnvelope.logged, endStream: false)
        frames.addData(1, Array("<html>".utf8), endStream: true)
        var received = frames.bytes
        try engine.receive(&received, into: &said, completions: &completions)
        #expect(completions.list.first?.failure?.fate == .unknown)
    }

    /// What a redirect's reader can do about it.
    @Test(arguments: [
        ("http://b/log", "use that as --to"), ("https://b/log", "use that as --to, with http:// in front, and --tls"),
        ("/v2/log", "put that behind the host and port of --to"), ("v2", "put that behind the host and port of --to"),
    ]) func redirects(location: String, way: String) {
        let answer = ReceivedAnswer(status: 308, location: location)
        #expect(
            answer.failure(takesAnySuccess: true)
                == TransportError(.rejected, "HTTP 308, a redirect to \(location): \(way)"))
    }
}
