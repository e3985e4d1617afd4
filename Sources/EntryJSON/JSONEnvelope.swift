import NIOCore

/// The contract's JSON envelope, the answer to an entry: `{"error": false, "message": "logged"}`.
package enum JSONEnvelope {
    /// The answer to an entry that was taken.
    package static let loggedText: StaticString = #"{"error":false,"message":"logged"}"#
    /// Its bytes.
    package static let logged = Array("\(loggedText)".utf8)

    /// The answer to an entry that was not taken.
    package static func failure(_ message: String) -> [UInt8] {
        var out = ByteBuffer()
        out.writeStaticString(#"{"error":true,"message":""#)
        JSONText.write(message, escapedLength: JSONText.escapedLength(message), into: &out)
        out.writeStaticString(#""}"#)
        return Array(out.readableBytesView)
    }

    /// What the body of an answer says.
    package enum Content: Equatable {
        /// `error` is false.
        case logged
        /// `error` is true, or says why.
        case failed(String)
        /// It is not an envelope.
        case other
    }

    /// Reads an envelope, however it is spaced; its members may be in any order, and others beside them.
    package static func content(of body: RawSpan) -> Content {
        var (error, message): (JSONObject.Value?, String?)
        do throws(EntryJSONError) {
            try JSONObject.forEachMember(in: body) { key, value in
                if key == "error" { error = value }
                if key == "message", case .string(let text) = value { message = text }
            }
        } catch {
            return .other
        }
        return switch error {
        case .flag(false): .logged
        case .flag(true): .failed(oneLine(message ?? "it gives no reason"))
        case .string(let why) where !why.isEmpty: .failed(oneLine(message ?? why))
        default: .other
        }
    }

    /// The `message` of an envelope, or else the text itself as far as it fits one line.
    package static func message(in body: [UInt8]) -> String {
        var message: String?
        try? JSONObject.forEachMember(in: body.span.bytes) { key, value in
            if key == "message", case .string(let text) = value { message = text }
        }
        return oneLine(message ?? String(decoding: body.prefix(200), as: UTF8.self))
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
