import EngineTestKit
import Testing
import TransportIO

/// Bytes of a server, why they are special, and what becomes of the one entry in flight.
struct ResponseCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Equatable {
        case acknowledged
        case rejected(String)
        /// Nothing is known yet; after the stream's end it is unknown.
        case open
        /// The peer breaks the protocol.
        case broken
    }

    var reason: String
    var bytes: [UInt8]
    var outcome: Outcome
    /// Whether the connection can be used again.
    var keepAlive: Bool
    /// Whether the answer is complete only when the stream ends.
    var needsEnd: Bool

    var testDescription: String { reason }

    init(_ reason: String, _ text: String, _ outcome: Outcome, keepAlive: Bool = true, needsEnd: Bool = false) {
        self.reason = reason
        self.bytes = Array(text.replacing("\n", with: "\r\n").utf8)
        self.outcome = outcome
        self.keepAlive = keepAlive
        self.needsEnd = needsEnd
    }

    static let corpus = complete + rejections + open + broken

    private static let complete: [ResponseCase] = [
        .init("202 with a body", "HTTP/1.1 202 Accepted\nContent-Length: 2\n\n{}", .acknowledged),
        .init("200 without a body", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", .acknowledged),
        .init("201", "HTTP/1.1 201 Created\ncontent-length:1\n\nx", .acknowledged),
        .init("204 has no body", "HTTP/1.1 204 No Content\n\n", .acknowledged),
        .init("no reason phrase", "HTTP/1.1 202 \nContent-Length: 0\n\n", .acknowledged),
        .init("no space behind the status", "HTTP/1.1 202\nContent-Length: 0\n\n", .acknowledged),
        .init("UTF-8 in the reason", "HTTP/1.1 202 größe\nContent-Length: 0\n\n", .acknowledged),
        .init(
            "chunks", "HTTP/1.1 202 OK\nTransfer-Encoding: chunked\n\n3\nabc\nA;x=y\n0123456789\n0\n\n", .acknowledged),
        .init("chunks and trailers", "HTTP/1.1 202 OK\nTransfer-Encoding: chunked\n\n1\na\n0\nA: b\n\n", .acknowledged),
        .init("no chunk but the last", "HTTP/1.1 202 OK\nTransfer-Encoding: chunked\n\n0\n\n", .acknowledged),
        .init("100 in front", "HTTP/1.1 100 Continue\n\nHTTP/1.1 202 OK\nContent-Length: 0\n\n", .acknowledged),
        .init(
            "102 and 103 in front",
            "HTTP/1.1 102 P\n\nHTTP/1.1 103 E\nLink: a\n\nHTTP/1.1 202 OK\nContent-Length: 0\n\n", .acknowledged),
        .init("a body until the end", "HTTP/1.1 202 OK\n\nwhatever", .acknowledged, needsEnd: true),
        .init(
            "an empty body until the end", "HTTP/1.1 202 OK\nConnection: close\n\n", .acknowledged, keepAlive: false,
            needsEnd: true),
        .init(
            "Connection: close", "HTTP/1.1 202 OK\nConnection: close\nContent-Length: 0\n\n", .acknowledged,
            keepAlive: false),
        .init("HTTP/1.0", "HTTP/1.0 202 OK\nContent-Length: 1\n\nx", .acknowledged, keepAlive: false),
        .init(
            "HTTP/1.0 with keep-alive", "HTTP/1.0 202 OK\nConnection: keep-alive\nContent-Length: 0\n\n", .acknowledged),
        .init("HTTP/1.0 until the end", "HTTP/1.0 202 OK\n\nbody", .acknowledged, keepAlive: false, needsEnd: true),
        .init(
            "a long body", "HTTP/1.1 202 OK\nContent-Length: 100000\n\n" + String(repeating: "x", count: 100_000),
            .acknowledged),
    ]

    private static let rejections: [ResponseCase] = [
        .init("400 with a reason", "HTTP/1.1 400 Bad\nContent-Length: 4\n\nwhy?", .rejected("HTTP 400: why?")),
        .init("500 without a body", "HTTP/1.1 500 Oops\nContent-Length: 0\n\n", .rejected("HTTP 500")),
        .init(
            "503 in chunks", "HTTP/1.1 503 Busy\nTransfer-Encoding: chunked\n\n2\nit\n5\n is b\n0\n\n",
            .rejected("HTTP 503: it is b")),
        .init("404 until the end", "HTTP/1.1 404 No\n\nnot here", .rejected("HTTP 404: not here"), needsEnd: true),
        .init(
            "413 and close", "HTTP/1.1 413 Long\nConnection: close\nContent-Length: 1\n\nx", .rejected("HTTP 413: x"),
            keepAlive: false),
        .init("304 has no body", "HTTP/1.1 304 Same\nContent-Length: 10\n\n", .rejected("HTTP 304")),
        .init(
            "a redirect", "HTTP/1.1 308 Moved\nLocation: http://b/log\nContent-Length: 1\n\nx",
            .rejected("HTTP 308, a redirect to http://b/log: use that as --to")),
        .init("a redirect to nowhere", "HTTP/1.1 302 Found\nContent-Length: 0\n\n", .rejected("HTTP 302")),
        .init("a location that is none", "HTTP/1.1 400 Bad\nLocation: x\nContent-Length: 0\n\n", .rejected("HTTP 400")),
        .init(
            "a reason that is too long",
            "HTTP/1.1 400 Bad\nContent-Length: 9000\n\n" + String(repeating: "x", count: 9_000),
            .rejected("HTTP 400: " + String(repeating: "x", count: 200))),
    ]

    private static let open: [ResponseCase] = [
        .init("nothing", "", .open), .init("half a status line", "HTTP/1.1 20", .open),
        .init("half a head", "HTTP/1.1 202 OK\nContent-Length: 0\n", .open),
        .init("half a body", "HTTP/1.1 202 OK\nContent-Length: 3\n\nab", .open),
        .init("half a chunk", "HTTP/1.1 202 OK\nTransfer-Encoding: chunked\n\n3\nab", .open),
        .init("half a chunk's size", "HTTP/1.1 202 OK\nTransfer-Encoding: chunked\n\n3", .open),
        .init("no last chunk", "HTTP/1.1 202 OK\nTransfer-Encoding: chunked\n\n3\nabc\n", .open),
        .init("half a trailer", "HTTP/1.1 202 OK\nTransfer-Encoding: chunked\n\n0\nA: b", .open),
        .init("only 100", "HTTP/1.1 100 Continue\n\n", .open),
    ]

    private static let broken: [ResponseCase] = [
        .init("another protocol", "SSH-2.0-OpenSSH\n\n", .broken), .init("HTTP/2", "HTTP/2.0 200 OK\n\n", .broken),
        .init("HTTP/1.2", "HTTP/1.2 200 OK\n\n", .broken), .init("small letters", "http/1.1 200 OK\n\n", .broken),
        .init("a status of two digits", "HTTP/1.1 20 OK\n\n", .broken),
        .init("a status of four", "HTTP/1.1 2000 OK\n\n", .broken),
        .init("a status with a sign", "HTTP/1.1 +20 OK\n\n", .broken),
        .init("status 099", "HTTP/1.1 099 OK\n\n", .broken),
        .init("status 600", "HTTP/1.1 600 OK\n\n", .broken),
        .init("a status of letters", "HTTP/1.1 2x2 OK\n\n", .broken),
        .init("NUL", "HTTP/1.1 200 OK\nA: \0\n\n", .broken),
        .init("a frame of HTTP/2", "\0\0\u{12}\u{4}\0\0\0\0\0", .broken),
        .init("both lengths", "HTTP/1.1 200 OK\nContent-Length: 1\nTransfer-Encoding: chunked\n\n", .broken),
        .init("two different lengths", "HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2\n\n", .broken),
        .init("a body that is too long", "HTTP/1.1 200 OK\nContent-Length: 1048577\n\n", .broken),
        .init("a chunk that is too long", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n100001\n", .broken),
        .init("a chunk without size", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nx\n", .broken),
        .init("gzip", "HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n\n", .broken),
        .init("a head without end", "HTTP/1.1 200 OK\nA: " + String(repeating: "x", count: 20_000), .broken),
        .init("a field without colon", "HTTP/1.1 200 OK\nA\n\n", .broken),
    ]
}
