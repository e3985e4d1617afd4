package import NIOCore

/// Strings and numbers as JSON writes them.
package enum JSONText {
    /// The length of `text` between its quotation marks, in bytes.
    package static func escapedLength(_ text: String) -> Int {
        let bytes = text.utf8.span.bytes
        var length = bytes.byteCount
        var index = bytes.firstSpecial(from: 0)
        while index < bytes.byteCount {
            length += escapeLength(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) - 1
            index = bytes.firstSpecial(from: index + 1)
        }
        return length
    }

    /// Appends `text` without its quotation marks.
    package static func write(_ text: String, escapedLength: Int, into out: inout ByteBuffer) {
        guard escapedLength != text.utf8.count else {
            out.writeString(text)
            return
        }
        let bytes = text.utf8.span.bytes
        var start = 0
        while start < bytes.byteCount {
            let end = bytes.firstSpecial(from: start)
            bytes.extracting(start..<end).withUnsafeBytes { _ = out.writeBytes($0) }
            if end < bytes.byteCount {
                writeEscape(bytes.unsafeLoad(fromByteOffset: end, as: UInt8.self), into: &out)
            }
            start = end + 1
        }
    }

    private static func escapeLength(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
        default: 6
        }
    }

    private static func writeEscape(_ byte: UInt8, into out: inout ByteBuffer) {
        switch byte {
        case UInt8(ascii: "\""): out.writeStaticString(#"\""#)
        case UInt8(ascii: "\\"): out.writeStaticString(#"\\"#)
        case 0x08: out.writeStaticString(#"\b"#)
        case 0x09: out.writeStaticString(#"\t"#)
        case 0x0A: out.writeStaticString(#"\n"#)
        case 0x0C: out.writeStaticString(#"\f"#)
        case 0x0D: out.writeStaticString(#"\r"#)
        default:
            let digits = Array("0123456789abcdef".utf8)
            out.writeStaticString(#"\u00"#)
            out.writeMultipleIntegers(digits[Int(byte >> 4)], digits[Int(byte & 0xF)])
        }
    }

    /// The number of decimal digits of `value`.
    package static func decimalLength(_ value: UInt64) -> Int {
        var (length, rest) = (1, value)
        while rest >= 10 {
            rest /= 10
            length += 1
        }
        return length
    }

    /// Appends `value` in decimal.
    package static func writeDecimal(_ value: UInt64, into out: inout ByteBuffer) {
        let length = decimalLength(value)
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { target in
            var rest = value
            for index in stride(from: length - 1, through: 0, by: -1) {
                target[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return length
        }
    }
}

extension RawSpan {
    /// The offset, from `start` on, of the first byte that a JSON string cannot hold as it is: a quotation mark, a reverse
    /// solidus or a control character (RFC 8259, 7); ``byteCount`` if there is none.
    func firstSpecial(from start: Int) -> Int {
        var offset = start
        // Eight bytes at a time: a byte's high bit is set where it is below 0x20, or zero after an exclusive or with what
        // is sought. A borrow can set a bit above the lowest one that is right, never below it.
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while offset &+ 8 <= byteCount {
            let block = UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let quotes = block ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let slashes = block ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let controls = (block &- ones &* 0x20) & ~block
            let special = (controls | ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)) & highs
            if special != 0 { return offset &+ special.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < byteCount {
            let byte = unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return offset }
            offset &+= 1
        }
        return byteCount
    }

    /// Whether every byte is an ASCII character.
    var isASCII: Bool {
        var offset = 0
        var bits: UInt64 = 0
        while offset &+ 8 <= byteCount {
            bits |= unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            offset &+= 8
        }
        var rest: UInt8 = bits & 0x8080_8080_8080_8080 == 0 ? 0 : 0x80
        while offset < byteCount {
            rest |= unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            offset &+= 1
        }
        return rest < 0x80
    }
}
