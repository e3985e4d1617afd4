import CText
package import NIOCore

/// Strings and numbers as JSON writes them.
package enum JSONText {
    /// The length of `text` between its quotation marks, in bytes.
    package static func escapedLength(_ text: String) -> Int {
        text.utf8.span.bytes.withUnsafeBytes { json_escaped_length($0.baseAddress, $0.count) }
    }

    /// Appends `text` without its quotation marks.
    package static func write(_ text: String, escapedLength: Int, into out: inout ByteBuffer) {
        append(escapedLength, to: &out) { $0.write(text, escapedLength: escapedLength) }
    }

    private static func append(_ count: Int, to out: inout ByteBuffer, _ write: (inout JSONPlace) -> Void) {
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: count + TEXT_SLACK) { memory in
            guard let start = memory.baseAddress else { return 0 }
            var place = JSONPlace(start)
            write(&place)
            return place.distance(from: start)
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
