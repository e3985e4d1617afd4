import CZlib

/// The container of zlib (RFC 1950) around stored blocks (RFC 1951, 3.2.4).
///
/// It is what readers of compressed histograms expect, without a compressor. A latency histogram has one or two kilobytes. What
/// others have packed is read as well.
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

    /// The most bytes that a container may have in it; a histogram has some 200,000 at most.
    private static let longest = 1 << 20

    /// The bytes in a container, compressed or not; nil where it is damaged, or has more than a histogram.
    static func unpack(_ packed: [UInt8]) -> [UInt8]? {
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: longest) { buffer, count in
            var length = uLongf(buffer.count)
            isWhole = uncompress(buffer.baseAddress, &length, packed, uLong(packed.count)) == Z_OK
            count = isWhole ? Int(length) : 0
        }
        return isWhole ? bytes : nil
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
