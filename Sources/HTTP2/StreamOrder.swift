import CNGHTTP2

/// What a client has said on which stream, known from the headers of its frames: where it has ended a stream, by END_STREAM
/// or RST_STREAM, it sends neither HEADERS nor DATA there any more, and a stream that it opens has a higher identifier than
/// those before (RFC 9113, 5.1 and 5.1.1).
///
/// nghttp2 passes over such frames once it has forgotten the stream, and cannot tell a client that breaks the rules from one
/// whose stream was reset by this side, and which may go on until it knows. The client's own frames tell.
struct StreamOrder {
    /// Where in the bytes the frame begins that the client must not send, and why it must not.
    struct Breach {
        var offset: Int
        var code: nghttp2_error_code
        var reason: String
    }

    /// How many streams that the client has not ended are kept in mind.
    static let maxOpen = 2048

    private static let prefaceBytes = 24

    /// The bytes up to the next frame: first the connection preface.
    private var rest = prefaceBytes
    /// The bytes of a frame's header that have come, where that is not all.
    private var header: UInt64 = 0
    private var headerBytes = 0
    /// Whether a header block has begun that only CONTINUATION may follow, which nghttp2 sees to.
    private var isInBlock = false
    /// The stream that was opened last.
    private var last: Int32 = -1
    /// The same while the client has not ended it, else 0.
    private var newest: Int32 = 0
    /// Those before it that the client has not ended, in order.
    private var older: [Int32] = []
    /// What is up to here and not open may have been open and was forgotten.
    private var forgotten: Int32 = 0
    /// The identifiers that were passed over last (5.1.1: closed without having been open).
    private var skipped: ClosedRange<Int32>?

    init() {}

    /// Looks at the frames that begin in `bytes`, which follow those of the call before.
    @inline(__always)
    mutating func walk(_ bytes: UnsafeRawBufferPointer) -> Breach? {
        var offset = 0
        while true {
            let passed = min(rest, bytes.count &- offset)
            offset &+= passed
            rest &-= passed
            let start = offset
            if headerBytes == 0, bytes.count &- offset >= 9 {
                header = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset &+= 8
            } else {
                guard rest == 0, takeHeader(bytes, &offset) else { return nil }
            }
            headerBytes = 0
            let stream = Int32(truncatingIfNeeded: (header & 0x7F_FFFF) << 8 | UInt64(bytes[offset]))
            offset &+= 1
            rest = Int(header >> 40)
            if let (code, reason) = judge(
                UInt8(truncatingIfNeeded: header >> 32), UInt8(truncatingIfNeeded: header >> 24), stream)
            {
                return Breach(offset: start, code: code, reason: reason)
            }
        }
    }

    /// Takes eight of the nine bytes of a header that comes in pieces; returns whether the ninth is there, too.
    private mutating func takeHeader(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> Bool {
        while headerBytes < 8, offset < bytes.count {
            header = header << 8 | UInt64(bytes[offset])
            headerBytes &+= 1
            offset &+= 1
        }
        return headerBytes == 8 && offset < bytes.count
    }

    @inline(__always)
    private mutating func judge(_ type: UInt8, _ flags: UInt8, _ stream: Int32) -> (nghttp2_error_code, String)? {
        let wasInBlock = isInBlock
        switch UInt32(type) {
        case NGHTTP2_HEADERS.rawValue:
            isInBlock = isInBlock || UInt32(flags) & NGHTTP2_FLAG_END_HEADERS.rawValue == 0
        case NGHTTP2_DATA.rawValue: break
        case NGHTTP2_CONTINUATION.rawValue:
            if UInt32(flags) & NGHTTP2_FLAG_END_HEADERS.rawValue != 0 { isInBlock = false }
            return nil
        case NGHTTP2_RST_STREAM.rawValue:
            close(stream)
            return nil
        default: return nil
        }
        // Streams of the server, and the connection itself, nghttp2 knows about.
        guard !wasInBlock, stream & 1 == 1 else { return nil }
        let ends = UInt32(flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
        if stream > last {
            if UInt32(type) == NGHTTP2_HEADERS.rawValue { open(stream, ends: ends) }
            return nil
        }
        guard stream == newest || isOlder(stream) else { return judgeClosed(stream) }
        if ends { close(stream) }
        return nil
    }

    private func judgeClosed(_ stream: Int32) -> (nghttp2_error_code, String)? {
        if stream <= forgotten { return nil }
        if let skipped, skipped.contains(stream) {
            return (NGHTTP2_PROTOCOL_ERROR, "stream \(stream) comes behind stream \(last)")
        }
        return (NGHTTP2_STREAM_CLOSED, "stream \(stream) has ended")
    }

    @inline(__always)
    private mutating func open(_ stream: Int32, ends: Bool) {
        if stream &- last > 2 { skipped = last &+ 2...stream &- 2 }
        if newest != 0 { keep(newest) }
        newest = ends ? 0 : stream
        last = stream
    }

    private mutating func keep(_ stream: Int32) {
        if older.count == Self.maxOpen {
            forgotten = older[Self.maxOpen / 2 - 1]
            older.removeFirst(Self.maxOpen / 2)
        }
        older.append(stream)
    }

    @inline(__always)
    private mutating func close(_ stream: Int32) {
        if stream == newest {
            newest = 0
        } else if case let index = olderIndex(of: stream), index < older.count, older[index] == stream {
            older.remove(at: index)
        }
    }

    private func isOlder(_ stream: Int32) -> Bool {
        let index = olderIndex(of: stream)
        return index < older.count && older[index] == stream
    }

    /// Where among the older ones the stream is, or would be.
    private func olderIndex(of stream: Int32) -> Int {
        var (low, high) = (0, older.count)
        while low < high {
            let middle = (low &+ high) / 2
            if older[middle] < stream { low = middle &+ 1 } else { high = middle }
        }
        return low
    }
}
