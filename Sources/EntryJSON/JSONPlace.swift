import CText

/// A place in memory where JSON is written whose length was measured before: nothing to grow, nothing to check.
struct JSONPlace {
    private var next: UnsafeMutableRawPointer

    /// - Parameter start: has room for everything that will be written, and `TEXT_SLACK` bytes more.
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
        text.utf8.span.bytes.withUnsafeBytes { bytes in
            if escapedLength == bytes.count {
                write(bytes)
            } else {
                next += json_escape(bytes.baseAddress, bytes.count, next)
            }
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
