import CText

/// Strings (RFC 8259, 7).
extension JSONCursor {
    @_lifetime(self: copy self)
    mutating func string() throws(EntryJSONError) -> StringRange {
        try expect(UInt8(ascii: "\""))
        let start = position
        let plain = text.withUnsafeBytes { json_skip_plain($0.baseAddress, start, $0.count) }
        guard plain.end < text.byteCount else {
            position = text.byteCount
            throw unexpected(JSON_TEXT_ENDS, start)
        }
        guard text.unsafeLoad(fromByteOffset: plain.end, as: UInt8.self) == UInt8(ascii: "\"") else {
            return try stringWithEscapes(from: start)
        }
        if plain.has_wide { try checkUTF8(text.extracting(start..<plain.end), start) }
        position = plain.end &+ 1
        return StringRange(bounds: start..<plain.end)
    }

    @_lifetime(self: copy self)
    private mutating func stringWithEscapes(from start: Int) throws(EntryJSONError) -> StringRange {
        let first = unescaped.count
        let string = unescaped.append(text, from: start)
        position = string.end
        guard string.why == JSON_CLOSED else { throw unexpected(string.why, start) }
        // An escape is a whole character, so what was not UTF-8 before is none now.
        if string.has_wide { try checkUTF8(unescaped.memory.span.bytes.extracting(first..<unescaped.count), start) }
        position &+= 1
        return StringRange(bounds: first..<unescaped.count, isUnescaped: true)
    }

    /// An error that tells why the string from `start` on has ended where the cursor is.
    private func unexpected(_ end: json_end, _ start: Int) -> EntryJSONError {
        switch end {
        case JSON_BARE_CONTROL: unexpected("an escape sequence instead of a bare control character")
        case JSON_NO_ESCAPE: unexpected("an escape sequence")
        case JSON_NO_CODE_UNIT: unexpected(#"\u and four hexadecimal digits"#)
        case JSON_NO_SECOND_HALF: unexpected("the second half of a surrogate pair")
        case JSON_NO_FIRST_HALF: unexpected("the first half of a surrogate pair")
        default: unexpected("the end of the string that starts at byte \(start - 1)")
        }
    }

    private func checkUTF8(_ bytes: RawSpan, _ start: Int) throws(EntryJSONError) {
        guard bytes.withUnsafeBytes({ text_is_utf8($0.baseAddress, $0.count) }) else {
            throw EntryJSONError("the string that starts at byte \(start) is not UTF-8")
        }
    }
}
