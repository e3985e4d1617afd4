/// Eight bytes of a JSON string, looked at all at once.
struct EightBytes {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highs: UInt64 = 0x8080_8080_8080_8080
    private static let quotes = ones &* UInt64(UInt8(ascii: "\""))
    private static let slashes = ones &* UInt64(UInt8(ascii: "\\"))

    /// The first byte is the lowest one.
    let value: UInt64

    /// - Parameter memory: the bytes as they lie in memory.
    @inline(__always)
    init(_ memory: UInt64) {
        value = UInt64(littleEndian: memory)
    }

    /// The high bit of each byte that a JSON string cannot hold as it is: a quotation mark, a reverse solidus or a control
    /// character (RFC 8259, 7).
    ///
    /// A byte's bit is set where it is below 0x20, or zero after an exclusive or with what is sought. A borrow can set a bit
    /// above the lowest one that is right, never below it.
    @inline(__always)
    var specials: UInt64 {
        let (quotes, slashes) = (value ^ Self.quotes, value ^ Self.slashes)
        return (controls | ((quotes &- Self.ones) & ~quotes) | ((slashes &- Self.ones) & ~slashes)) & Self.highs
    }

    /// The index of the first byte that a JSON string cannot hold as it is.
    @inline(__always)
    var firstSpecial: Int? {
        let specials = specials
        return specials == 0 ? nil : specials.trailingZeroBitCount / 8
    }

    /// Not zero where there is a control character.
    @inline(__always)
    var controls: UInt64 { (value &- Self.ones &* 0x20) & ~value & Self.highs }

    /// A byte of 1 for each quotation mark and each reverse solidus, and for nothing else.
    @inline(__always)
    var pairs: UInt64 {
        (Self.zeros(value ^ Self.quotes) | Self.zeros(value ^ Self.slashes)) &>> 7
    }

    /// The high bit of each byte that is zero; no borrow goes from one to the next.
    @inline(__always)
    private static func zeros(_ value: UInt64) -> UInt64 {
        ~(((value & ~highs) &+ ~highs) | value | ~highs)
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
        while offset &+ 8 <= byteCount {
            let word = EightBytes(unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            bits |= word.value
            if let index = word.firstSpecial { return offset &+ index }
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

    /// The length of a block, in bytes.
    static var blockBytes: Int { 64 }

    /// The number of quotation marks and reverse solidi in the block at `start`; nil if it is cut short or holds control
    /// characters, whose escapes differ in length.
    func pairEscapes(inBlockAt start: Int) -> Int? {
        guard start &+ Self.blockBytes <= byteCount else { return nil }
        var (pairs, controls): (UInt64, UInt64) = (0, 0)
        var offset = 0
        while offset < Self.blockBytes {
            let word = EightBytes(unsafeLoadUnaligned(fromUncheckedByteOffset: start &+ offset, as: UInt64.self))
            pairs &+= word.pairs
            controls |= word.controls
            offset &+= 8
        }
        // Each byte of `pairs` has counted its column; the product's highest byte is their sum.
        return controls == 0 ? Int((pairs &* EightBytes.ones) >> 56) : nil
    }

    /// The start of the first block of 64 bytes, from `start` on, that holds what ``firstSpecial(from:)`` seeks, or of the
    /// rest that is shorter than a block; the high bits of `bits` are set where something before it is not ASCII.
    ///
    /// Eight bytes at a time as well, but with one branch for a block, so that the compiler uses vectors. Comparisons of
    /// `SIMD16` come out as calls here.
    private func endOfPlainBlocks(from start: Int, bits: inout UInt64) -> Int {
        var offset = start
        while offset &+ Self.blockBytes <= byteCount {
            var special: UInt64 = 0
            var seen: UInt64 = 0
            var index = 0
            while index < Self.blockBytes {
                let word = EightBytes(unsafeLoadUnaligned(fromUncheckedByteOffset: offset &+ index, as: UInt64.self))
                special |= word.specials
                seen |= word.value
                index &+= 8
            }
            guard special == 0 else { break }
            bits |= seen
            offset &+= Self.blockBytes
        }
        return offset
    }
}
