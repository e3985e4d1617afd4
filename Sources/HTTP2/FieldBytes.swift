public import Glibc

/// Names and values of header fields as nghttp2 lends them.
extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the bytes of `text`.
    @inlinable @inline(__always)
    public func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount, let baseAddress else { return false }
        return memcmp(baseAddress, text.utf8Start, count) == 0
    }

    /// Whether the bytes begin with those of `text`.
    package func starts(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount, let baseAddress else { return false }
        return memcmp(baseAddress, text.utf8Start, text.utf8CodeUnitCount) == 0
    }

    /// The number that the bytes are in decimal digits, so many of them at most; nil for anything else.
    package func decimal(maxDigits: Int = 6) -> Int? {
        guard count > 0, count <= maxDigits else { return nil }
        var value = 0
        for byte in self {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// The bytes as text for a message, cut to a length that fits one line.
    package func shortText() -> String {
        String(decoding: prefix(100), as: UTF8.self)
    }
}
