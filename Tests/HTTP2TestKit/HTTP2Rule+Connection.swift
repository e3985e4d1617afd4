/// Rules of SETTINGS and of windows: RFC 9113, 6.5 and 6.9.
extension HTTP2Rule {
    static let settings = [
        HTTP2Rule("6.5 SETTINGS on a stream", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.settings, 0, 1, [])
        },
        HTTP2Rule("6.5 SETTINGS of a length that is no multiple of 6", .frameSize) { frames, _ in
            frames.add(RawFrames.Kind.settings, 0, 0, [0, 4, 0])
        },
        HTTP2Rule("6.5 an acknowledgement with content", .frameSize) { frames, _ in
            frames.add(RawFrames.Kind.settings, 1, 0, setting(4, [0, 0, 0, 1]))
        },
        HTTP2Rule("6.5.2 SETTINGS_ENABLE_PUSH above 1", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.settings, 0, 0, setting(2, [0, 0, 0, 2]))
        },
        HTTP2Rule("6.5.2 SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1", .flowControl) { frames, _ in
            frames.add(RawFrames.Kind.settings, 0, 0, setting(4, [0x80, 0, 0, 0]))
        },
        HTTP2Rule("6.5.2 SETTINGS_MAX_FRAME_SIZE below 2^14", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.settings, 0, 0, setting(5, [0, 0, 0x3F, 0xFF]))
        },
        HTTP2Rule("6.5.2 SETTINGS_MAX_FRAME_SIZE above 2^24-1", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.settings, 0, 0, setting(5, [1, 0, 0, 0]))
        },
    ]

    static let windows = [
        HTTP2Rule("6.9 WINDOW_UPDATE of 0 on the connection", .protocolError) { frames, _ in
            frames.add(RawFrames.Kind.windowUpdate, 0, 0, [0, 0, 0, 0])
        },
        HTTP2Rule("6.9 WINDOW_UPDATE of another length than 4", .frameSize) { frames, _ in
            frames.add(RawFrames.Kind.windowUpdate, 0, 0, [0, 0, 1])
        },
        HTTP2Rule("6.9.1 a connection window above 2^31-1", .flowControl) { frames, _ in
            frames.add(RawFrames.Kind.windowUpdate, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF])
        },
        HTTP2Rule("6.9.1 a connection window above 2^31-1 in two steps", .flowControl) { frames, _ in
            for _ in 0..<2 { frames.add(RawFrames.Kind.windowUpdate, 0, 0, [0x40, 0, 0, 0]) }
        },
    ]

    static let streamWindows = [
        HTTP2Rule("6.9 WINDOW_UPDATE of 0 on a stream", .protocolError) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.windowUpdate, 0, 1, [0, 0, 0, 0])
        },
        HTTP2Rule("6.9.1 a stream window above 2^31-1", .flowControl) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.add(RawFrames.Kind.windowUpdate, 0, 1, [0x7F, 0xFF, 0xFF, 0xFF])
        },
        HTTP2Rule("6.9.1 a stream window above 2^31-1 in two steps", .flowControl) {
            $0.addHeaders(1, $1.fields, endStream: false)
            for _ in 0..<2 { $0.add(RawFrames.Kind.windowUpdate, 0, 1, [0x40, 0, 0, 0]) }
        },
        // RFC 9113 has it as an error of the connection; nghttp2 1.52 resets the streams that it concerns.
        HTTP2Rule("6.9.2 SETTINGS that make a stream's window larger than 2^31-1", .flowControl) {
            $0.addHeaders(1, $1.fields, endStream: false)
            // 65,535 and this are 2^31-1.
            $0.add(RawFrames.Kind.windowUpdate, 0, 1, [0x7F, 0xFF, 0, 0])
            $0.add(RawFrames.Kind.settings, 0, 0, setting(4, [0, 1, 0, 0]))
        },
    ]

    static func setting(_ id: UInt8, _ value: [UInt8]) -> [UInt8] { [0, id] + value }
}
