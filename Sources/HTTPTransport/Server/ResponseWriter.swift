import Broker
import Glibc
import NIOCore

/// Writes answers, with the Date field that RFC 9110, 6.6.1 asks for.
struct ResponseWriter {
    private var second: Int = -1
    private var date = ""
    /// The whole answer to an entry that was taken, on a connection that goes on.
    private var logged: [UInt8] = []

    mutating func writeLogged(keepAlive: Bool, into out: inout ByteBuffer) {
        refreshDate()
        if keepAlive {
            out.writeBytes(logged)
        } else {
            write(HTTPResponse(status: 202, body: HTTPEnvelope.logged), keepAlive: false, into: &out)
        }
    }

    func writeContinue(into out: inout ByteBuffer) {
        out.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
    }

    mutating func write(
        _ response: HTTPResponse, keepAlive: Bool, omitsBody: Bool = false, into out: inout ByteBuffer
    ) {
        refreshDate()
        out.writeString("HTTP/1.1 \(response.status) \(Self.reason(response.status))\r\ndate: \(date)\r\n")
        if !keepAlive { out.writeStaticString("connection: close\r\n") }
        if let allow = response.allow { out.writeString("allow: \(allow)\r\n") }
        out.writeString("content-type: \(response.contentType)\r\ncontent-length: \(response.body.count)\r\n\r\n")
        if !omitsBody { out.writeBytes(response.body) }
    }

    private mutating func refreshDate() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        guard now.tv_sec != second else { return }
        second = now.tv_sec
        date = Self.format(now.tv_sec)
        var answer = ByteBuffer()
        write(HTTPResponse(status: 202, body: HTTPEnvelope.logged), keepAlive: true, into: &answer)
        logged = Array(answer.readableBytesView)
    }

    /// IMF-fixdate, as in `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    private static func format(_ seconds: time_t) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let date = "\(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        let time = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(days[Int(parts.tm_wday)]), \(date) \(time) GMT"
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 411: "Length Required"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
