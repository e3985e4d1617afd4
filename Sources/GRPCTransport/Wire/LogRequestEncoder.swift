import Broker

/// Writes an entry as a `logs.LogRequest` behind its message prefix, whole or part by part.
///
/// A large message leaves in many DATA frames; each takes its part straight from the entry's texts, so that no second
/// copy of the message exists.
struct LogRequestEncoder {
    /// gRPC over HTTP2, "Length-Prefixed-Message": a flag byte and four bytes of length.
    static let prefixCount = 5
    /// The bytes of a request that are not name or data: at most this many.
    static let maxOverhead = 64 + EntryLimits.maxRunIDBytes

    private static let nameTag: UInt8 = 0x0A
    private static let dataTag: UInt8 = 0x12
    private static let severityTag: UInt8 = 0x18
    private static let runTag: UInt8 = 0x22
    private static let sequenceTag: UInt8 = 0x28
    private static let sentAtTag: UInt8 = 0x30

    private let entry: LogEntry
    /// The length of the `Log` message.
    private let logCount: Int
    /// The length of the `LogRequest` with its prefix.
    let count: Int
    /// How many bytes of it were written.
    private(set) var written = 0

    /// How many bytes are left.
    var rest: Int { count &- written }

    init(_ entry: LogEntry) {
        var log = Self.fieldCount(entry.name.utf8.count) + Self.fieldCount(entry.data.utf8.count)
        if entry.severity != .info { log += 2 }
        if let stamp = entry.stamp {
            log += Self.fieldCount(stamp.run.utf8.count)
            if stamp.sequence != 0 { log += 1 + varintCount(stamp.sequence) }
            if stamp.sentAt != 0 { log += 1 + varintCount(UInt64(bitPattern: stamp.sentAt)) }
        }
        self.entry = entry
        logCount = log
        count = Self.prefixCount + 1 + varintCount(UInt64(log)) + log
    }

    /// The length of a text field; proto3 leaves out a field that has its default value.
    private static func fieldCount(_ text: Int) -> Int {
        text == 0 ? 0 : 1 + varintCount(UInt64(text)) + text
    }

    /// Writes the next `partCount` bytes of the message, of which there must be as many, to `memory`.
    mutating func write(_ partCount: Int, to memory: UnsafeMutableRawPointer) {
        var writer = WindowWriter(memory: memory, skip: written, room: partCount)
        written &+= partCount
        writer.byte(0)
        writer.bigEndian(UInt32(truncatingIfNeeded: count - Self.prefixCount))
        writer.byte(0x0A)
        writer.varint(UInt64(logCount))
        writer.text(Self.nameTag, entry.name)
        writer.text(Self.dataTag, entry.data)
        if entry.severity != .info {
            writer.byte(Self.severityTag)
            writer.byte(entry.severity.rawValue)
        }
        guard let stamp = entry.stamp else { return }
        writer.text(Self.runTag, stamp.run)
        if stamp.sequence != 0 {
            writer.byte(Self.sequenceTag)
            writer.varint(stamp.sequence)
        }
        if stamp.sentAt != 0 {
            writer.byte(Self.sentAtTag)
            writer.varint(UInt64(bitPattern: stamp.sentAt))
        }
    }
}

/// The number of bytes of a varint.
@inline(__always)
private func varintCount(_ value: UInt64) -> Int {
    (70 - (value | 1).leadingZeroBitCount) / 7
}

/// Writes those of the bytes it is given that lie in a window, and lets the others pass.
private struct WindowWriter {
    var memory: UnsafeMutableRawPointer
    var skip: Int
    var room: Int

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        if skip > 0 {
            skip &-= 1
        } else if room > 0 {
            memory.storeBytes(of: value, as: UInt8.self)
            memory += 1
            room &-= 1
        }
    }

    @inline(__always)
    mutating func bigEndian(_ value: UInt32) {
        byte(UInt8(truncatingIfNeeded: value >> 24))
        byte(UInt8(truncatingIfNeeded: value >> 16))
        byte(UInt8(truncatingIfNeeded: value >> 8))
        byte(UInt8(truncatingIfNeeded: value))
    }

    @inline(__always)
    mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            byte(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        byte(UInt8(truncatingIfNeeded: value))
    }

    @inline(__always)
    mutating func text(_ tag: UInt8, _ text: String) {
        let count = text.utf8.count
        guard count > 0 else { return }
        byte(tag)
        varint(UInt64(count))
        let copied: Void? = text.utf8.withContiguousStorageIfAvailable { bytes(UnsafeRawBufferPointer($0)) }
        if copied == nil { Array(text.utf8).withUnsafeBytes { bytes($0) } }
    }

    @inline(__always)
    mutating func bytes(_ source: UnsafeRawBufferPointer) {
        let passed = min(skip, source.count)
        skip &-= passed
        let taken = min(room, source.count &- passed)
        guard taken > 0, let start = source.baseAddress else { return }
        memory.copyMemory(from: start + passed, byteCount: taken)
        memory += taken
        room &-= taken
    }
}
