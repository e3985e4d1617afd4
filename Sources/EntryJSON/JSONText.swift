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

extension RawSpan {
    /// The offset, from `start` on, of the first byte that a JSON string cannot hold as it is: a quotation mark, a reverse
    /// solidus or a control character (RFC 8259, 7); ``byteCount`` if there is none.
    @inline(__always)
    func firstSpecial(from start: Int) -> Int {
        var bits: UInt64 = 0
        return firstSpecial(from: start, bits: &bits)
    }

    /// The same; the high bits of `bits` are set where one of the bytes until there, or right behind, is not ASCII.
    func firstSpecial(from start: Int, bits: inout UInt64) -> Int {
        var offset = byteCount &- start >= Self.longText ? endOfPlainBlocks(from: start, bits: &bits) : start
        // Eight bytes at a time: a byte's high bit is set where it is below 0x20, or zero after an exclusive or with what
        // is sought. A borrow can set a bit above the lowest one that is right, never below it.
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while offset &+ 8 <= byteCount {
            let block = UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            bits |= block
            let quotes = block ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let slashes = block ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let controls = (block &- ones &* 0x20) & ~block
            let special = (controls | ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)) & highs
            if special != 0 { return offset &+ special.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < byteCount {
            let byte = unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            bits |= UInt64(byte)
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return offset }
            offset &+= 1
        }
        return byteCount
    }

    /// The length from which on a text is looked through in blocks first, in bytes.
    private static var longText: Int { 1024 }

    /// The start of the first block of 64 bytes, from `start` on, that holds what ``firstSpecial(from:)`` seeks, or of the
    /// rest that is shorter than a block; the high bits of `bits` are set where something before it is not ASCII.
    ///
    /// Eight bytes at a time as well, but with one branch for a block, so that the compiler uses vectors. Comparisons of
    /// `SIMD16` come out as calls here.
    private func endOfPlainBlocks(from start: Int, bits: inout UInt64) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var offset = start
        while offset &+ 64 <= byteCount {
            var special: UInt64 = 0
            var seen: UInt64 = 0
            var word = 0
            while word < 64 {
                let block = unsafeLoadUnaligned(fromUncheckedByteOffset: offset &+ word, as: UInt64.self)
                let quotes = block ^ (ones &* UInt64(UInt8(ascii: "\"")))
                let slashes = block ^ (ones &* UInt64(UInt8(ascii: "\\")))
                special |= (block &- ones &* 0x20) & ~block
                special |= ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)
                seen |= block
                word &+= 8
            }
            guard special & highs == 0 else { break }
            bits |= seen
            offset &+= 64
        }
        return offset
    }
}
