import NIOCore

/// Cuts the DATA of a stream into messages: gRPC over HTTP2, "Length-Prefixed-Message".
///
/// Messages that came whole are read where they lie. What is left, a part of a message or messages that are not wanted
/// yet, is kept; it grows by what has come and never by what a length claims.
package struct MessageDeframer {
    /// Why what came cannot be messages.
    package enum Defect: Error, Equatable {
        case badFlag(UInt8)
        case tooLarge(Int)
    }

    /// The memory that is kept for the next message.
    private static let maxIdleBytes = 64 * 1024

    private var rest = ByteBuffer()

    package init() {}

    /// The bytes that are kept.
    package var restBytes: Int { rest.readableBytes }

    /// Takes a part of the stream and gives each whole message to `body`, until that returns false.
    package mutating func feed(
        _ part: UnsafeRawBufferPointer, maxLength: Int, _ body: (RawSpan, _ isCompressed: Bool) -> Bool
    ) throws(Defect) {
        guard rest.readableBytes == 0 else {
            rest.writeBytes(part)
            return try resume(maxLength: maxLength, body)
        }
        let taken = try Self.cut(part, maxLength, body)
        if taken < part.count { rest.writeBytes(part[taken...]) }
    }

    /// Takes a part of the stream while nothing is wanted.
    mutating func keep(_ part: UnsafeRawBufferPointer) {
        rest.writeBytes(part)
    }

    /// Gives those messages that were kept to `body`, until that returns false.
    package mutating func resume(maxLength: Int, _ body: (RawSpan, _ isCompressed: Bool) -> Bool) throws(Defect) {
        // Out of the way of a body that looks at the deframer.
        var bytes = ByteBuffer()
        swap(&bytes, &rest)
        defer { swap(&bytes, &rest) }
        var defect: Defect?
        let taken = bytes.withUnsafeReadableBytes { part in
            do throws(Defect) {
                return try Self.cut(part, maxLength, body)
            } catch {
                defect = error
                return 0
            }
        }
        if let defect { throw defect }
        bytes.moveReaderIndex(forwardBy: taken)
        if bytes.readableBytes > 0 {
            // Moving what is left pays only when it is the smaller part.
            if bytes.readerIndex > bytes.readableBytes { bytes.discardReadBytes() }
        } else if bytes.capacity > Self.maxIdleBytes {
            bytes = ByteBuffer()
        } else {
            bytes.clear()
        }
    }

    /// Forgets everything.
    package mutating func clear() {
        rest = ByteBuffer()
    }

    /// Returns how many bytes were taken.
    private static func cut(
        _ bytes: UnsafeRawBufferPointer, _ maxLength: Int, _ body: (RawSpan, Bool) -> Bool
    ) throws(Defect) -> Int {
        var offset = 0
        while bytes.count &- offset >= LogRequestEncoder.prefixCount {
            let flag = bytes[offset]
            guard flag <= 1 else { throw .badFlag(flag) }
            let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset &+ 1, as: UInt32.self)))
            guard length <= maxLength else { throw .tooLarge(length) }
            let end = offset &+ LogRequestEncoder.prefixCount &+ length
            guard end <= bytes.count else { break }
            let message = UnsafeRawBufferPointer(rebasing: bytes[offset &+ LogRequestEncoder.prefixCount..<end])
            offset = end
            guard body(message.bytes, flag == 1) else { break }
        }
        return offset
    }
}

extension GRPCStatus {
    /// What a call is ended with when its messages cannot be told apart.
    package init(_ defect: MessageDeframer.Defect, maxBytes: Int) {
        switch defect {
        case .badFlag(let flag): self.init(.internalError, "the message's compressed flag is \(flag), not 0 or 1")
        case .tooLarge(let length):
            self.init(.resourceExhausted, "the message has \(length) bytes; at most \(maxBytes) are taken")
        }
    }
}
