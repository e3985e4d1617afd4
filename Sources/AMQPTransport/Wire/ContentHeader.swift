import CRabbitMQ
import NIOCore
import TransportIO

/// What is of use in a content header frame (AMQP 0-9-1, 2.3.5.2): how long the body is, and the message-id.
///
/// The other properties are stepped over: a body is an entry in JSON whatever its content type says.
struct ContentHeader {
    /// The size of the body, in bytes, as the peer claims it.
    let bodySize: UInt64
    /// Where the message-id lies in the frame; nil if there is none, or the properties are malformed.
    ///
    /// RabbitMQ passes on properties as a publisher wrote them, so that malformed ones are no reason to give up the
    /// connection: the message would only come again.
    let messageID: Range<Int>?

    /// Reads the header frame at the start of `bytes`.
    init(_ frame: FrameHeader, _ bytes: ByteBuffer) throws(ProtocolError) {
        let start = bytes.readerIndex + FrameHeader.byteCount
        guard frame.size >= 14,
            let (classID, _, bodySize, flags) = bytes.getMultipleIntegers(
                at: start, as: (UInt16, UInt16, UInt64, UInt16).self),
            classID == UInt16(AMQP_BASIC_CLASS)
        else { throw ProtocolError("it sent a malformed content header (AMQP 0-9-1, 2.3.5.2)") }
        self.bodySize = bodySize
        messageID = bytes.withUnsafeReadableBytes { Self.findMessageID(flags, $0, frame.payload.dropFirst(14)) }
    }

    /// The properties that may come before the message-id (AMQP 0-9-1, 1.8), with the bit that says so.
    private static let before: [(bit: UInt16, kind: Kind)] = [
        (15, .shortString), (14, .shortString), (13, .table), (12, .octet), (11, .octet), (10, .shortString),
        (9, .shortString), (8, .shortString),
    ]
    private static let messageIDBit: UInt16 = 7

    private enum Kind {
        case shortString, table, octet
    }

    private static func findMessageID(
        _ flags: UInt16, _ bytes: UnsafeRawBufferPointer, _ payload: Range<Int>
    ) -> Range<Int>? {
        // Bit 0 says that another word of flags follows; none is defined.
        guard flags & (1 << messageIDBit) != 0, flags & 1 == 0 else { return nil }
        var offset = payload.lowerBound
        for (bit, kind) in before where flags & (1 << bit) != 0 {
            switch kind {
            case .octet: offset += 1
            case .shortString:
                guard offset < payload.upperBound else { return nil }
                offset += 1 + Int(bytes[offset])
            case .table:
                guard offset + 4 <= payload.upperBound else { return nil }
                offset += 4 + Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            }
        }
        guard offset < payload.upperBound else { return nil }
        let id = (offset + 1)..<(offset + 1 + Int(bytes[offset]))
        return id.upperBound <= payload.upperBound && !id.isEmpty ? id : nil
    }
}
