/// What PostgreSQL's type `text` can hold: UTF-8 without NUL.
///
/// Entries may have other bytes: net/rpc's strings are any, and NUL is a character as others in JSON and protobuf. Such a
/// text is stored twice: as it can be read, with U+FFFD in place of what cannot be stored, and byte for byte in a column
/// beside it.
enum StorableText {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Whether the bytes can be stored as they are.
    static func isStorable(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // No byte is 0, which would borrow from the one above, and none is above 0x7F.
            guard (word | (word &- ones)) & highBits == 0 else { return isStorableUTF8(bytes) }
            index += 8
        }
        while index < bytes.count {
            guard bytes[index] &- 1 < 0x7F else { return isStorableUTF8(bytes) }
            index += 1
        }
        return true
    }

    private static func isStorableUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
    }

    /// The text as it can be read: with U+FFFD in place of what cannot be stored.
    static func readable(_ bytes: UnsafeRawBufferPointer) -> String { readable(String(decoding: bytes, as: UTF8.self)) }

    /// The text as it can be read: with U+FFFD in place of what cannot be stored.
    static func readable(_ text: String) -> String {
        var readable = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { readable.append(scalar == "\0" ? "\u{FFFD}" : scalar) }
        return String(readable)
    }

    /// Appends a text as it can be read, and byte for byte where that is something else; returns its length as it can be read.
    @discardableResult
    static func append(_ text: UnsafeRawBufferPointer, to column: ArrayColumn, _ bytesColumn: ArrayColumn) -> Int {
        guard !isStorable(text) else {
            column.append(text)
            bytesColumn.append(nil as UnsafeRawBufferPointer?)
            return text.count
        }
        let readable = readable(text)
        column.append(readable)
        bytesColumn.append(text)
        return readable.utf8.count
    }
}
