import Foundation
package import Histogram

/// The V2 encoding of HdrHistogram, as all its implementations read it.
///
/// HdrHistogram/HdrHistogram, `AbstractHistogram.encodeIntoByteBuffer`: a header of 40 bytes in network order, then the
/// counts from value 0 on in ZigZag LEB128, where a negative number stands for as many empty ones.
package enum HistogramCode {
    private static let cookie: UInt32 = 0x1c84_9303 | 0x10
    private static let compressedCookie: UInt32 = 0x1c84_9304 | 0x10
    private static let digits = 3
    /// Buckets of 3 digits have 2048 counts, and each but the first uses the upper half of them: 2 to the power of this.
    private static let halfBits = 10

    /// The text of a log line: compressed, in base64.
    package static func encode(_ histogram: Histogram<UInt32>) -> String {
        var counts: [UInt8] = []
        var next = 0
        for bucket in histogram.recordedValues() {
            let index = index(of: bucket.value)
            if index > next { appendZigZag(Int64(next - index), to: &counts) }
            appendZigZag(Int64(bucket.count), to: &counts)
            next = index + 1
        }
        var bytes: [UInt8] = []
        append(cookie, to: &bytes)
        append(UInt32(counts.count), to: &bytes)
        append(UInt32(0), to: &bytes)
        append(UInt32(digits), to: &bytes)
        append(UInt64(1), to: &bytes)
        append(HistogramLog.highestLatency, to: &bytes)
        append(1.0.bitPattern, to: &bytes)
        bytes += counts
        let packed = Zlib.store(bytes)
        var whole: [UInt8] = []
        append(compressedCookie, to: &whole)
        append(UInt32(packed.count), to: &whole)
        return Data(whole + packed).base64EncodedString()
    }

    /// The histogram in a log line's text; nil where it is none of 3 digits from 1 ns up to 60 s.
    package static func decode(_ text: String) -> Histogram<UInt32>? {
        guard let data = Data(base64Encoded: text), data.count > 8 else { return nil }
        let whole = Array(data)
        guard read(whole, at: 0) == UInt64(compressedCookie),
            let bytes = Zlib.unpack(Array(whole[8...])), bytes.count >= 40,
            read(bytes, at: 0) == UInt64(cookie), read(bytes, at: 12) == UInt64(digits),
            // The lowest value that is told apart, in 8 bytes: with another one, places mean other values.
            read(bytes, at: 16) == 0, read(bytes, at: 20) == 1
        else { return nil }
        var histogram = Histogram<UInt32>(highestTrackableValue: HistogramLog.highestLatency)
        var place = 40
        var index = 0
        while place < bytes.count {
            guard let number = readZigZag(bytes, at: &place) else { return nil }
            if number < 0 {
                guard number > -1 << 32 else { return nil }
                index += Int(-number)
            } else {
                guard let count = UInt32(exactly: number), histogram.record(value(at: index), count: count) else {
                    return nil
                }
                index += 1
            }
        }
        return histogram
    }

    static func index(of value: UInt64) -> Int {
        let bucket = max(0, 64 - halfBits - 1 - value.leadingZeroBitCount)
        return (bucket << halfBits) + Int(value >> UInt64(bucket))
    }

    /// The smallest value that is counted there.
    static func value(at index: Int) -> UInt64 {
        let bucket = max(0, (index >> halfBits) - 1)
        return UInt64(index - (bucket << halfBits)) << UInt64(min(bucket, 63))
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }

    private static func read(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Seven bits a byte, lowest first, the top bit for "more"; the ninth byte has eight.
    private static func appendZigZag(_ number: Int64, to bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: (number << 1) ^ (number >> 63))
        for _ in 0..<8 {
            guard rest >= 0x80 else { break }
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func readZigZag(_ bytes: [UInt8], at place: inout Int) -> Int64? {
        var rest: UInt64 = 0
        for position in 0..<9 {
            guard place < bytes.count else { return nil }
            let byte = bytes[place]
            place += 1
            let isLast = position == 8
            rest |= UInt64(isLast ? byte : byte & 0x7F) << UInt64(7 * position)
            if isLast || byte & 0x80 == 0 { break }
        }
        return Int64(bitPattern: rest >> 1) ^ -Int64(bitPattern: rest & 1)
    }
}
