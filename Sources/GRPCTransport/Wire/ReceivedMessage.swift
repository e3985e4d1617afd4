import NIOCore

/// One length-prefixed message as it comes in DATA frames: gRPC over HTTP2, "Length-Prefixed-Message".
///
/// The usual message lies in one frame and is read where it lies, in the receive buffer. It is copied only when more of
/// it is to come.
struct ReceivedMessage {
    /// Why what came is not one whole uncompressed message.
    enum Defect: Equatable {
        case badFlag(UInt8)
        case tooLarge(Int)
        case tooLong
        case truncated
        case missing
    }

    /// The bytes in the receive buffer, valid until the engine has dispatched what was received.
    private var borrowed = UnsafeRawBufferPointer(start: nil, count: 0)
    private var owned: ByteBuffer?
    private var length: Int?
    private(set) var isCompressed = false

    /// The bytes that have been copied.
    var ownedCount: Int { owned?.readableBytes ?? 0 }
    /// Whether bytes in the receive buffer are referred to.
    var isBorrowing: Bool { borrowed.count > 0 }

    private var count: Int { borrowed.count &+ ownedCount }

    /// Takes a part of the message.
    /// - Returns: what is wrong, or nil.
    mutating func append(
        _ part: UnsafeRawBufferPointer, maxLength: Int, buffers: inout MessageBuffers
    ) -> Defect? {
        if count == 0 {
            borrowed = part
        } else {
            own(&buffers)
            buffers.append(part, to: &owned)
        }
        if length == nil, count >= LogRequestEncoder.prefixCount {
            if let defect = readPrefix(maxLength) { return defect }
        }
        if let length, count > length &+ LogRequestEncoder.prefixCount { return .tooLong }
        return nil
    }

    private mutating func readPrefix(_ maxLength: Int) -> Defect? {
        let prefix = withBytes { bytes in
            (bytes[0], UInt32(bytes[1]) << 24 | UInt32(bytes[2]) << 16 | UInt32(bytes[3]) << 8 | UInt32(bytes[4]))
        }
        guard prefix.0 <= 1 else { return .badFlag(prefix.0) }
        guard prefix.1 <= UInt32(clamping: maxLength) else { return .tooLarge(Int(prefix.1)) }
        isCompressed = prefix.0 == 1
        length = Int(prefix.1)
        return nil
    }

    /// What is wrong with the message now that nothing more will come, or nil.
    var defectAtEnd: Defect? {
        guard let length else { return count == 0 ? .missing : .truncated }
        return count < length &+ LogRequestEncoder.prefixCount ? .truncated : nil
    }

    /// Reads the bytes behind the prefix, of a message without a defect.
    @inline(__always)
    func read<R>(_ body: (RawSpan) -> R) -> R {
        withBytes { body($0.bytes.extracting(droppingFirst: LogRequestEncoder.prefixCount)) }
    }

    @inline(__always)
    private func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if let owned { return owned.withUnsafeReadableBytes(body) }
        return body(borrowed)
    }

    /// Copies what lies in the receive buffer, which is about to be reused.
    mutating func own(_ buffers: inout MessageBuffers) {
        guard borrowed.count > 0 else { return }
        buffers.append(borrowed, to: &owned)
        borrowed = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Forgets the message and gives its memory back.
    mutating func clear(_ buffers: inout MessageBuffers) {
        borrowed = UnsafeRawBufferPointer(start: nil, count: 0)
        length = nil
        isCompressed = false
        if owned != nil { buffers.reclaim(&owned) }
    }
}

/// The memory of half-received messages: used again, because fresh pages cost more than the copy into them.
struct MessageBuffers {
    /// At most this much idle memory is kept.
    private static let maxIdleBytes = 32 * 1024 * 1024

    private var idle: [ByteBuffer] = []
    private var idleBytes = 0
    /// The bytes of all half-received messages together.
    private(set) var heldBytes = 0

    /// Appends to a message's buffer, which grows by what has come and never by what a length claims.
    mutating func append(_ part: UnsafeRawBufferPointer, to buffer: inout ByteBuffer?) {
        heldBytes += part.count
        if buffer == nil {
            buffer = idle.popLast() ?? ByteBuffer()
            idleBytes -= buffer?.capacity ?? 0
            idleBytes = max(idleBytes, 0)
        }
        buffer?.writeBytes(part)
    }

    /// Takes a message's buffer back.
    mutating func reclaim(_ buffer: inout ByteBuffer?) {
        guard var reclaimed = buffer.take() else { return }
        heldBytes -= reclaimed.readableBytes
        guard idleBytes + reclaimed.capacity <= Self.maxIdleBytes else { return }
        reclaimed.clear()
        idleBytes += reclaimed.capacity
        idle.append(reclaimed)
    }
}
