public import NIOCore

/// Where a client's DATA frames are appended, while nghttp2 is asked for what it has to send.
public struct FrameDestination: ~Copyable {
    @usableFromInline let buffer = Unguarded<UnsafeMutablePointer<ByteBuffer>?>(nil)

    /// Creates one that leads nowhere until something is sent.
    @inlinable public init() {}

    /// Appends what a session has to send.
    /// - Returns: nil, or nghttp2's error code, after which nothing can be sent.
    package func send(from session: borrowing HTTP2Session, into out: inout ByteBuffer) -> Int32? {
        withUnsafeMutablePointer(to: &out) { pointer in
            buffer.value = pointer
            defer { buffer.value = nil }
            return session.send(into: pointer)
        }
    }

    /// How many bytes have been appended, those before included.
    package var count: Int { buffer.value?.pointee.readableBytes ?? 0 }

    /// Appends a DATA frame, whose `count` bytes `write` puts where it is told; returns whether it could.
    @inlinable @inline(__always)
    public func append(
        _ frameHeader: UnsafeRawBufferPointer, _ count: Int, _ write: (UnsafeMutableRawPointer) -> Bool
    ) -> Bool {
        guard let out = buffer.value else { return false }
        var isWritten = false
        out.pointee.writeWithUnsafeMutableBytes(minimumWritableBytes: frameHeader.count + count) { memory in
            guard let start = memory.baseAddress else { return 0 }
            memory.copyMemory(from: frameHeader)
            isWritten = write(start + frameHeader.count)
            return isWritten ? frameHeader.count + count : 0
        }
        return isWritten
    }
}
