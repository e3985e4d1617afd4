/// Rules of the states and the identifiers of streams: RFC 9113, 5.1 and 5.1.1.
extension HTTP2Rule {
    private static let cancel: [UInt8] = [0, 0, 0, 8]

    static let streams = idle + halfClosed + closed + identifiers

    private static let idle = [
        HTTP2Rule("5.1 idle: DATA", .protocolError) { frames, _ in frames.addData(1, [0], endStream: false) },
        HTTP2Rule("5.1 idle: RST_STREAM", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.reset, 0, 1, cancel)
        },
        HTTP2Rule("5.1 idle: WINDOW_UPDATE", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.windowUpdate, 0, 1, [0, 0, 0, 1])
        },
        HTTP2Rule("5.1 idle, above those that are open: DATA", .protocolError) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.addData(3, [0], endStream: false)
        },
    ]

    private static let halfClosed = [
        HTTP2Rule("5.1 half-closed (remote): DATA", .streamClosed) {
            $0.addHeaders(1, $1.fields, endStream: true)
            $0.addData(1, [0], endStream: false)
        },
        HTTP2Rule("5.1 half-closed (remote): HEADERS", .streamClosed) {
            $0.addHeaders(1, $1.fields, endStream: true)
            $0.addHeaders(1, [("a", "b")], endStream: true)
        },
        HTTP2Rule("5.1 half-closed (remote) by trailers: DATA", .streamClosed) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.addHeaders(1, [("a", "b")], endStream: true)
            $0.addData(1, [0], endStream: true)
        },
        HTTP2Rule("5.1 half-closed (remote), others open: DATA", .streamClosed) {
            for stream: UInt32 in [1, 3, 5] { $0.addHeaders(stream, $1.fields, endStream: stream == 3) }
            $0.addData(3, [0], endStream: false)
        },
        HTTP2Rule("5.1 half-closed (remote): CONTINUATION", .protocolError, .streamClosed) {
            $0.addHeaders(1, $1.fields, endStream: true)
            $0.add(RawFrames.Kind.continuation, 4, 1, [0x83])
        },
    ]

    private static let closed = [
        HTTP2Rule("5.1 closed by RST_STREAM: DATA", .streamClosed) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.reset, 0, 1, cancel)
            $0.addData(1, [0], endStream: true)
        },
        HTTP2Rule("5.1 closed by RST_STREAM: HEADERS", .streamClosed) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.reset, 0, 1, cancel)
            $0.addHeaders(1, $1.fields, endStream: true)
        },
        HTTP2Rule("5.1 closed by RST_STREAM: CONTINUATION", .protocolError, .streamClosed) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.reset, 0, 1, cancel)
            $0.add(RawFrames.Kind.continuation, 4, 1, [0x83])
        },
        HTTP2Rule("5.1 closed by RST_STREAM long ago: DATA", .streamClosed) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.addHeaders(3, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.reset, 0, 1, cancel)
            $0.addHeaders(5, $1.fields, endStream: false)
            $0.addData(1, [0], endStream: true)
        },
        HTTP2Rule("5.1 closed by the answer: DATA", .streamClosed, requests: 1, first: { $0.add(1, $1) }) {
            frames, _ in frames.addData(1, [0], endStream: true)
        },
        HTTP2Rule("5.1 closed by the answer: HEADERS", .streamClosed, requests: 1, first: { $0.add(1, $1) }) {
            $0.addHeaders(1, $1.fields, endStream: true)
        },
        HTTP2Rule(
            "5.1 closed by the answer: a request as if it were new", .streamClosed, requests: 1,
            first: { $0.add(1, $1) }
        ) {
            $0.add(1, $1)
        },
        HTTP2Rule(
            "5.1 closed by the answer: CONTINUATION", .protocolError, .streamClosed, requests: 1,
            first: { $0.add(1, $1) }
        ) { frames, _ in frames.add(RawFrames.Kind.continuation, 4, 1, [0x83]) },
    ]

    private static let identifiers = [
        HTTP2Rule("5.1.1 a stream with an even identifier", .protocolError) {
            $0.addHeaders(2, $1.fields, endStream: false)
        },
        HTTP2Rule("5.1.1 a request below the last one", .protocolError, requests: 1) {
            $0.add(5, $1)
            $0.add(3, $1)
        },
        HTTP2Rule(
            "5.1.1 a request below the last one, which is answered", .protocolError, requests: 1,
            first: { $0.add(5, $1) }
        ) {
            $0.add(3, $1)
        },
        HTTP2Rule("5.1.1 DATA on a stream that was passed over", .protocolError, requests: 1) {
            $0.add(5, $1)
            $0.addData(1, [0], endStream: true)
        },
    ]
}
