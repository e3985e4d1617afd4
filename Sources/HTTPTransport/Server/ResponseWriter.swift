import Broker
import EntryJSON
import NIOCore

/// Writes answers as HTTP/1.1 has them.
struct ResponseWriter {
    private var date = HTTPDate()
    /// The whole answer to an entry that was taken, on a connection that goes on.
    private var logged: [UInt8] = []

    mutating func writeLogged(_ persistence: Persistence, into out: inout ByteBuffer) {
        refreshDate()
        if case .goesOn = persistence {
            out.writeBytes(logged)
        } else {
            write(HTTPResponse(status: 202, body: JSONEnvelope.logged), persistence, into: &out)
        }
    }

    func writeContinue(into out: inout ByteBuffer) {
        out.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
    }

    /// - Parameter takesChunks: whether a body whose length is not known may come in chunks; else it ends with the connection.
    mutating func write(
        _ response: HTTPResponse, _ persistence: Persistence, omitsBody: Bool = false, takesChunks: Bool = true,
        into out: inout ByteBuffer
    ) {
        refreshDate()
        out.writeString("HTTP/1.1 \(response.status) \(Self.reason(response.status))\r\ndate: \(date.text)\r\n")
        switch persistence {
        case .goesOn: break
        case .goesOnAnnounced: out.writeStaticString("connection: keep-alive\r\n")
        case .ends: out.writeStaticString("connection: close\r\n")
        }
        if let allow = response.allow { out.writeString("allow: \(allow)\r\n") }
        if let challenge = response.challenge { out.writeString("www-authenticate: \(challenge)\r\n") }
        if let link = response.link { out.writeString("link: \(link)\r\n") }
        out.writeString("content-type: \(response.contentType)\r\n")
        guard response.more != nil else {
            out.writeString("content-length: \(response.body.count)\r\n\r\n")
            if !omitsBody { out.writeBytes(response.body) }
            return
        }
        // RFC 9112, 6.1: a server does not send chunks to a client of HTTP/1.0.
        out.writeString(takesChunks ? "transfer-encoding: chunked\r\n\r\n" : "\r\n")
        if !omitsBody { write(part: response.body, inChunks: takesChunks, into: &out) }
    }

    /// Writes a part of a body whose length is not known.
    func write(part: [UInt8], inChunks: Bool, into out: inout ByteBuffer) {
        // A chunk of no bytes would be the last (RFC 9112, 7.1).
        guard !part.isEmpty else { return }
        if inChunks { out.writeString("\(String(part.count, radix: 16))\r\n") }
        out.writeBytes(part)
        if inChunks { out.writeStaticString("\r\n") }
    }

    /// Writes the end of such a body.
    func writeEnd(inChunks: Bool, into out: inout ByteBuffer) {
        if inChunks { out.writeStaticString("0\r\n\r\n") }
    }

    private mutating func refreshDate() {
        guard date.refresh() else { return }
        var answer = ByteBuffer()
        write(HTTPResponse(status: 202, body: JSONEnvelope.logged), .goesOn, into: &answer)
        logged = Array(answer.readableBytesView)
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 411: "Length Required"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
