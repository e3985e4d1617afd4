import CRabbitMQ
import EntryCodecs
import NIOCore
import TransportIO

/// What is of use in a content header frame (AMQP 0-9-1, 2.3.5.2): how long the body is, how it is written, and the message-id.
///
/// The other properties are stepped over.
struct ContentHeader {
    /// The size of the body, in bytes, as the peer claims it.
    let bodySize: UInt64
    /// How the body is written: JSON unless the content-type says protobuf or gob, because many publishers leave it out.
    let codec: EntryCodec
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
        (codec, messageID) = bytes.withUnsafeReadableBytes { bytes in
            let properties = frame.payload.dropFirst(14)
            return (Self.codec(flags, bytes, properties), Self.findMessageID(flags, bytes, properties))
        }
    }

    private static let contentTypeBit: UInt16 = 15
    private static let otherCodecs = [EntryCodec.protobuf, .gob].map {
        (contentType: Array($0.contentType.utf8), codec: $0)
    }

    /// What the content-type says, which comes first.
    private static func codec(_ flags: UInt16, _ bytes: UnsafeRawBufferPointer, _ payload: Range<Int>) -> EntryCodec {
        guard flags & (1 << contentTypeBit) != 0, flags & 1 == 0, !payload.isEmpty else { return .json }
        let start = payload.lowerBound + 1
        let end = start + Int(bytes[payload.lowerBound])
        guard end <= payload.upperBound else { return .json }
        for (contentType, codec) in otherCodecs where contentType.count == end - start {
            if bytes[start..<end].elementsEqual(contentType) { return codec }
        }
        return .json
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
