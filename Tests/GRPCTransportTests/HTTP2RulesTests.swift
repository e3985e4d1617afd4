import NIOCore
import Testing

@testable import GRPCTransport
@testable import TransportIO

/// The rules of RFC 9113, sections 4 to 8, that a client breaks frame by frame: each costs the connection, or the stream.
@Suite struct HTTP2RulesTests {
    struct Rule: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var frames: @Sendable (inout RawFrames) -> Void

        init(_ text: String, _ frames: @escaping @Sendable (inout RawFrames) -> Void) {
            testDescription = text
            self.frames = frames
        }
    }

    private static let windowUpdate: UInt8 = 8
    private static let continuation: UInt8 = 9
    private static let pushPromise: UInt8 = 5
    private static let padded: UInt8 = 8

    private static func open(_ frames: inout RawFrames, _ stream: UInt32 = 1) {
        frames.addHeaders(stream, RawFrames.requestFields, endStream: false)
    }

    private static func setting(_ id: UInt8, _ value: [UInt8]) -> [UInt8] { [0, id] + value }

    static let connectionErrors = [
        Rule("4.2 a frame larger than SETTINGS_MAX_FRAME_SIZE") {
            open(&$0)
            $0.addData(1, [UInt8](repeating: 0, count: 300_000), endStream: false)
        },
        Rule("4.3 a header block that cannot be decompressed") { $0.add(RawFrames.Kind.headers, 4, 1, [0xFF, 0xFF]) },
        Rule("4.3 a block that another frame interrupts") {
            $0.add(RawFrames.Kind.headers, 0, 1, [0x83])
            $0.add(RawFrames.Kind.ping, 0, 0, Array(1...8))
        },
        Rule("5.1 DATA on an idle stream") { $0.addData(1, [0], endStream: false) },
        Rule("5.1 RST_STREAM on an idle stream") { $0.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, 8]) },
        Rule("5.1 WINDOW_UPDATE on an idle stream") { $0.add(windowUpdate, 0, 1, [0, 0, 0, 1]) },
        Rule("5.1.1 a stream with an even identifier") { open(&$0, 2) },
        Rule("6.1 DATA on stream 0") { $0.addData(0, [0], endStream: false) },
        Rule("6.1 padding longer than the frame") {
            open(&$0)
            $0.add(RawFrames.Kind.data, padded, 1, [9, 0])
        },
        Rule("6.2 HEADERS on stream 0") { $0.addHeaders(0, RawFrames.requestFields, endStream: true) },
        Rule("6.4 RST_STREAM on stream 0") { $0.add(RawFrames.Kind.reset, 0, 0, [0, 0, 0, 8]) },
        Rule("6.4 RST_STREAM of another length than 4") {
            open(&$0)
            $0.add(RawFrames.Kind.reset, 0, 1, [0, 0, 8])
        },
        Rule("6.5 SETTINGS on a stream") { $0.add(RawFrames.Kind.settings, 0, 1, []) },
        Rule("6.5 SETTINGS of a length that is no multiple of 6") { $0.add(RawFrames.Kind.settings, 0, 0, [0, 4, 0]) },
        Rule("6.5 an acknowledgement with content") { $0.add(RawFrames.Kind.settings, 1, 0, [0, 4, 0, 0, 0, 1]) },
        Rule("6.5.2 SETTINGS_ENABLE_PUSH above 1") { $0.add(RawFrames.Kind.settings, 0, 0, setting(2, [0, 0, 0, 2])) },
        Rule("6.5.2 SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1") {
            $0.add(RawFrames.Kind.settings, 0, 0, setting(4, [0x80, 0, 0, 0]))
        },
        Rule("6.5.2 SETTINGS_MAX_FRAME_SIZE below 2^14") {
            $0.add(RawFrames.Kind.settings, 0, 0, setting(5, [0, 0, 1, 0]))
        },
        Rule("6.6 PUSH_PROMISE of a client") { $0.add(pushPromise, 4, 1, [0, 0, 0, 2]) },
        Rule("6.7 PING on a stream") { $0.add(RawFrames.Kind.ping, 0, 1, Array(1...8)) },
        Rule("6.7 PING of another length than 8") { $0.add(RawFrames.Kind.ping, 0, 0, [1, 2]) },
        Rule("6.8 GOAWAY on a stream") { $0.add(RawFrames.Kind.goaway, 0, 1, [UInt8](repeating: 0, count: 8)) },
        Rule("6.9 WINDOW_UPDATE of 0 on the connection") { $0.add(windowUpdate, 0, 0, [0, 0, 0, 0]) },
        Rule("6.9 WINDOW_UPDATE of another length than 4") { $0.add(windowUpdate, 0, 0, [0, 0, 1]) },
        Rule("6.9.1 a connection window above 2^31-1") { $0.add(windowUpdate, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF]) },
        Rule("6.10 CONTINUATION without HEADERS") { $0.add(continuation, 4, 1, [0x83]) },
        Rule("10.5.1 a header list of much more than is taken") { frames in
            frames.add(RawFrames.Kind.headers, 0, 1, [0x83])
            for _ in 0..<20 { frames.add(continuation, 0, 1, [0, 1, 0x61, 1, 0x62]) }
        },
        Rule("10.5 SETTINGS for ever") { frames in
            for _ in 0..<5000 { frames.add(RawFrames.Kind.settings, 0, 0, []) }
        },
        Rule("10.5 PING for ever") { frames in
            for _ in 0..<5000 { frames.add(RawFrames.Kind.ping, 0, 0, Array(1...8)) }
        },
    ]

    @Test("A connection error ends the connection with GOAWAY", arguments: connectionErrors)
    func connectionError(rule: Rule) throws {
        var server = ServerRulesTests.Server()
        var frames = RawFrames.client()
        rule.frames(&frames)
        #expect(throws: ProtocolError.self) { try server.receive(frames.bytes) }
        #expect(server.recorder.entries.isEmpty)
    }

    private static func without(_ name: String) -> [(String, String)] {
        RawFrames.requestFields.filter { $0.0 != name }
    }

    static let streamErrors = [
        Rule("8.2.1 a field name in upper case") {
            $0.addHeaders(1, RawFrames.requestFields + [("Upper", "x")], endStream: true)
        },
        Rule("8.2.2 a field of the connection") {
            $0.addHeaders(1, RawFrames.requestFields + [("connection", "close")], endStream: true)
        },
        Rule("8.3 a pseudo-header field behind others") {
            $0.addHeaders(1, without(":path") + [(":path", "/")], endStream: true)
        },
        Rule("8.3 an unknown pseudo-header field") {
            $0.addHeaders(1, [(":unknown", "x")] + RawFrames.requestFields, endStream: true)
        },
        Rule("8.3.1 no :method") { $0.addHeaders(1, without(":method"), endStream: true) },
        Rule("8.3.1 no :path") { $0.addHeaders(1, without(":path"), endStream: true) },
        Rule("8.3.1 no :scheme") { $0.addHeaders(1, without(":scheme"), endStream: true) },
        Rule("8.3.1 a :path that comes twice") {
            $0.addHeaders(1, [(":path", "/x")] + RawFrames.requestFields, endStream: true)
        },
        Rule("8.1.1 a body of another length than content-length") {
            $0.addHeaders(1, RawFrames.requestFields + [("content-length", "9")], endStream: false)
            $0.addData(1, RawFrames.message(ServerRulesTests.entry), endStream: true)
        },
        Rule("6.9 WINDOW_UPDATE of 0 on a stream") {
            open(&$0)
            $0.add(windowUpdate, 0, 1, [0, 0, 0, 0])
        },
        Rule("6.9.1 a stream window above 2^31-1") {
            open(&$0)
            $0.add(windowUpdate, 0, 1, [0x7F, 0xFF, 0xFF, 0xFF])
        },
    ]

    /// RFC 9113 5.4.2; an endpoint may treat a stream error as one of the connection.
    @Test("A stream error resets the stream and leaves the others alone", arguments: streamErrors)
    func streamError(rule: Rule) throws {
        var server = ServerRulesTests.Server()
        var frames = RawFrames.client()
        rule.frames(&frames)
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
