import Glibc
package import NIOCore

/// What a socket is to say: collected in one buffer during a tick of the event loop, written with one flush.
///
/// A class, because a write that fails closes the socket at once, and the handler is told before the write returns.
final class SocketOutput {
    /// Where engines append.
    var buffer: ByteBuffer
    /// The socket, where it can be written to without the channel; else -1.
    private(set) var socket: CInt = -1
    /// The channel was given what the socket did not take at once.
    private var channelMayHold = false
    /// The peer has reset the connection, which the channel tells of in the next tick; what was written was not taken.
    private(set) var hasFailed = false
    /// All that the channel was given to write.
    private(set) var givenBytes = 0
    /// The memory that is kept for what is said next.
    private let maxIdleBytes: Int

    init(allocator: ByteBufferAllocator, maxIdleBytes: Int = 4 * 1024 * 1024) {
        self.maxIdleBytes = maxIdleBytes
        // It grows to what the connection says at once, which a thousand idle ones need no memory for.
        buffer = allocator.buffer(capacity: 0)
    }

    /// From now on, what the socket takes at once goes past the channel, which has about 0.6 us of work with each write.
    ///
    /// Only for a pipeline whose one handler is the one that writes: a handler for TLS, say, has to see what is written.
    func writeToSocket(of context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        let socket = try? pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
        self.socket = socket.flatMap { $0 } ?? -1
    }

    /// Writes what was collected.
    ///
    /// The buffer's memory is used again as soon as the socket has taken all of it.
    func flush(to context: ChannelHandlerContext) {
        guard buffer.readableBytes > 0 else { return }
        let taking = socketTakes(context)
        if taking == .all { return clear() }
        var written = ByteBuffer()
        swap(&buffer, &written)
        channelMayHold = true
        givenBytes &+= written.readableBytes
        if taking == .failed {
            // The channel closes the socket as soon as its write fails, too, and this may be within its telling of the peer's
            // end, which it then goes on with, on a socket that it has closed. (Over TLS, where the channel writes, it still may.)
            hasFailed = true
            let channel = context.channel
            context.eventLoop.assumeIsolated().execute { channel.writeAndFlush(written, promise: nil) }
            return
        }
        context.writeAndFlush(NIOAny(written), promise: nil)
        guard buffer.capacity == 0 else { return }
        swap(&buffer, &written)
        clear()
    }

    private func clear() {
        // A long message's memory is not kept for short ones.
        if buffer.capacity > maxIdleBytes { buffer = ByteBuffer() } else { buffer.clear() }
    }

    /// How many bytes wait to be written.
    func waitingBytes(_ context: ChannelHandlerContext) -> Int {
        guard channelMayHold else { return buffer.readableBytes }
        let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        channelMayHold = waiting > 0
        return buffer.readableBytes + waiting
    }

    /// Whether the peer has ended its side, or has said something, that the event loop has not told of yet.
    func peerHasSpoken() -> Bool {
        guard socket >= 0 else { return false }
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, CInt(MSG_PEEK) | CInt(MSG_DONTWAIT))
        return count >= 0 || (errno != EAGAIN && errno != EINTR)
    }

    /// How much the socket has taken of what it was given.
    private enum Taking {
        case all
        /// The channel has to write what is left in the buffer.
        case notAll
        /// None, and it never will, as the peer has reset it: the channel has to tell of that.
        case failed
    }

    /// Writes to the socket what it takes at once.
    private func socketTakes(_ context: ChannelHandlerContext) -> Taking {
        let channel = context.channel
        // The number of a closed socket may already be another's.
        guard socket >= 0, channel.isActive else { return .notAll }
        if channelMayHold {
            guard (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) == 0 else { return .notAll }
            channelMayHold = false
        }
        let taken = buffer.withUnsafeReadableBytes { bytes in
            Glibc.send(socket, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        }
        if taken == buffer.readableBytes { return .all }
        if taken < 0, errno == EPIPE || errno == ECONNRESET { return .failed }
        buffer.moveReaderIndex(forwardBy: max(taken, 0))
        return .notAll
    }
}

/// What a socket has received and its engine has not yet taken: an incomplete message.
package struct SocketInput {
    private var rest: ByteBuffer?

    package init() {}

    /// The number of bytes that wait for more.
    var restBytes: Int { rest?.readableBytes ?? 0 }

    /// Keeps what has come for later.
    mutating func add(_ bytes: consuming ByteBuffer) {
        take(bytes) { _ in }
    }

    /// Gives away what was left behind; nil if that is nothing.
    mutating func takeRest() -> ByteBuffer? {
        rest.take()
    }

    /// Gives `read` what was left behind together with what has come, and keeps what it leaves.
    package mutating func take<Failure: Error>(
        _ bytes: consuming ByteBuffer, _ read: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        guard var joined = rest.take() else {
            try read(&bytes)
            if bytes.readableBytes > 0 { rest = bytes }
            return
        }
        // Moving what is left pays only when it is the smaller part: an engine may take little at a time.
        if joined.readerIndex > joined.readableBytes { joined.discardReadBytes() }
        joined.writeBuffer(&bytes)
        try read(&joined)
        if joined.readableBytes > 0 { rest = joined }
    }
}
