public import NIOCore

/// The memory of half-received messages: used again, because fresh pages cost more than the copy into them.
public struct MessageBuffers {
    /// At most this much idle memory is kept.
    private static let maxIdleBytes = 32 * 1024 * 1024

    private var idle: [ByteBuffer] = []
    /// The memory that is kept for messages to come.
    public private(set) var idleBytes = 0
    /// The bytes of all half-received messages together.
    public private(set) var heldBytes = 0

    /// Creates an empty store.
    public init() {}

    /// Appends to a message's buffer, which grows by what has come and never by what a length claims.
    public mutating func append(_ part: UnsafeRawBufferPointer, to buffer: inout ByteBuffer?) {
        heldBytes += part.count
        if buffer == nil {
            buffer = idle.popLast() ?? ByteBuffer()
            idleBytes -= buffer?.capacity ?? 0
            idleBytes = max(idleBytes, 0)
        }
        buffer?.writeBytes(part)
    }

    /// Gives idle memory back: nothing is under way.
    public mutating func releaseIdle() {
        guard idleBytes > 0 else { return }
        idle = []
        idleBytes = 0
    }

    /// Takes a message's buffer back.
    public mutating func reclaim(_ buffer: inout ByteBuffer?) {
        guard var reclaimed = buffer.take() else { return }
        heldBytes -= reclaimed.readableBytes
        guard idleBytes + reclaimed.capacity <= Self.maxIdleBytes else { return }
        reclaimed.clear()
        idleBytes += reclaimed.capacity
        idle.append(reclaimed)
    }
}
