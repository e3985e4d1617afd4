import Broker
import EngineTestKit
import EntryJSON
import HTTP2
import HTTP2TestKit
import NIOCore
import Testing

@testable import HTTPTransport
@testable import TransportIO

/// What the client makes of a server that is made of frames.
@Suite struct HTTP2ClientTests {
    /// A client with two entries in flight, on streams 1 and 3.
    private func client() throws -> (engine: ClientConnection, said: ByteBuffer) {
        let engine = ClientConnection(
            target: try HTTPTarget(parsing: "http://h:8080/log"), maxInFlight: 8, limits: EntryLimits(),
            takesAnySuccess: true)
        var out = ByteBuffer()
        engine.open(into: &out)
        for ticket in 0..<2 { try engine.send(LogEntry(name: "n", data: "d"), ticket: ticket, into: &out) }
        return (engine, out)
    }

    /// What becomes of the entries when the server has said that.
    private func fates(
        _ engine: ClientConnection, step: Int = .max, _ say: (inout RawFrames) -> Void
    ) throws -> (fates: [Fate], said: ReadFrames) {
        var frames = RawFrames.server()
        say(&frames)
        var (bytes, out, completions) = (frames.bytes, ByteBuffer(), Completions())
        while var part = bytes.readSlice(length: min(step, bytes.readableBytes)), part.readableBytes > 0 {
            try engine.receive(&part, into: &out, completions: &completions)
        }
        return (completions.fates, ReadFrames(out))
    }

    private static let envelope = Array(#"{"error":true,"message":"no"}"#.utf8)

    @Test func request() throws {
        var said = try client().said
        #expect(said.readBytes(length: RawFrames.preface.count) == RawFrames.preface)
        let frames = ReadFrames(said)
        let stream = frames.stream(1)
        #expect(
            stream.first?.fields == [
                ":method": "POST", ":scheme": "http", ":path": "/log", ":authority": "h:8080",
                "content-type": "application/json", "user-agent": "broker-lab", "content-length": "23",
            ])
        #expect(stream.last?.payload == Array(#"{"name":"n","data":"d"}"#.utf8) && stream.last?.endsStream == true)
        // All but path and length are in the table by the second time (RFC 7541 6.1).
        #expect(frames.stream(3).first.map { $0.payload.count < 20 } == true)
    }

    @Test(
        "The status tells the fate",
        arguments: [
            ("202", [], nil), ("200", [], nil), ("204", [], nil), ("422", [], "HTTP 422: no"),
            ("503", [], "HTTP 503: no"),
            (
                "307", [("location", "http://other/log")],
                "HTTP 307, a redirect to http://other/log: use that as --to"
            ),
            ("418", [("location", "x")], "HTTP 418: no"),
        ] as [(String, [(String, String)], String?)], [1, 1_000])
    func status(answer: (status: String, fields: [(String, String)], failure: String?), step: Int) throws {
        let engine = try client().engine
        let (fates, _) = try fates(engine, step: step) {
            $0.addHeaders(3, [(":status", answer.status)] + answer.fields, endStream: answer.status == "204")
            // What a 2xx says in its body counts as well: EnvelopeTests.
            let body = answer.status.hasPrefix("2") ? JSONEnvelope.logged : Self.envelope
            if answer.status != "204" { $0.addData(3, body, endStream: true) }
        }
        #expect(fates == [Fate(ticket: 1, failure: answer.failure.map { TransportError(.rejected, $0) })])
        #expect(!engine.isRetired)
    }

    /// RFC 9110 15.2, and trailers.
    @Test func interimAnswersAndTrailers() throws {
        let (fates, _) = try fates(try client().engine) {
            $0.addHeaders(1, [(":status", "103")], endStream: false)
            $0.addHeaders(1, [(":status", "202")], endStream: false)
            $0.addHeaders(1, [("location", "x")], endStream: true)
        }
        #expect(fates == [Fate(ticket: 0)])
    }

    @Test(
        "A reset tells the fate",
        arguments: [(7, .notSent), (8, .unknown), (2, .unknown), (0, .unknown)]
            as [(UInt8, TransportError.Fate)])
    func reset(errorCode: UInt8, fate: TransportError.Fate) throws {
        let (fates, _) = try fates(try client().engine) { $0.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, errorCode]) }
        #expect(fates.map(\.ticket) == [0] && fates.first?.failure?.fate == fate)
        // What was refused unread goes out once more.
        #expect((fates.first?.failure == .sendAgain) == (errorCode == 7))
    }

    /// RFC 9113 6.8: streams above the last one that GOAWAY names were not processed.
    @Test func goaway() throws {
        let engine = try client().engine
        let (fates, _) = try fates(engine) {
            $0.add(RawFrames.Kind.goaway, 0, 0, [0, 0, 0, 1, 0, 0, 0, 0])
            $0.addHeaders(1, [(":status", "202")], endStream: true)
        }
        #expect(engine.isRetired)
        #expect(fates.first { $0.ticket == 1 }?.failure == .sendAgain)
        #expect(fates.contains(Fate(ticket: 0)))
        var out = ByteBuffer()
        let error = #expect(throws: TransportError.self) {
            try engine.send(LogEntry(name: "n", data: "d"), ticket: 0, into: &out)
        }
        #expect(error?.fate == .notSent)
    }

    @Test(
        "What no answer may have",
        arguments: [
            (130, 100, "header list"), (0, 0, "body"),
        ])
    func defects(fieldCount: Int, fieldBytes: Int, part: String) throws {
        let (fates, said) = try fates(try client().engine) { frames in
            let value = String(repeating: "x", count: fieldBytes)
            frames.addHeaders(
                1, [(":status", "422")] + (0..<fieldCount).map { ("a\($0)", value) }, endStream: false)
            guard part == "body" else { return }
            // The acknowledgement, from which on the client's windows are as large as it has announced.
            frames.add(RawFrames.Kind.settings, 1, 0, [])
            for _ in 0..<70 { frames.addData(1, [UInt8](repeating: 0x78, count: 16_384), endStream: false) }
        }
        #expect(fates.first?.ticket == 0 && fates.first?.failure?.fate == .unknown)
        #expect(fates.first?.failure?.message.contains(part) == true)
        // RFC 9113 7: CANCEL.
        #expect(said.stream(1).last { $0.kind == RawFrames.Kind.reset }?.number(at: 0) == 8)
    }

    @Test("No more streams than the server takes")
    func capacity() throws {
        let engine = ClientConnection(
            target: try HTTPTarget(parsing: "h:80"), maxInFlight: 8, limits: EntryLimits())
        #expect(!engine.isReady)
        var (bytes, out, completions) = (RawFrames.server([(3, 5)]).bytes, ByteBuffer(), Completions())
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(engine.isReady && engine.capacity == 5)
    }

    @Test(
        "A server that does not speak HTTP/2",
        arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}\u{15}\u{3}\u{3}"])
    func otherProtocols(answer: String) throws {
        let engine = try client().engine
        var (bytes, out, completions) = (ByteBuffer(string: answer), ByteBuffer(), Completions())
        let error = #expect(throws: ProtocolError.self) {
            try engine.receive(&bytes, into: &out, completions: &completions)
            try engine.receiveEnd(completions: &completions)
        }
        #expect(error?.description.contains("does not speak HTTP/2 with prior knowledge") == true)
        #expect(engine.isRetired)
    }
}
