/// The head of an HTTP/1.1 message (RFC 9112): its start line and the few fields that decide how to go on.
struct MessageHead {
    /// The longest head that is accepted.
    static let maxBytes = 16 * 1024
    /// The most field lines that are accepted.
    static let maxFields = 100

    /// How the end of the body is known (RFC 9112, 6.3).
    enum BodyLength: Equatable {
        /// No field says so: no body in a request, until the end of the stream in a response.
        case unstated
        case fixed(Int)
        case chunked
    }

    /// The start line, without its line end.
    var startLine = 0..<0
    /// The length of the head with the empty line that ends it.
    var byteCount = 0
    var bodyLength = BodyLength.unstated
    /// Where the value of Content-Length is; nil unless it is given once.
    var lengthDigits: Range<Int>?
    /// `Connection: close` was given.
    var asksForClose = false
    /// `Connection: keep-alive` was given.
    var asksForKeepAlive = false
    var expectsContinue = false
    var host: Range<Int>?
    var origin: Range<Int>?
    var fetchSite: Range<Int>?
    var authorization: Range<Int>?
    var contentType: Range<Int>?
    var location: Range<Int>?

    var hasHost: Bool { host != nil }

    /// Whether the connection of a message of HTTP/1.0 goes on behind it: if it asks for that, and if its end is known for
    /// certain, which it is not with a transfer coding (RFC 9112, 6.1 and 9.3).
    var keepsVersion10Alive: Bool { asksForKeepAlive && !asksForClose && bodyLength != .chunked }

    /// How far a head has been parsed whose end had not come.
    struct Progress {
        fileprivate var head = MessageHead()
        fileprivate var fieldCount = 0
        /// Where the line begins whose end is sought.
        fileprivate var lineStart = 0
        /// Up to where no end was found.
        fileprivate var searched = 0
    }

    /// Parses the head at the start of `bytes`, all of which is there.
    static func parse(_ bytes: RawSpan) throws(HTTPFault) -> MessageHead? {
        var progress: Progress?
        return try parse(bytes, &progress)
    }

    /// Parses the head at the start of `bytes`; nil while its end has not come.
    /// - Parameter progress: how far the same bytes were parsed before, when there were fewer; nil for a new head, and
    ///   when its end has come.
    /// - Throws: ``HTTPFault`` with the status that RFC 9110 and 9112 ask for.
    static func parse(_ bytes: RawSpan, _ progress: inout Progress?) throws(HTTPFault) -> MessageHead? {
        var found = progress.take() ?? Progress()
        while let lineEnd = try bytes.endOfLine(from: max(found.lineStart, found.searched)) {
            let line = found.lineStart..<lineEnd
            found.lineStart = lineEnd &+ 2
            guard found.lineStart <= maxBytes else { throw .headTooLarge }
            if found.fieldCount == 0 && found.head.startLine.isEmpty {
                // RFC 9112, 2.2: an empty line before the start line is ignored; more than one is not.
                guard !line.isEmpty || line.lowerBound == 0 else { throw HTTPFault(400, "the start line is missing") }
                found.head.startLine = line
            } else if line.isEmpty {
                found.head.byteCount = found.lineStart
                return found.head
            } else {
                found.fieldCount &+= 1
                guard found.fieldCount <= maxFields else { throw .headTooLarge }
                try found.head.field(line, of: bytes)
            }
        }
        guard bytes.byteCount <= maxBytes else { throw .headTooLarge }
        // The last byte may be the CR of a line end.
        found.searched = bytes.byteCount &- 1
        progress = found
        return nil
    }

    private mutating func field(_ line: Range<Int>, of bytes: RawSpan) throws(HTTPFault) {
        var colon = line.lowerBound
        while colon < line.upperBound, bytes[colon].isTokenByte { colon &+= 1 }
        // RFC 9112, 5.1 and 5.2: no white space before the colon, no line folding.
        guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == UInt8(ascii: ":") else {
            throw HTTPFault(400, "a field line is malformed")
        }
        let name = line.lowerBound..<colon
        let value = bytes.trimmed(colon &+ 1..<line.upperBound)
        switch name.count {
        case 4 where bytes.matches(name, "host"):
            guard !hasHost else { throw HTTPFault(400, "Host is given twice") }
            // RFC 9112, 3.2: a Host that is not one is answered with 400.
            for index in value where !bytes[index].isHostByte { throw HTTPFault(400, "Host is not a host and a port") }
            host = value
        case 6 where bytes.matches(name, "expect"):
            guard bytes.matches(value, "100-continue") else {
                throw HTTPFault(417, "the only expectation is 100-continue")
            }
            expectsContinue = true
        case 6 where bytes.matches(name, "origin"):
            guard origin == nil else { throw HTTPFault(400, "Origin is given twice") }
            origin = value
        case 8 where bytes.matches(name, "location"):
            location = value
        case 10 where bytes.matches(name, "connection"):
            bytes.forEachElement(of: value) { element in
                if bytes.matches(element, "close") { asksForClose = true }
                if bytes.matches(element, "keep-alive") { asksForKeepAlive = true }
            }
        case 12 where bytes.matches(name, "content-type"):
            contentType = value
        case 13 where bytes.matches(name, "authorization"):
            guard authorization == nil else { throw HTTPFault(400, "Authorization is given twice") }
            authorization = value
        case 14 where bytes.matches(name, "sec-fetch-site"):
            guard fetchSite == nil else { throw HTTPFault(400, "Sec-Fetch-Site is given twice") }
            fetchSite = value
        case 14 where bytes.matches(name, "content-length"):
            try contentLength(value, of: bytes)
        case 17 where bytes.matches(name, "transfer-encoding"):
            // RFC 9112, 6.1: both fields together are an attempt at request smuggling.
            guard bodyLength == .unstated else { throw HTTPFault(400, "the length of the body is given in two ways") }
            guard bytes.matches(value, "chunked") else {
                throw HTTPFault(501, "the only transfer coding understood is chunked")
            }
            bodyLength = .chunked
        default:
            break
        }
    }

    private mutating func contentLength(_ value: Range<Int>, of bytes: RawSpan) throws(HTTPFault) {
        var length = 0
        for index in value {
            let digit = bytes[index] &- UInt8(ascii: "0")
            let (scaled, overflow) = length.multipliedReportingOverflow(by: 10)
            guard digit < 10, !overflow, scaled <= Int.max - 9 else {
                throw HTTPFault(400, "Content-Length is not a number")
            }
            length = scaled + Int(digit)
        }
        guard !value.isEmpty else { throw HTTPFault(400, "Content-Length is not a number") }
        guard bodyLength == .unstated || bodyLength == .fixed(length) else {
            throw HTTPFault(400, "the length of the body is given in two ways")
        }
        lengthDigits = bodyLength == .unstated ? value : nil
        bodyLength = .fixed(length)
    }
}

/// A message that cannot be accepted, with the status to answer it with.
struct HTTPFault: Error, Equatable {
    var status: Int
    var message: String

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    static let headTooLarge = HTTPFault(
        431, "the head exceeds the limit of \(MessageHead.maxBytes) bytes or \(MessageHead.maxFields) fields")
}
