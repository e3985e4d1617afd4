import EntryProtobuf

/// The `logs.LogResponse` message.
enum LogResponse {
    /// The answer to every entry that was recorded, with its five-byte message prefix: `LogResponse{result: "logged"}`.
    static let logged: StaticString = "\u{0}\u{0}\u{0}\u{0}\u{8}\u{A}\u{6}logged"

    /// The answer, without a prefix, to an entry of a stream that was not taken: `LogResponse{error: why}`.
    static func refusal(_ why: String) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(2, why.isEmpty ? "refused" : why)
        return writer.bytes
    }

    /// What an answer says.
    enum Content: Equatable {
        case logged
        case refused(String)
        case malformed
    }

    /// Reads a message of this type; of a field that comes twice the last one counts.
    static func content(_ bytes: RawSpan) -> Content {
        var offset = 0
        var error = 0..<0
        do throws(ProtobufReader.Malformation) {
            while offset < bytes.byteCount {
                let tag = try ProtobufReader.tag(bytes, &offset)
                switch (tag.number, tag.wireType) {
                case (1, .len): _ = try ProtobufReader.string(bytes, &offset)
                case (2, .len): error = try ProtobufReader.string(bytes, &offset)
                default: try ProtobufReader.skip(tag, bytes, &offset)
                }
            }
        } catch {
            return .malformed
        }
        if error.isEmpty { return .logged }
        return .refused(bytes.extracting(error).withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
    }
}
