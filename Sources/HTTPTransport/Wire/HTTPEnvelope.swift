import EntryJSON
import NIOCore

/// The contract's JSON envelope: `{"error": false, "message": "logged"}`.
enum HTTPEnvelope {
    static let logged = Array(#"{"error":false,"message":"logged"}"#.utf8)

    static func failure(_ message: String) -> [UInt8] {
        var out = ByteBuffer()
        out.writeStaticString(#"{"error":true,"message":""#)
        JSONText.write(message, escapedLength: JSONText.escapedLength(message), into: &out)
        out.writeStaticString(#""}"#)
        return Array(out.readableBytesView)
    }
}
