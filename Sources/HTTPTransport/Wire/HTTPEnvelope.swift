import EntryJSON
import NIOCore

/// The contract's JSON envelope: `{"error": false, "message": "logged"}`.
enum HTTPEnvelope {
    static let loggedText: StaticString = #"{"error":false,"message":"logged"}"#
    static let logged = Array("\(loggedText)".utf8)

    static func failure(_ message: String) -> [UInt8] {
        var out = ByteBuffer()
        out.writeStaticString(#"{"error":true,"message":""#)
        JSONText.write(message, escapedLength: JSONText.escapedLength(message), into: &out)
        out.writeStaticString(#""}"#)
        return Array(out.readableBytesView)
    }

    /// The `message` of an envelope, or else the text itself as far as it fits one line.
    static func message(in body: [UInt8]) -> String {
        var message: String?
        try? JSONObject.forEachString(in: body.span.bytes) { key, value in
            if key == "message" { message = value }
        }
        let text = message ?? String(decoding: body.prefix(200), as: UTF8.self)
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
