/// Rules of single frames: RFC 9113, 4 and 6.
extension HTTP2Rule {
    static let padded: UInt8 = 8
    static let priority: UInt8 = 0x20

    static let frames = [
        HTTP2Rule("3.4 a preface without SETTINGS", .protocolError, hasSettings: false) { frames, _ in
            frames.add(RawFrames.Kind.ping, 0, 0, Array(1...8))
        },
        HTTP2Rule("4.2 DATA larger than SETTINGS_MAX_FRAME_SIZE", .frameSize) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.addData(1, [UInt8](repeating: 0, count: 300_000), endStream: false)
        },
        HTTP2Rule("4.2 HEADERS larger than SETTINGS_MAX_FRAME_SIZE", .frameSize) { frames, _ in
            frames.add(RawFrames.Kind.headers, 5, 1, [UInt8](repeating: 0x82, count: 300_000))
        },
        HTTP2Rule("4.3 a block that PING interrupts", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.headers, 0, 1, [0x83])
            frames.add(RawFrames.Kind.ping, 0, 0, Array(1...8))
        },
        HTTP2Rule("4.3 a block that PRIORITY interrupts", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.headers, 1, 1, [0x83])
            frames.add(RawFrames.Kind.priority, 0, 1, [0, 0, 0, 0, 1])
        },
        HTTP2Rule("4.3 a block that HEADERS of another stream interrupt", .protocolError) {
            $0.add(RawFrames.Kind.headers, 1, 1, [0x83])
            $0.addHeaders(3, $1.fields, endStream: true)
        },
        HTTP2Rule("4.3 a block that its stream's DATA interrupts", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.headers, 1, 1, [0x83])
            frames.addData(1, [0], endStream: true)
        },
        HTTP2Rule("5.5 a block that an unknown frame interrupts", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.headers, 1, 1, [0x83])
            frames.add(0xEE, 0, 1, [0])
        },
        HTTP2Rule("6.1 DATA on stream 0", .protocolError) { frames, _ in frames.addData(0, [0], endStream: false) },
        HTTP2Rule("6.1 padding longer than the frame", .protocolError) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.data, padded, 1, [9, 0])
        },
        HTTP2Rule("6.1 padding as long as the frame", .protocolError) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.data, padded, 1, [2, 0])
        },
        HTTP2Rule("6.1 padding in an empty frame", .protocolError, .frameSize) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.data, padded, 1, [])
        },
        HTTP2Rule("6.2 HEADERS on stream 0", .protocolError) { $0.addHeaders(0, $1.fields, endStream: true) },
        HTTP2Rule("6.2 padding longer than the block", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.headers, padded | 5, 1, [9, 0x83])
        },
        HTTP2Rule("6.2 a priority longer than the frame", .protocolError, .frameSize) { frames, _ in
            frames.add(RawFrames.Kind.headers, priority | 5, 1, [0, 0, 0])
        },
        HTTP2Rule("6.3 PRIORITY on stream 0", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.priority, 0, 0, [0, 0, 0, 1, 1])
        },
        HTTP2Rule("6.3 PRIORITY of another length than 5", .frameSize) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.priority, 0, 1, [0, 0, 0, 1])
        },
        HTTP2Rule("RFC 7540 5.3.1 PRIORITY that depends on itself", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.priority, 0, 1, [0, 0, 0, 1, 1])
        },
        HTTP2Rule("RFC 7540 5.3.1 HEADERS that depend on themselves", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.headers, priority | 5, 1, [0, 0, 0, 1, 1, 0x83])
        },
        HTTP2Rule("6.4 RST_STREAM on stream 0", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.reset, 0, 0, [0, 0, 0, 8])
        },
        HTTP2Rule("6.4 RST_STREAM of another length than 4", .frameSize) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.reset, 0, 1, [0, 0, 8])
        },
        HTTP2Rule("6.6 PUSH_PROMISE of a client", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.pushPromise, 4, 1, [0, 0, 0, 2])
        },
        HTTP2Rule("8.4 PUSH_PROMISE of a client on an open stream", .protocolError) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.pushPromise, 4, 1, [0, 0, 0, 2, 0x83])
        },
        HTTP2Rule("6.7 PING on a stream", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.ping, 0, 1, Array(1...8))
        },
        HTTP2Rule("6.7 PING of another length than 8", .frameSize) { frames, _ in
            frames.add(RawFrames.Kind.ping, 0, 0, [1, 2])
        },
        HTTP2Rule("6.8 GOAWAY on a stream", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.goaway, 0, 1, [UInt8](repeating: 0, count: 8))
        },
        HTTP2Rule("6.8 GOAWAY shorter than 8", .frameSize) { frames, _ in
            frames.add(RawFrames.Kind.goaway, 0, 0, [0, 0, 0, 0])
        },
        HTTP2Rule("6.10 CONTINUATION without HEADERS", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.continuation, 4, 1, [0x83])
        },
        HTTP2Rule("6.10 CONTINUATION on stream 0", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.headers, 1, 1, [0x83])
            frames.add(RawFrames.Kind.continuation, 4, 0, [0x83])
        },
        HTTP2Rule("6.10 CONTINUATION behind END_HEADERS", .protocolError) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.continuation, 4, 1, [0x83])
        },
        HTTP2Rule("6.10 CONTINUATION behind a CONTINUATION with END_HEADERS", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.headers, 1, 1, [0x83])
            frames.add(RawFrames.Kind.continuation, 4, 1, [0x84])
            frames.add(RawFrames.Kind.continuation, 4, 1, [0x84])
        },
        HTTP2Rule("6.10 CONTINUATION behind DATA", .protocolError) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.addData(1, [0], endStream: false)
            $0.add(RawFrames.Kind.continuation, 4, 1, [0x83])
        },
    ]

    static let floods = [
        HTTP2Rule("10.5.1 a header list of much more than is taken") { frames, _ in
            frames.add(RawFrames.Kind.headers, 0, 1, [0x83])
            for _ in 0..<20 { frames.add(RawFrames.Kind.continuation, 0, 1, [0, 1, 0x61, 1, 0x62]) }
        },
        HTTP2Rule("10.5 SETTINGS for ever") { frames, _ in
            for _ in 0..<5000 { frames.add(RawFrames.Kind.settings, 0, 0, []) }
        },
        HTTP2Rule("10.5 PING for ever") { frames, _ in
            for _ in 0..<5000 { frames.add(RawFrames.Kind.ping, 0, 0, Array(1...8)) }
        },
    ]
}
