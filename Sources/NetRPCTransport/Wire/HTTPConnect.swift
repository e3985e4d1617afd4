import NIOCore

/// The HTTP request in front of a net/rpc stream, as Go's `rpc.DialHTTP` sends it and `rpc.HandleHTTP` answers it.
///
/// Source: Go, `net/rpc`, `DialHTTPPath` and `Server.ServeHTTP`: `CONNECT /_goRPC_ HTTP/1.0`, an empty line; then, after
/// `HTTP/1.0 200 Connected to Go RPC` and an empty line, gobs.
enum HTTPConnect {
    /// Go's `rpc.DefaultRPCPath`.
    static let defaultPath = "/_goRPC_"
    /// The longest accepted head in bytes.
    static let maxHeadBytes = 8 * 1024

    private static let connected = "200 Connected to Go RPC"

    /// What a server makes of the first bytes of a connection.
    enum Opening: Equatable {
        /// Not HTTP: a stream of gobs from its first byte on.
        case gobs
        case needsMore
        /// A head of so many bytes, and what to answer; `isConnected` is false where the connection ends with that.
        case head(bytes: Int, answer: String, isConnected: Bool)
    }

    static func request(path: String) -> String {
        "CONNECT \(path) HTTP/1.0\n\n"
    }

    /// Tells HTTP from gobs, and answers it.
    ///
    /// No stream of gobs begins with two upper-case letters: the second would be the id of a type below 64, which no
    /// encoder defines.
    ///
    /// - Parameter searched: how many of the bytes were there the last time, when the head had no end.
    static func opening(_ bytes: ByteBufferView, searched: inout Int) throws(ConnectError) -> Opening {
        guard bytes.prefix(2).allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else { return .gobs }
        guard let head = try head(of: bytes, searched: &searched) else { return .needsMore }
        let words = head.startLine.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else {
            return .head(
                bytes: head.count, answer: refusal("400 Bad Request", "not an HTTP/1 request"), isConnected: false)
        }
        guard words[0] == "CONNECT" else {
            let answer = refusal("405 Method Not Allowed", "405 must CONNECT")
            return .head(bytes: head.count, answer: answer, isConnected: false)
        }
        guard words[1] == defaultPath else {
            let answer = refusal("404 Not Found", "no net/rpc at \(words[1]): CONNECT \(defaultPath)")
            return .head(bytes: head.count, answer: answer, isConnected: false)
        }
        return .head(bytes: head.count, answer: "HTTP/1.0 \(connected)\n\n", isConnected: true)
    }

    /// How many bytes the answer to ``request(path:)`` takes; nil where not all of it is there.
    /// - Parameter searched: how many of the bytes were there the last time, when the head had no end.
    static func readAnswer(
        _ bytes: ByteBufferView, path: String, searched: inout Int
    ) throws(ConnectError) -> Int? {
        guard "HTTP/1.".utf8.starts(with: bytes.prefix(7)) else {
            throw ConnectError("no HTTP answer to CONNECT \(path); leave http:// out if the peer serves plain TCP")
        }
        guard let head = try head(of: bytes, searched: &searched) else { return nil }
        let status = head.startLine.drop { $0 != " " }.dropFirst()
        guard status == connected else {
            throw ConnectError("CONNECT \(path) was answered with \(status) instead of \(connected)")
        }
        return head.count
    }

    /// The first line and the length of a head, with its empty line; lines end with LF or CRLF.
    private static func head(
        of bytes: ByteBufferView, searched: inout Int
    ) throws(ConnectError) -> (startLine: String, count: Int)? {
        // There is nothing new to find while no empty line has ended.
        let new = bytes.dropFirst(searched)
        searched = bytes.count
        guard bytes.count >= maxHeadBytes || endsHead(bytes, from: new.startIndex) else { return nil }
        var startLine: String?
        var lineStart = bytes.startIndex
        while let end = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")), end - bytes.startIndex < maxHeadBytes {
            var line = bytes[lineStart..<end]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            lineStart = end + 1
            guard let startLine else {
                startLine = String(decoding: line, as: UTF8.self)
                continue
            }
            if line.isEmpty { return (startLine, lineStart - bytes.startIndex) }
        }
        guard bytes.count < maxHeadBytes else { throw ConnectError("an HTTP head of more than \(maxHeadBytes) bytes") }
        return nil
    }

    /// Whether an empty line ends in the bytes from `start` on.
    private static func endsHead(_ bytes: ByteBufferView, from start: Int) -> Bool {
        var start = start
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            var before = end - 1
            if before >= bytes.startIndex, bytes[before] == UInt8(ascii: "\r") { before -= 1 }
            if before >= bytes.startIndex, bytes[before] == UInt8(ascii: "\n") { return true }
            start = end + 1
        }
        return false
    }

    private static func refusal(_ status: String, _ reason: String) -> String {
        """
        HTTP/1.0 \(status)\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Length: \(reason.utf8.count + 1)\r
        Connection: close\r
        \r
        \(reason)

        """
    }
}

/// Why a connection over HTTP could not be opened.
struct ConnectError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
