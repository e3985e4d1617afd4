/// A checksum at the head of an entry's text, by which the logger notices a text that changed on its way.
///
/// A sealed text starts with ``byteCount`` lower-case hexadecimal digits: the ``checksum(of:)`` of the bytes behind them.
public enum PayloadSeal {
    /// The length of the seal, in bytes.
    public static let byteCount = 16

    /// Puts the seal of `text` before it.
    public static func seal(_ text: String) -> String {
        let digits = String(checksum(of: text.utf8.span.bytes), radix: 16)
        return String(repeating: "0", count: byteCount - digits.count) + digits + text
    }

    /// Whether `data` starts with the seal of what follows.
    public static func isIntact(_ data: RawSpan) -> Bool {
        guard data.byteCount >= byteCount else { return false }
        var claimed: UInt64 = 0
        for index in 0..<byteCount {
            let digit = data.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return false
            }
            claimed = claimed << 4 | UInt64(value)
        }
        return claimed == checksum(of: data.extracting(droppingFirst: byteCount))
    }

    /// A 64-bit checksum, which finds accidents, not forgeries.
    ///
    /// Four independent multiply-and-fold lanes of eight bytes: a large text costs a small part of the copy that it goes
    /// through anyway.
    public static func checksum(of bytes: RawSpan) -> UInt64 {
        let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
        var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
        var offset = 0
        let count = bytes.byteCount
        while offset &+ 32 <= count {
            lanes.0 = fold(lanes.0 ^ bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self), prime)
            lanes.1 = fold(lanes.1 ^ bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self), prime)
            lanes.2 = fold(lanes.2 ^ bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ 16, as: UInt64.self), prime)
            lanes.3 = fold(lanes.3 ^ bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ 24, as: UInt64.self), prime)
            offset &+= 32
        }
        var sum = fold(lanes.0 ^ fold(lanes.1 ^ fold(lanes.2 ^ lanes.3, prime), prime), prime)
        while offset < count {
            sum = fold(sum ^ UInt64(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)), prime)
            offset &+= 1
        }
        return fold(sum ^ UInt64(count), prime)
    }

    @inline(__always)
    private static func fold(_ value: UInt64, _ prime: UInt64) -> UInt64 {
        let product = (value | 1).multipliedFullWidth(by: prime)
        return product.high ^ product.low ^ value
    }
}
