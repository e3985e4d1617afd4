/// Checks that bytes are UTF-8, eight at a time while they are ASCII.
package enum UTF8Check {
    /// Whether `bytes` are UTF-8.
    package static func isValid(_ bytes: RawSpan) -> Bool {
        let count = bytes.byteCount
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
        while offset < count {
            guard let next = scalar(bytes, offset) else { return false }
            offset = next
        }
        return true
    }

    /// The offset behind the scalar at `offset`, or nil if there is none (The Unicode Standard, table 3-7).
    @inline(__always)
    private static func scalar(_ bytes: RawSpan, _ offset: Int) -> Int? {
        let lead = bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
        switch lead {
        case 0...0x7F: return offset &+ 1
        case 0xC2...0xDF: return continuation(bytes, offset, 2, 0x80, 0xBF)
        case 0xE0: return continuation(bytes, offset, 3, 0xA0, 0xBF)
        case 0xED: return continuation(bytes, offset, 3, 0x80, 0x9F)
        case 0xE1...0xEF: return continuation(bytes, offset, 3, 0x80, 0xBF)
        case 0xF0: return continuation(bytes, offset, 4, 0x90, 0xBF)
        case 0xF1...0xF3: return continuation(bytes, offset, 4, 0x80, 0xBF)
        case 0xF4: return continuation(bytes, offset, 4, 0x80, 0x8F)
        default: return nil
        }
    }

    @inline(__always)
    private static func continuation(
        _ bytes: RawSpan, _ offset: Int, _ count: Int, _ secondMin: UInt8, _ secondMax: UInt8
    ) -> Int? {
        guard offset &+ count <= bytes.byteCount else { return nil }
        let second = bytes.unsafeLoad(fromByteOffset: offset &+ 1, as: UInt8.self)
        guard second >= secondMin, second <= secondMax else { return nil }
        var index = 2
        while index < count {
            guard bytes.unsafeLoad(fromByteOffset: offset &+ index, as: UInt8.self) & 0xC0 == 0x80 else { return nil }
            index &+= 1
        }
        return offset &+ count
    }
}
