package import NIOCore

/// Strings and numbers as JSON writes them.
package enum JSONText {
    /// The length of `text` between its quotation marks, in bytes.
    package static func escapedLength(_ text: String) -> Int {
        let bytes = text.utf8.span.bytes
        var length = bytes.byteCount
        var index = bytes.firstSpecial(from: 0)
        while index < bytes.byteCount {
            if let pairs = bytes.pairEscapes(inBlockAt: index) {
                length += pairs
                index = bytes.firstSpecial(from: index + RawSpan.blockBytes)
            } else {
                length += escapeLength(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) - 1
                index = bytes.firstSpecial(from: index + 1)
            }
        }
        return length
    }

    /// Appends `text` without its quotation marks.
    package static func write(_ text: String, escapedLength: Int, into out: inout ByteBuffer) {
        append(escapedLength, to: &out) { $0.write(text, escapedLength: escapedLength) }
    }

    private static func append(_ count: Int, to out: inout ByteBuffer, _ write: (inout JSONPlace) -> Void) {
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            guard let start = memory.baseAddress else { return 0 }
            var place = JSONPlace(start)
            write(&place)
            return place.distance(from: start)
        }
    }

    private static func escapeLength(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
        default: 6
        }
    }

    /// The number of decimal digits of `value`.
    package static func decimalLength(_ value: UInt64) -> Int {
        // Times in nanoseconds have 19 digits for some centuries to come.
        if value >= 1_000_000_000_000_000_000 { return value >= 10_000_000_000_000_000_000 ? 20 : 19 }
        var (length, rest) = (1, value)
        while rest >= 10_000 {
            rest /= 10_000
            length &+= 4
        }
        if rest >= 1_000 { return length &+ 3 }
        return length &+ (rest >= 100 ? 2 : rest >= 10 ? 1 : 0)
    }

    /// Appends `value` in decimal.
    package static func writeDecimal(_ value: UInt64, into out: inout ByteBuffer) {
        let length = decimalLength(value)
        append(length, to: &out) { $0.write(value, length: length) }
    }
}
