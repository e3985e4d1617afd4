import NIOCore

/// What a socket is to say: collected in one buffer during a tick of the event loop, written with one flush.
///
/// A class, because a write that fails closes the socket at once, and the handler is told before the write returns.
final class SocketOutput {
    /// Where engines append.
    var buffer: ByteBuffer

    init(allocator: ByteBufferAllocator) {
        buffer = allocator.buffer(capacity: 16 * 1024)
    }

    /// Writes what was collected.
    ///
    /// The buffer's memory is used again as soon as the socket has taken all of it.
    func flush(to context: ChannelHandlerContext) {
        guard buffer.readableBytes > 0 else { return }
        var written = ByteBuffer()
        swap(&buffer, &written)
        context.writeAndFlush(NIOAny(written), promise: nil)
        guard buffer.capacity == 0 else { return }
        written.clear()
        swap(&buffer, &written)
    }
}

/// What a socket has received and its engine has not yet taken: an incomplete message.
struct SocketInput {
    private var rest: ByteBuffer?

    /// The number of bytes that wait for more.
    var restBytes: Int { rest?.readableBytes ?? 0 }

    /// Gives `read` what was left behind together with what has come, and keeps what it leaves.
    mutating func take<Failure: Error>(
        _ bytes: consuming ByteBuffer, _ read: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        guard var joined = rest.take() else {
            try read(&bytes)
            if bytes.readableBytes > 0 { rest = bytes }
            return
        }
        joined.discardReadBytes()
        joined.writeBuffer(&bytes)
        try read(&joined)
        if joined.readableBytes > 0 { rest = joined }
    }
}
