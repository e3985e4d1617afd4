import Broker
import HTTP2TestKit
import HTTPTransport
import NIOCore

extension Content {
    /// JSON, by which most entries come: RFC 8259.
    static let json: [Content] =
        [
            ("escapes of one letter", #"\n"#), ("\\u escapes", #"\u0041"#), ("\\u escapes of two bytes", #"\u00e9"#),
            ("surrogate pairs", #"\ud83d\ude00"#), ("plain text", "x"), ("text that is not ASCII", "é"),
            ("\\u escapes between plain text", #"twenty letters of it\u0041"#),
        ].map { name, part in post("json: \(name)") { #"{"name":"n","data":"\#(part.repeated($0))"}"# } } + otherJSON

    /// Twice as many bytes hold no more values than are taken.
    private static let manyValues = 16 * 1024
    private static let otherJSON: [Content] = [
        post("json: white space") { #"{"name":"n",\#(" ".repeated($0))"data":"d"}"# },
        post("json: members nobody knows", length: manyValues) {
            #"{"name":"n",\#(#""m":1,"#.repeated($0))"data":"d"}"#
        },
        post("json: member names with escapes", length: manyValues) {
            #"{"name":"n",\#(#""\u006d":1,"#.repeated($0))"data":"d"}"#
        },
        post("json: strings with an escape", length: manyValues) {
            #"{"name":"n","m":[\#(#""\n","#.repeated($0))1],"data":"d"}"#
        },
        post("json: the same member again", length: manyValues) {
            #"{"name":"n",\#(#""data":"\n","#.repeated($0))"data":"d"}"#
        },
        post("json: arrays in each other", length: manyValues / 2) {
            #"{"name":"n","m":[\#("[[[[[[[[]]]]]]]],".repeated($0))1],"data":"d"}"#
        },
        post("json: long numbers") { #"{"name":"n","m":\#("1".repeated($0)),"data":"d"}"# },
        post("json: an action's escapes", path: "/handle") {
            #"{"action":"log","log":{"name":"n","data":"\#(#"\u0041"#.repeated($0))"}}"#
        },
        post("json: escapes, by Foundation", type: "application/json;coder=foundation") {
            #"{"name":"n","data":"\#(#"\u0041"#.repeated($0))"}"#
        },
    ]

    /// HTTP/1.1: RFC 9112.
    static let http = [
        Content("http: chunks of one byte", steps: [.max, 1024, 16], to: server) { length in
            Said(bytes: head("Transfer-Encoding: chunked") + chunks(of: entry(length / 6)) + Array("0\r\n\r\n".utf8))
        },
        Content("http: chunk extensions", to: server) { length in
            let chunk = Array("1;\("e".repeated(100))\r\n".utf8)
            let body = Array(entry(length / 107).map { chunk + [$0, 0x0D, 0x0A] }.joined())
            return Said(bytes: head("Transfer-Encoding: chunked") + body + Array("0\r\n\r\n".utf8))
        },
        Content("http: trailers", length: 6 * 1024, to: server) { length in
            Said(
                bytes: head("Transfer-Encoding: chunked") + chunks(of: entry(20))
                    + Array("0\r\n\("t: 1\r\n".repeated(length))\r\n".utf8))
        },
        Content("http: one long field", length: 7 * 1024, steps: [.max, 256, 1], to: server) { length in
            Said(bytes: head("X: \("x".repeated(length))\r\nContent-Length: 22") + entry(22))
        },
        Content("http: many fields", length: 280, steps: [.max, 64, 1], to: server) { length in
            Said(bytes: head("\("X: 1\r\n".repeated(length))Content-Length: 22") + entry(22))
        },
        Content("http: many requests", to: server) { length in
            let request = head("Content-Length: 22") + entry(22)
            let count = length / request.count
            return Said(bytes: repeated(request, count), entries: count)
        },
    ]

    /// HTTP/2: RFC 9113.
    static let http2 = [
        Content("http2: DATA of one byte", steps: [.max, 1024, 16], to: server, opening: http2Opening) { length in
            var frames = RawFrames()
            frames.addHeaders(1, http2Head, endStream: false)
            let body = entry(length / 10)
            for (index, byte) in body.enumerated() { frames.addData(1, [byte], endStream: index == body.count - 1) }
            return Said(bytes: Array(frames.bytes.readableBytesView))
        },
        Content(
            "http2: fields of a header list", length: 1000, steps: [.max, 64, 1], to: server, opening: http2Opening
        ) { length in
            var frames = RawFrames()
            let fields = Array(repeating: ("x", "1"), count: length / 5)
            frames.addHeaders(1, http2Head + fields, endStream: false)
            frames.addData(1, entry(22), endStream: true)
            return Said(bytes: Array(frames.bytes.readableBytesView))
        },
        Content("http2: many requests", steps: [1024, 128], to: server, opening: http2Opening) { length in
            var (frames, count) = (RawFrames(), 0)
            while frames.bytes.readableBytes < length {
                frames.addHeaders(UInt32(2 * count + 1), http2Head, endStream: false)
                frames.addData(UInt32(2 * count + 1), entry(22), endStream: true)
                count += 1
            }
            return Said(bytes: Array(frames.bytes.readableBytesView), entries: count)
        },
    ]

    static let http2Opening = {
        var frames = RawFrames.client()
        // Acknowledges the server's SETTINGS, whose windows count from then on.
        frames.add(RawFrames.Kind.settings, 1, 0, [])
        return Array(frames.bytes.readableBytesView)
    }()
    private static let http2Head = [
        (":method", "POST"), (":scheme", "http"), (":authority", "h"), (":path", "/log"),
        ("content-type", "application/json"),
    ]

    /// A POST with a body that is made to have about so many bytes.
    private static func post(
        _ name: String, length: Int = 128 * 1024, path: String = "/log", type: String = "application/json",
        _ body: @escaping @Sendable (Int) -> String
    ) -> Content {
        let configuration = HTTPServerConfiguration(
            entryPath: path, entryBody: path == "/log" ? .entry : .action)
        return Content(name, length: length, to: { try server(configuration) }) { length in
            let body = body(length)
            let head = head("Content-Type: \(type)\r\nContent-Length: \(body.utf8.count)", path: path)
            return Said(bytes: head + Array(body.utf8))
        }
    }

    private static func head(_ fields: String, path: String = "/log") -> [UInt8] {
        Array("POST \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n".utf8)
    }

    private static func chunks(of body: [UInt8]) -> [UInt8] {
        Array(body.map { [UInt8(ascii: "1"), 0x0D, 0x0A, $0, 0x0D, 0x0A] }.joined())
    }

    /// An entry in JSON of so many bytes, 22 at least.
    static func entry(_ length: Int) -> [UInt8] {
        Array(#"{"name":"n","data":"\#("x".repeated(length - 22))"}"#.utf8)
    }

    @Sendable
    private static func server() throws -> any ServerTransport { try server(HTTPServerConfiguration()) }

    private static func server(_ configuration: HTTPServerConfiguration) throws -> any ServerTransport {
        HTTP.server(
            on: try Endpoint(parsing: "127.0.0.1:0"), options: ServerOptions(target: "127.0.0.1:0"),
            configuration: configuration)
    }
}

extension String {
    /// As often as fits into so many bytes.
    func repeated(_ length: Int) -> String {
        String(repeating: self, count: Swift.max(0, length) / utf8.count)
    }
}
