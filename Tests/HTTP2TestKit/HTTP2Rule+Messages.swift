/// Rules of what a request is made of, each of which costs its stream: RFC 9113, 8.
extension HTTP2Rule {
    static let messages = fields + pseudoFields + bodies + trailers

    private static let fields = [
        field("8.2.1 a name in upper case", "Upper", "x"), field("8.2.1 a name with a space", "a b", "x"),
        field("8.2.1 a name with a colon", "a:b", "x"), field("8.2.1 a name with a control character", "a\u{1}", "x"),
        field("8.2.1 a name that is not ASCII", "größe", "x"), field("8.2.1 an empty name", "", "x"),
        field("8.2.1 a value with NUL", "a", "x\0y"), field("8.2.1 a value with CR", "a", "x\ry"),
        field("8.2.1 a value with LF", "a", "x\ny"), field("8.2.1 a value that begins with a space", "a", " x"),
        field("8.2.1 a value that ends with a tab", "a", "x\t"),
        field("8.2.2 Connection", "connection", "close"), field("8.2.2 Keep-Alive", "keep-alive", "timeout=5"),
        field("8.2.2 Proxy-Connection", "proxy-connection", "keep-alive"),
        field("8.2.2 Transfer-Encoding", "transfer-encoding", "chunked"), field("8.2.2 Upgrade", "upgrade", "h2c"),
        HTTP2Rule("8.2.2 TE other than trailers", .protocolError) {
            $0.addHeaders(1, $1.without("te") + [("te", "trailers, deflate")], endStream: true)
        },
    ]

    private static let pseudoFields =
        [
            HTTP2Rule("8.3 a pseudo-header field behind others", .protocolError) {
                $0.addHeaders(1, $1.without(":path") + [("a", "b"), (":path", "/")], endStream: true)
            },
            HTTP2Rule("8.3 an unknown pseudo-header field", .protocolError) {
                $0.addHeaders(1, [(":unknown", "x")] + $1.fields, endStream: true)
            },
            HTTP2Rule("8.3 a pseudo-header field of answers", .protocolError) {
                $0.addHeaders(1, [(":status", "200")] + $1.fields, endStream: true)
            },
            HTTP2Rule("8.3.1 an empty :path", .protocolError) {
                $0.addHeaders(1, $1.with(":path", ""), endStream: true)
            },
            HTTP2Rule("8.3.1 a :path without a slash", .protocolError) {
                $0.addHeaders(1, $1.with(":path", "log"), endStream: true)
            },
            HTTP2Rule("8.5 CONNECT with a :path", .protocolError) {
                $0.addHeaders(1, $1.with(":method", "CONNECT"), endStream: true)
            },
            HTTP2Rule("8.5 CONNECT without :authority", .protocolError) { frames, _ in
                frames.addHeaders(1, [(":method", "CONNECT")], endStream: true)
            },
        ]
        + [":method", ":scheme", ":path"].map { name in
            HTTP2Rule("8.3.1 no \(name)", .protocolError) { $0.addHeaders(1, $1.without(name), endStream: true) }
        }
        + [":method", ":scheme", ":path", ":authority"].map { name in
            HTTP2Rule("8.3.1 \(name) twice", .protocolError) {
                $0.addHeaders(1, $1.fields.filter { $0.0 == name } + $1.fields, endStream: true)
            }
        }

    private static let bodies = [
        HTTP2Rule("8.1.1 a body shorter than content-length", .protocolError) {
            $0.addHeaders(1, $1.fields + [("content-length", "99")], endStream: false)
            $0.addData(1, $1.body, endStream: true)
        },
        HTTP2Rule("8.1.1 a body longer than content-length", .protocolError) {
            $0.addHeaders(1, $1.fields + [("content-length", "1")], endStream: false)
            $0.addData(1, $1.body, endStream: true)
        },
        HTTP2Rule("8.1.1 a body in two frames that is longer than content-length", .protocolError) {
            $0.addHeaders(1, $1.fields + [("content-length", "1")], endStream: false)
            $0.addData(1, [$1.body[0]], endStream: false)
            $0.addData(1, Array($1.body.dropFirst()), endStream: true)
        },
        HTTP2Rule("8.1.1 no body where content-length has one", .protocolError) {
            $0.addHeaders(1, $1.fields + [("content-length", "1")], endStream: true)
        },
        HTTP2Rule("8.1.1 two different lengths", .protocolError) {
            $0.addHeaders(1, $1.fields + [("content-length", "1"), ("content-length", "2")], endStream: true)
        },
        field("8.1.1 a length that is no number", "content-length", "x"),
        field("8.1.1 a negative length", "content-length", "-1"),
    ]

    private static let trailers = [
        HTTP2Rule("8.1 HEADERS behind a body that do not end the stream", .protocolError) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.addData(1, $1.body, endStream: false)
            $0.addHeaders(1, [("a", "b")], endStream: false)
        },
        HTTP2Rule("8.1 a pseudo-header field in trailers", .protocolError) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.addData(1, $1.body, endStream: false)
            $0.addHeaders(1, [(":method", "POST")], endStream: true)
        },
        HTTP2Rule("8.2.1 a name in upper case in trailers", .protocolError) {
            $0.addHeaders(1, $1.fields, endStream: false)
            $0.addData(1, $1.body, endStream: false)
            $0.addHeaders(1, [("Upper", "x")], endStream: true)
        },
    ]

    private static func field(_ text: String, _ name: String, _ value: String) -> HTTP2Rule {
        HTTP2Rule(text, .protocolError) { $0.addHeaders(1, $1.fields + [(name, value)], endStream: true) }
    }
}
