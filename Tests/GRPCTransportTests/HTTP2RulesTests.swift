import HTTP2TestKit
import NIOCore
import Testing

@testable import GRPCTransport
@testable import TransportIO

/// The rules of RFC 9113, sections 4 to 8, that a client breaks frame by frame: each costs the connection, or the stream.
@Suite struct HTTP2RulesTests {
    private static let request = HTTP2Rule.Request(
        RawFrames.requestFields, body: RawFrames.message(ServerRulesTests.entry))

    @Test("A connection error ends the connection with GOAWAY", arguments: HTTP2Rule.connectionErrors)
    func connectionError(rule: HTTP2Rule) throws {
        var server = ServerRulesTests.Server()
        var frames = RawFrames.client()
        rule.violate(&frames, Self.request)
        #expect(throws: ProtocolError.self) { try server.receive(frames.bytes) }
        #expect(server.recorder.entries.isEmpty)
    }

    /// RFC 9113 5.4.2; an endpoint may treat a stream error as one of the connection.
    @Test("A stream error resets the stream and leaves the others alone", arguments: HTTP2Rule.streamErrors)
    func streamError(rule: HTTP2Rule) throws {
        var server = ServerRulesTests.Server()
        var frames = RawFrames.client()
        rule.violate(&frames, Self.request)
        do {
            try server.receive(frames.bytes)
        } catch is ProtocolError {
            return
        }
        let reset = ReadFrames(server.said).stream(1).last { $0.kind == RawFrames.Kind.reset }
        #expect((reset?.number(at: 0) ?? 0) != 0)
        #expect(server.recorder.entries.isEmpty)
        var other = RawFrames()
        other.addHeaders(3, RawFrames.requestFields, endStream: false)
        other.addData(3, RawFrames.message(ServerRulesTests.entry), endStream: true)
        try server.receive(other.bytes)
        #expect(server.answer(to: 3)?.fields["grpc-status"] == "0")
    }
}
