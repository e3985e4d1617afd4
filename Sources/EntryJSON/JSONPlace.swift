/// A place in memory where JSON is written whose length was measured before: nothing to grow, nothing to check.
struct JSONPlace {
    private var next: UnsafeMutableRawPointer

    /// - Parameter start: has room for everything that will be written.
    init(_ start: UnsafeMutableRawPointer) {
        next = start
    }

    /// How much was written behind `start`, in bytes.
    func distance(from start: UnsafeMutableRawPointer) -> Int {
        next - start
    }

    @inline(__always)
    mutating func write(_ text: StaticString) {
        write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        next.copyMemory(from: base, byteCount: bytes.count)
        next += bytes.count
    }

    /// Writes a text without its quotation marks, of ``JSONText/escapedLength(_:)`` bytes.
    mutating func write(_ text: String, escapedLength: Int) {
        let bytes = text.utf8.span.bytes
        guard escapedLength != bytes.byteCount else {
            return bytes.withUnsafeBytes { write($0) }
        }
        var start = 0
        // What is still to be written is at least as long as what is still to be read, so a whole word fits.
        while start &+ 8 <= bytes.byteCount {
            let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self)
            next.storeBytes(of: word, as: UInt64.self)
            let plain = EightBytes(word).firstSpecial ?? 8
            next += plain
            start &+= plain
            guard plain < 8 else { continue }
            writeEscape(bytes.unsafeLoad(fromUncheckedByteOffset: start, as: UInt8.self))
            start &+= 1
        }
        while start < bytes.byteCount {
            let byte = bytes.unsafeLoad(fromUncheckedByteOffset: start, as: UInt8.self)
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                writeEscape(byte)
            } else {
                next.storeBytes(of: byte, as: UInt8.self)
                next += 1
            }
            start &+= 1
        }
    }

    @inline(__always)
    private mutating func writeEscape(_ byte: UInt8) {
        guard byte >= 0x20 else { return writeControl(byte) }
        // A quotation mark or a reverse solidus, behind another one.
        next.storeBytes(of: (UInt16(byte) << 8 | UInt16(UInt8(ascii: "\\"))).littleEndian, as: UInt16.self)
        next += 2
    }

    private mutating func writeControl(_ byte: UInt8) {
        switch byte {
        case 0x08: write(#"\b"#)
        case 0x09: write(#"\t"#)
        case 0x0A: write(#"\n"#)
        case 0x0C: write(#"\f"#)
        case 0x0D: write(#"\r"#)
        default:
            write(#"\u00"#)
            write(byte >> 4 == 0 ? "0" : "1")
            let digit = byte & 0xF
            next.storeBytes(of: digit &+ (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10), as: UInt8.self)
            next += 1
        }
    }

    /// Writes a number of `length` decimal digits, two at a time.
    mutating func write(_ value: UInt64, length: Int) {
        var (rest, offset) = (value, length)
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            offset &-= 2
            storePair(pair, at: offset)
            rest = quotient
        }
        if rest >= 10 {
            storePair(rest, at: offset &- 2)
        } else {
            next.storeBytes(
                of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest), toByteOffset: offset &- 1, as: UInt8.self)
        }
        next += length
    }

    @inline(__always)
    private func storePair(_ value: UInt64, at offset: Int) {
        let tens = (value &* 103) >> 10
        let pair = UInt16(truncatingIfNeeded: tens | (value &- tens &* 10) << 8) &+ 0x3030
        next.storeBytes(of: pair.littleEndian, toByteOffset: offset, as: UInt16.self)
    }
}
