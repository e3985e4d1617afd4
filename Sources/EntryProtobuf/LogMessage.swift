package import Broker
package import NIOCore

/// An entry as a `logs.Log` message, straight into an outgoing buffer.
package struct LogMessage {
    private let entry: LogEntry
    /// The length of the message, in bytes.
    package let byteCount: Int

    /// Measures the entry, so that ``byteCount`` can be written before the message.
    package init(_ entry: LogEntry) {
        var count = Self.textCount(entry.name) + Self.textCount(entry.data)
        if entry.severity != .info { count += 2 }
        if let stamp = entry.stamp {
            count += Self.textCount(stamp.run)
            if stamp.sequence != 0 { count += 1 + Self.varintCount(stamp.sequence) }
            if stamp.sentAt != 0 { count += 1 + Self.varintCount(UInt64(bitPattern: stamp.sentAt)) }
        }
        self.entry = entry
        byteCount = count
    }

    /// proto3 leaves out a field that has its default value.
    private static func textCount(_ text: String) -> Int {
        let count = text.utf8.count
        return count == 0 ? 0 : 1 + varintCount(UInt64(count)) + count
    }

    private static func varintCount(_ value: UInt64) -> Int {
        (70 - (value | 1).leadingZeroBitCount) / 7
    }

    /// Appends the message: ``byteCount`` bytes.
    package func write(into out: inout ByteBuffer) {
        out.reserveCapacity(minimumWritableBytes: byteCount)
        Self.write(0x0A, entry.name, into: &out)
        Self.write(0x12, entry.data, into: &out)
        if entry.severity != .info { out.writeMultipleIntegers(UInt8(0x18), entry.severity.rawValue) }
        guard let stamp = entry.stamp else { return }
        Self.write(0x22, stamp.run, into: &out)
        if stamp.sequence != 0 { Self.write(0x28, stamp.sequence, into: &out) }
        if stamp.sentAt != 0 { Self.write(0x30, UInt64(bitPattern: stamp.sentAt), into: &out) }
    }

    private static func write(_ tag: UInt8, _ text: String, into out: inout ByteBuffer) {
        let count = text.utf8.count
        guard count > 0 else { return }
        write(tag, UInt64(count), into: &out)
        out.writeString(text)
    }

    private static func write(_ tag: UInt8, _ varint: UInt64, into out: inout ByteBuffer) {
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: 11) { memory in
            memory[0] = tag
            var (rest, count) = (varint, 1)
            while rest >= 0x80 {
                memory[count] = UInt8(truncatingIfNeeded: rest) | 0x80
                rest >>= 7
                count &+= 1
            }
            memory[count] = UInt8(truncatingIfNeeded: rest)
            return count &+ 1
        }
    }
}
