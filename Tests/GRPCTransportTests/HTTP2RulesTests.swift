import EngineTestKit
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
        #expect(throws: ProtocolError.self) {
            for part in rule.parts(Self.request) { try server.receive(part) }
        }
        #expect(rule.codes.isEmpty || rule.codes.contains(server.goaway ?? 0), "\(server.goaway ?? 0)")
        #expect(server.recorder.entries.count <= rule.requestCount)
    }

    /// RFC 9113 5.4.2; an endpoint may treat a stream error as one of the connection.
    @Test("A stream error resets the stream and leaves the others alone", arguments: HTTP2Rule.streamErrors)
    func streamError(rule: HTTP2Rule) throws {
        var server = ServerRulesTests.Server()
        do {
            for part in rule.parts(Self.request) { try server.receive(part) }
        } catch is ProtocolError {
            #expect(rule.codes.contains(server.goaway ?? 0))
            return
        }
        let reset = ReadFrames(server.said).stream(1).last { $0.kind == RawFrames.Kind.reset }
        #expect(rule.codes.contains(reset?.number(at: 0) ?? 0), "\(reset?.number(at: 0) ?? 0)")
        #expect(server.recorder.entries.isEmpty)
        var other = RawFrames()
        other.addHeaders(3, RawFrames.requestFields, endStream: false)
        other.addData(3, RawFrames.message(ServerRulesTests.entry), endStream: true)
        try server.receive(other.bytes)
        #expect(server.answer(to: 3)?.fields["grpc-status"] == "0")
    }
    @Test("What a client may do costs nothing", arguments: HTTP2Rule.allowed)
    func allowed(rule: HTTP2Rule) throws {
        var server = ServerRulesTests.Server()
        for part in rule.parts(Self.request) { try server.receive(part) }
        #expect(server.recorder.entries.count >= rule.requestCount)
        var other = RawFrames()
        other.addHeaders(101, RawFrames.requestFields, endStream: false)
        other.addData(101, RawFrames.message(ServerRulesTests.entry), endStream: true)
        try server.receive(other.bytes)
        #expect(server.answer(to: 101)?.fields["grpc-status"] == "0" && server.goaway == nil)
    }
}
