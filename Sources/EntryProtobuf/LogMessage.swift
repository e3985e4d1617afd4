public import Broker
public import NIOCore

/// An entry as a `logs.Log` message, written whole or part by part straight from the entry's texts.
public struct LogMessage {
    @usableFromInline let entry: LogEntry
    /// The length of the message, in bytes.
    public let byteCount: Int

    /// Measures the entry, so that ``byteCount`` can be written before the message.
    public init(_ entry: LogEntry) {
        var count = Self.textCount(entry.name) + Self.textCount(entry.data)
        if entry.severity != .info { count += 2 }
        if let stamp = entry.stamp {
            count += Self.textCount(stamp.run)
            if stamp.sequence != 0 { count += 1 + WindowWriter.varintCount(stamp.sequence) }
            if stamp.sentAt != 0 { count += 1 + WindowWriter.varintCount(UInt64(bitPattern: stamp.sentAt)) }
        }
        self.entry = entry
        byteCount = count
    }

    /// proto3 leaves out a field that has its default value.
    private static func textCount(_ text: String) -> Int {
        let count = text.utf8.count
        return count == 0 ? 0 : 1 + WindowWriter.varintCount(UInt64(count)) + count
    }

    /// Appends the message: ``byteCount`` bytes.
    public func write(into out: inout ByteBuffer) {
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: byteCount) { memory in
            guard let start = memory.baseAddress else { return 0 }
            var writer = WindowWriter(memory: start, skip: 0, room: byteCount)
            write(to: &writer)
            return byteCount
        }
    }

    /// Writes those of the message's bytes that lie in the writer's window.
    @inlinable @inline(__always)
    public func write(to writer: inout WindowWriter) {
        writer.text(0x0A, entry.name)
        writer.text(0x12, entry.data)
        if entry.severity != .info {
            writer.byte(0x18)
            writer.byte(entry.severity.rawValue)
        }
        guard let stamp = entry.stamp else { return }
        writer.text(0x22, stamp.run)
        if stamp.sequence != 0 {
            writer.byte(0x28)
            writer.varint(stamp.sequence)
        }
        if stamp.sentAt != 0 {
            writer.byte(0x30)
            writer.varint(UInt64(bitPattern: stamp.sentAt))
        }
    }
}
