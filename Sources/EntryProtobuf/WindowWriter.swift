/// Writes those of the bytes it is given that lie in a window, and lets the others pass.
public struct WindowWriter {
    @usableFromInline var memory: UnsafeMutableRawPointer
    @usableFromInline var skip: Int
    @usableFromInline var room: Int

    /// - Parameters:
    ///   - memory: where the window's bytes go.
    ///   - skip: how many bytes come before the window.
    ///   - room: how many bytes it has.
    @inlinable public init(memory: UnsafeMutableRawPointer, skip: Int, room: Int) {
        (self.memory, self.skip, self.room) = (memory, skip, room)
    }

    /// The number of bytes of a varint.
    @inlinable @inline(__always)
    public static func varintCount(_ value: UInt64) -> Int {
        (70 - (value | 1).leadingZeroBitCount) / 7
    }

    /// One byte.
    @inlinable @inline(__always)
    public mutating func byte(_ value: UInt8) {
        if skip > 0 {
            skip &-= 1
        } else if room > 0 {
            memory.storeBytes(of: value, as: UInt8.self)
            memory += 1
            room &-= 1
        }
    }

    /// Four bytes, the most significant first.
    @inlinable @inline(__always)
    public mutating func bigEndian(_ value: UInt32) {
        byte(UInt8(truncatingIfNeeded: value >> 24))
        byte(UInt8(truncatingIfNeeded: value >> 16))
        byte(UInt8(truncatingIfNeeded: value >> 8))
        byte(UInt8(truncatingIfNeeded: value))
    }

    /// Protocol Buffers, "Base 128 Varints".
    @inlinable @inline(__always)
    public mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            byte(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        byte(UInt8(truncatingIfNeeded: value))
    }

    /// A field of text; proto3 leaves out an empty one.
    @inlinable @inline(__always)
    public mutating func text(_ tag: UInt8, _ text: String) {
        let count = text.utf8.count
        guard count > 0 else { return }
        byte(tag)
        varint(UInt64(count))
        let copied: Void? = text.utf8.withContiguousStorageIfAvailable { bytes(UnsafeRawBufferPointer($0)) }
        if copied == nil { Array(text.utf8).withUnsafeBytes { bytes($0) } }
    }

    /// Bytes as they are.
    @inlinable @inline(__always)
    public mutating func bytes(_ source: UnsafeRawBufferPointer) {
        let passed = min(skip, source.count)
        skip &-= passed
        let taken = min(room, source.count &- passed)
        guard taken > 0, let start = source.baseAddress else { return }
        memory.copyMemory(from: start + passed, byteCount: taken)
        memory += taken
        room &-= taken
    }
}
