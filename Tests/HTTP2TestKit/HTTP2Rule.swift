/// A rule of RFC 9113, sections 4 to 10, and a client that breaks it, frame by frame.
package struct HTTP2Rule: CustomStringConvertible, Sendable {
    /// A request that is as it should be.
    package struct Request: Sendable {
        package var fields: [(String, String)]
        package var body: [UInt8]

        package init(_ fields: [(String, String)], body: [UInt8]) {
            (self.fields, self.body) = (fields, body)
        }

        fileprivate func without(_ name: String) -> [(String, String)] {
            fields.filter { $0.0 != name }
        }
    }

    package let description: String
    /// Breaks the rule, on stream 1 where it is one of streams.
    package let violate: @Sendable (_ frames: inout RawFrames, _ request: Request) -> Void

    private init(_ text: String, _ violate: @escaping @Sendable (inout RawFrames, Request) -> Void) {
        description = text
        self.violate = violate
    }

    private init(_ text: String, _ violate: @escaping @Sendable (inout RawFrames) -> Void) {
        self.init(text) { frames, _ in violate(&frames) }
    }

    /// Those that cost the connection.
    package static let connectionErrors = [
        HTTP2Rule("4.2 a frame larger than SETTINGS_MAX_FRAME_SIZE") {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.addData(1, [UInt8](repeating: 0, count: 300_000), endStream: false)
        },
        HTTP2Rule("4.3 a header block that cannot be decompressed") {
            $0.add(RawFrames.Kind.headers, 4, 1, [0xFF, 0xFF])
        },
        HTTP2Rule("4.3 a block that another frame interrupts") {
            $0.add(RawFrames.Kind.headers, 0, 1, [0x83])
            $0.add(RawFrames.Kind.ping, 0, 0, Array(1...8))
        },
        HTTP2Rule("5.1 DATA on an idle stream") { $0.addData(1, [0], endStream: false) },
        HTTP2Rule("5.1 RST_STREAM on an idle stream") { $0.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, 8]) },
        HTTP2Rule("5.1 WINDOW_UPDATE on an idle stream") { $0.add(RawFrames.Kind.windowUpdate, 0, 1, [0, 0, 0, 1]) },
        HTTP2Rule("5.1.1 a stream with an even identifier") { $0.addHeaders(2, $1.fields, endStream: false) },
        HTTP2Rule("6.1 DATA on stream 0") { $0.addData(0, [0], endStream: false) },
        HTTP2Rule("6.1 padding longer than the frame") {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.data, padded, 1, [9, 0])
        },
        HTTP2Rule("6.2 HEADERS on stream 0") { $0.addHeaders(0, $1.fields, endStream: true) },
        HTTP2Rule("6.4 RST_STREAM on stream 0") { $0.add(RawFrames.Kind.reset, 0, 0, [0, 0, 0, 8]) },
        HTTP2Rule("6.4 RST_STREAM of another length than 4") {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.reset, 0, 1, [0, 0, 8])
        },
        HTTP2Rule("6.5 SETTINGS on a stream") { $0.add(RawFrames.Kind.settings, 0, 1, []) },
        HTTP2Rule("6.5 SETTINGS of a length that is no multiple of 6") {
            $0.add(RawFrames.Kind.settings, 0, 0, [0, 4, 0])
        },
        HTTP2Rule("6.5 an acknowledgement with content") { $0.add(RawFrames.Kind.settings, 1, 0, [0, 4, 0, 0, 0, 1]) },
        HTTP2Rule("6.5.2 SETTINGS_ENABLE_PUSH above 1") {
            $0.add(RawFrames.Kind.settings, 0, 0, setting(2, [0, 0, 0, 2]))
        },
        HTTP2Rule("6.5.2 SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1") {
            $0.add(RawFrames.Kind.settings, 0, 0, setting(4, [0x80, 0, 0, 0]))
        },
        HTTP2Rule("6.5.2 SETTINGS_MAX_FRAME_SIZE below 2^14") {
            $0.add(RawFrames.Kind.settings, 0, 0, setting(5, [0, 0, 1, 0]))
        },
        HTTP2Rule("6.6 PUSH_PROMISE of a client") { $0.add(RawFrames.Kind.pushPromise, 4, 1, [0, 0, 0, 2]) },
        HTTP2Rule("6.7 PING on a stream") { $0.add(RawFrames.Kind.ping, 0, 1, Array(1...8)) },
        HTTP2Rule("6.7 PING of another length than 8") { $0.add(RawFrames.Kind.ping, 0, 0, [1, 2]) },
        HTTP2Rule("6.8 GOAWAY on a stream") { $0.add(RawFrames.Kind.goaway, 0, 1, [UInt8](repeating: 0, count: 8)) },
        HTTP2Rule("6.9 WINDOW_UPDATE of 0 on the connection") {
            $0.add(RawFrames.Kind.windowUpdate, 0, 0, [0, 0, 0, 0])
        },
        HTTP2Rule("6.9 WINDOW_UPDATE of another length than 4") {
            $0.add(RawFrames.Kind.windowUpdate, 0, 0, [0, 0, 1])
        },
        HTTP2Rule("6.9.1 a connection window above 2^31-1") {
            $0.add(RawFrames.Kind.windowUpdate, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF])
        },
        HTTP2Rule("6.10 CONTINUATION without HEADERS") { $0.add(RawFrames.Kind.continuation, 4, 1, [0x83]) },
        HTTP2Rule("10.5.1 a header list of much more than is taken") { frames in
            frames.add(RawFrames.Kind.headers, 0, 1, [0x83])
            for _ in 0..<20 { frames.add(RawFrames.Kind.continuation, 0, 1, [0, 1, 0x61, 1, 0x62]) }
        },
        HTTP2Rule("10.5 SETTINGS for ever") { frames in
            for _ in 0..<5000 { frames.add(RawFrames.Kind.settings, 0, 0, []) }
        },
        HTTP2Rule("10.5 PING for ever") { frames in
            for _ in 0..<5000 { frames.add(RawFrames.Kind.ping, 0, 0, Array(1...8)) }
        },
    ]

    /// Those that cost the stream; an endpoint may treat a stream error as one of the connection (RFC 9113 5.4.2).
    package static let streamErrors = [
        HTTP2Rule("8.2.1 a field name in upper case") {
            $0.addHeaders(1, $1.fields + [("Upper", "x")], endStream: true)
        },
        HTTP2Rule("8.2.2 a field of the connection") {
            $0.addHeaders(1, $1.fields + [("connection", "close")], endStream: true)
        },
        HTTP2Rule("8.3 a pseudo-header field behind others") {
            $0.addHeaders(1, $1.without(":path") + [(":path", "/")], endStream: true)
        },
        HTTP2Rule("8.3 an unknown pseudo-header field") {
            $0.addHeaders(1, [(":unknown", "x")] + $1.fields, endStream: true)
        },
        HTTP2Rule("8.3.1 no :method") { $0.addHeaders(1, $1.without(":method"), endStream: true) },
        HTTP2Rule("8.3.1 no :path") { $0.addHeaders(1, $1.without(":path"), endStream: true) },
        HTTP2Rule("8.3.1 no :scheme") { $0.addHeaders(1, $1.without(":scheme"), endStream: true) },
        HTTP2Rule("8.3.1 a :path that comes twice") {
            $0.addHeaders(1, [(":path", "/x")] + $1.fields, endStream: true)
        },
        HTTP2Rule("8.1.1 a body of another length than content-length") {
            $0.addHeaders(1, $1.fields + [("content-length", "9")], endStream: false)
            $0.addData(1, $1.body, endStream: true)
        },
        HTTP2Rule("6.9 WINDOW_UPDATE of 0 on a stream") {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.windowUpdate, 0, 1, [0, 0, 0, 0])
        },
        HTTP2Rule("6.9.1 a stream window above 2^31-1") {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.windowUpdate, 0, 1, [0x7F, 0xFF, 0xFF, 0xFF])
        },
    ]

    private static let padded: UInt8 = 8

    private static func setting(_ id: UInt8, _ value: [UInt8]) -> [UInt8] { [0, id] + value }
}
