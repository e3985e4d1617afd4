/// What a client may do, and what a server therefore has to live with.
extension HTTP2Rule {
    /// None of these costs anything; streams up to 99 are used.
    package static let allowed = unknown + states + framing + replies

    private static let unknown = [
        HTTP2Rule("4.1 an unknown frame") { frames, _ in frames.add(0xEE, 0xFF, 0, [1, 2, 3]) },
        HTTP2Rule("4.1 an unknown frame on an idle stream") { frames, _ in frames.add(0xEE, 0, 9, []) },
        HTTP2Rule("4.1 unknown flags") { frames, _ in frames.add(RawFrames.Kind.ping, 0x16, 0, Array(1...8)) },
        HTTP2Rule("4.1 the reserved bit") { frames, _ in
            frames.add(RawFrames.Kind.ping, 0, 0x8000_0000, Array(1...8))
        },
        HTTP2Rule("4.1 the reserved bit on a stream", requests: 1) { frames, request in frames.add(0x8000_0001, request)
        },
        HTTP2Rule("6.5.2 an unknown setting") { frames, _ in
            frames.add(RawFrames.Kind.settings, 0, 0, [0xFF, 0xFF, 0, 0, 0, 1])
        },
        HTTP2Rule("7 an unknown error code in RST_STREAM") {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.reset, 0, 1, [0xFF, 0, 0, 0])
        },
    ]

    private static let states = [
        HTTP2Rule("5.1 idle: PRIORITY") { frames, _ in
            frames.add(RawFrames.Kind.priority, 0, 1, [0, 0, 0, 0, 255])
        },
        HTTP2Rule("5.1 half-closed (remote): WINDOW_UPDATE, PRIORITY, RST_STREAM") {
            $0.add(1, $1)
            $0.add(RawFrames.Kind.windowUpdate, 0, 1, [0, 0, 0, 1])
            $0.add(RawFrames.Kind.priority, 0, 1, [0, 0, 0, 3, 1])
            $0.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, 8])
        },
        HTTP2Rule("5.1 closed: WINDOW_UPDATE, PRIORITY, RST_STREAM", requests: 1, first: { $0.add(1, $1) }) {
            frames, _ in
            frames.add(RawFrames.Kind.windowUpdate, 0, 1, [0, 0, 0, 1])
            frames.add(RawFrames.Kind.priority, 0, 1, [0, 0, 0, 3, 1])
            frames.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, 8])
        },
        // The client cannot know yet that the server has reset the stream.
        HTTP2Rule(
            "5.1 closed by the server: DATA and trailers",
            first: { $0.addHeaders(1, $1.fields + [("x", "y")] + HTTP2Rule.tooMany, endStream: false) }
        ) { frames, _ in
            frames.addData(1, [1, 2, 3], endStream: false)
            frames.addHeaders(1, [("a", "b")], endStream: true)
        },
        HTTP2Rule("5.1.1 identifiers that are passed over", requests: 2) {
            $0.add(1, $1)
            $0.add(77, $1)
        },
        HTTP2Rule("5.1.1 requests that end in another order", requests: 3) { frames, request in
            for stream: UInt32 in [1, 3, 5] { frames.addHeaders(stream, request.fields, endStream: false) }
            for stream: UInt32 in [3, 5, 1] { frames.addData(stream, request.body, endStream: true) }
        },
    ]

    /// A header list above the server's limit, so that it refuses the request at once.
    private static let tooMany = (0..<130).map { ("a\($0)", String(repeating: "x", count: 100)) }

    private static let framing = [
        HTTP2Rule("6.1 padding", requests: 1) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.data, padded | 1, 1, [3] + $1.body + [0, 0, 0])
        },
        HTTP2Rule("6.1 padding and nothing else", requests: 1) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.data, padded, 1, [3, 0, 0, 0])
            $0.addData(1, $1.body, endStream: true)
        },
        HTTP2Rule("6.2 padding and priority", requests: 1) {
            $0.add(
                RawFrames.Kind.headers, padded | priority | 4, 1,
                [2, 0x80, 0, 0, 0, 255] + RawFrames.block($1.fields) + [0, 0])
            $0.addData(1, $1.body, endStream: true)
        },
        HTTP2Rule("6.10 a block in many pieces", requests: 1) {
            let block = RawFrames.block($1.fields)
            $0.add(RawFrames.Kind.headers, 0, 1, Array(block.prefix(5)))
            $0.add(RawFrames.Kind.continuation, 0, 1, Array(block.dropFirst(5).prefix(20)))
            $0.add(RawFrames.Kind.continuation, 0, 1, [])
            $0.add(RawFrames.Kind.continuation, 4, 1, Array(block.dropFirst(25)))
            $0.addData(1, $1.body, endStream: true)
        },
        HTTP2Rule("8.1 trailers", requests: 1) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.addData(1, $1.body, endStream: false)
            $0.addHeaders(1, [("a", "b")], endStream: true)
        },
        HTTP2Rule("8.2.1 values with tabs, bytes above ASCII, and none at all", requests: 1) {
            $0.addHeaders(1, $1.fields + [("a", "x\ty"), ("b", "größe"), ("c", "")], endStream: false)
            $0.addData(1, $1.body, endStream: true)
        },
        HTTP2Rule("RFC 7541 4.2 a change of the table's size in front", requests: 1) {
            $0.add(RawFrames.Kind.headers, 4, 1, [0x20, 0x3F, 0xE1, 0x1F] + RawFrames.block($1.fields))
            $0.addData(1, $1.body, endStream: true)
        },
    ]

    private static let replies = [
        HTTP2Rule("6.5.3 a setting that comes twice", requests: 1) {
            $0.add(RawFrames.Kind.settings, 0, 0, setting(4, [0, 0, 0, 1]) + setting(4, [0, 0, 0x10, 0]))
            $0.add(1, $1)
        },
        HTTP2Rule("6.7 the answer to a PING that nobody asked for") { frames, _ in
            frames.add(RawFrames.Kind.ping, 1, 0, Array(1...8))
        },
        HTTP2Rule("6.9.2 a window below zero", requests: 1) {
            $0.add(RawFrames.Kind.settings, 0, 0, setting(4, [0, 0, 0, 3]))
            $0.add(1, $1)
            $0.add(RawFrames.Kind.settings, 0, 0, setting(4, [0, 0, 0, 0]))
            $0.add(RawFrames.Kind.settings, 0, 0, setting(4, [0, 0, 0x10, 0]))
        },
    ]
}
