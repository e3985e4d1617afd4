/// The container of zlib (RFC 1950) around stored blocks (RFC 1951, 3.2.4).
///
/// It is what readers of compressed histograms expect, without a compressor. A latency histogram has one or two kilobytes.
enum Zlib {
    private static let largestBlock = 65_535

    /// The bytes in a container.
    static func store(_ bytes: [UInt8]) -> [UInt8] {
        // 0x78: deflate, a window of 32 KiB; 0x01 makes the two a multiple of 31.
        var packed: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(bytes.count, start + largestBlock)
            let count = UInt16(end - start)
            packed.append(end == bytes.count ? 1 : 0)
            for number in [count, ~count] { packed += [UInt8(number & 0xFF), UInt8(number >> 8)] }
            packed += bytes[start..<end]
            start = end
        } while start < bytes.count
        let sum = adler32(bytes)
        for shift in [24, 16, 8, 0] { packed.append(UInt8(sum >> UInt32(shift) & 0xFF)) }
        return packed
    }

    /// The bytes in a container of stored blocks; nil where it has others, or its checksum is wrong.
    static func unstore(_ packed: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var place = 2
        var isLast = false
        while !isLast {
            guard place + 5 <= packed.count, packed[place] & 0xFE == 0 else { return nil }
            isLast = packed[place] == 1
            let count = Int(packed[place + 1]) | Int(packed[place + 2]) << 8
            place += 5
            guard place + count <= packed.count else { return nil }
            bytes += packed[place..<place + count]
            place += count
        }
        guard place + 4 <= packed.count else { return nil }
        let sum = packed[place..<place + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return sum == adler32(bytes) ? bytes : nil
    }

    /// RFC 1950, 8.2.
    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }
}
