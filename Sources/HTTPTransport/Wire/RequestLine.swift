/// The start line of a request (RFC 9112, 3).
struct RequestLine {
    var method: Range<Int>
    /// The host of a target in absolute-form, with its port.
    var authority: Range<Int>?
    var path: Range<Int>
    var query: Range<Int>
    /// HTTP/1.1, rather than HTTP/1.0.
    var isVersion11: Bool

    /// - Throws: ``HTTPFault`` with the status that RFC 9110 and 9112 ask for.
    static func parse(_ line: Range<Int>, of bytes: RawSpan) throws(HTTPFault) -> RequestLine {
        var methodEnd = line.lowerBound
        while methodEnd < line.upperBound, bytes[methodEnd].isTokenByte { methodEnd &+= 1 }
        guard methodEnd > line.lowerBound, methodEnd < line.upperBound, bytes[methodEnd] == 0x20 else {
            throw HTTPFault(400, "the peer does not speak HTTP/1.1: the request line has no method")
        }
        let target = methodEnd &+ 1
        var targetEnd = target
        var pathEnd: Int?
        while targetEnd < line.upperBound, bytes[targetEnd] > 0x20, bytes[targetEnd] < 0x7F {
            if pathEnd == nil, bytes[targetEnd] == UInt8(ascii: "?") { pathEnd = targetEnd }
            targetEnd &+= 1
        }
        guard targetEnd > target, targetEnd < line.upperBound, bytes[targetEnd] == 0x20 else {
            throw HTTPFault(400, "the request target is malformed")
        }
        let version = targetEnd &+ 1..<line.upperBound
        let isVersion11 = bytes.equals(version, "HTTP/1.1")
        guard isVersion11 || bytes.equals(version, "HTTP/1.0") else {
            throw HTTPFault(505, "the versions understood are HTTP/1.1 and HTTP/1.0")
        }
        let (authority, path) = try path(target..<(pathEnd ?? targetEnd), of: bytes)
        return RequestLine(
            method: line.lowerBound..<methodEnd, authority: authority, path: path,
            query: (pathEnd.map { $0 &+ 1 } ?? targetEnd)..<targetEnd, isVersion11: isVersion11)
    }

    /// Whether a start line is one of HTTP/1.0, which knows no 100-continue (RFC 9110, 10.1.1).
    static func isVersion10(_ line: Range<Int>, of bytes: RawSpan) -> Bool {
        line.count > 8 && bytes.equals(line.upperBound - 8..<line.upperBound, "HTTP/1.0")
    }

    /// The path of a target in origin-form (`/log`), in absolute-form (`http://host/log`), which every server has to
    /// accept, or `*` (RFC 9112, 3.2).
    private static func path(
        _ target: Range<Int>, of bytes: RawSpan
    ) throws(HTTPFault) -> (authority: Range<Int>?, path: Range<Int>) {
        if bytes[target.lowerBound] == UInt8(ascii: "/") || bytes.equals(target, "*") { return (nil, target) }
        var start = target.lowerBound
        if target.count > 7, bytes.matches(start..<start &+ 7, "http://") {
            start &+= 7
        } else if target.count > 8, bytes.matches(start..<start &+ 8, "https://") {
            start &+= 8
        } else {
            throw HTTPFault(400, "the request target is neither a path nor a URL")
        }
        let authority = start
        while start < target.upperBound, bytes[start] != UInt8(ascii: "/") { start &+= 1 }
        return (authority..<start, start..<target.upperBound)
    }
}
