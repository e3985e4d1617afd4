/// The `logs.LogResponse` message.
enum LogResponse {
    /// The answer to every entry that was recorded, with its five-byte message prefix: `LogResponse{result: "logged"}`.
    static let logged: StaticString = "\u{0}\u{0}\u{0}\u{0}\u{8}\u{A}\u{6}logged"

    /// Whether `bytes` are a message of this type.
    static func isValid(_ bytes: RawSpan) -> Bool {
        var offset = 0
        do throws(ProtobufReader.Malformation) {
            while offset < bytes.byteCount {
                let tag = try ProtobufReader.tag(bytes, &offset)
                if tag.number == 1 && tag.wireType == .len {
                    _ = try ProtobufReader.string(bytes, &offset)
                } else {
                    try ProtobufReader.skip(tag, bytes, &offset)
                }
            }
            return true
        } catch {
            return false
        }
    }
}
