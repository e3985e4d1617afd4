public import NIOCore

/// The bytes of a message as they come in DATA frames.
///
/// The usual message lies in one frame and is read where it lies, in the receive buffer. It is copied only when more of it
/// is to come.
public struct ReceivedBody {
    /// The bytes in the receive buffer, valid until the engine has dispatched what was received.
    @usableFromInline var borrowed = UnsafeRawBufferPointer(start: nil, count: 0)
    @usableFromInline var owned: ByteBuffer?

    /// Creates an empty body.
    @inlinable public init() {}

    /// How many bytes have come.
    @inlinable public var count: Int { borrowed.count &+ (owned?.readableBytes ?? 0) }

    /// Takes a part.
    @inlinable @inline(__always)
    public mutating func append(_ part: UnsafeRawBufferPointer, _ buffers: inout MessageBuffers) {
        if count == 0 {
            borrowed = part
        } else {
            own(&buffers)
            buffers.append(part, to: &owned)
        }
    }

    /// Lends the bytes.
    @inlinable @inline(__always)
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if let owned { return owned.withUnsafeReadableBytes(body) }
        return body(borrowed)
    }

    /// Copies what lies in the receive buffer, which is about to be reused.
    public mutating func own(_ buffers: inout MessageBuffers) {
        guard borrowed.count > 0 else { return }
        buffers.append(borrowed, to: &owned)
        borrowed = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Forgets the bytes and gives their memory back.
    @inlinable @inline(__always)
    public mutating func clear(_ buffers: inout MessageBuffers) {
        borrowed = UnsafeRawBufferPointer(start: nil, count: 0)
        if owned != nil { buffers.reclaim(&owned) }
    }
}
