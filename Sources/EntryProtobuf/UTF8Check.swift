import CText

/// Checks that bytes are UTF-8: what is short and ASCII without a call, the rest as ``text_is_utf8`` does.
package enum UTF8Check {
    /// More bytes than these are worth a call, ASCII or not.
    private static let maxShort = 512

    /// Whether `bytes` are UTF-8.
    package static func isValid(_ bytes: RawSpan) -> Bool {
        let count = bytes.byteCount
        guard count <= maxShort else { return bytes.withUnsafeBytes { text_is_utf8($0.baseAddress, $0.count) } }
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var offset = 0
        while offset &+ 32 <= count {
            let word =
                bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
                | bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
                | bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ 16, as: UInt64.self)
                | bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ 24, as: UInt64.self)
            if word & highBits != 0 { break }
            offset &+= 32
        }
        while offset &+ 8 <= count {
            if bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) & highBits != 0 { break }
            offset &+= 8
        }
        while offset < count, bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self) < 0x80 { offset &+= 1 }
        guard offset < count else { return true }
        return bytes.extracting(droppingFirst: offset).withUnsafeBytes { text_is_utf8($0.baseAddress, $0.count) }
    }
}
