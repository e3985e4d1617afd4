import CRabbitMQ
import EntryCodecs
import NIOCore
import TransportIO

/// What is of use in a content header frame (AMQP 0-9-1, 2.3.5.2): how long the body is, how it is written, and the properties
/// by which messages are told apart and answered.
///
/// The other properties are stepped over.
struct ContentHeader {
    /// The size of the body, in bytes, as the peer claims it.
    let bodySize: UInt64
    /// How the body is written: JSON unless the content-type says protobuf or gob, because many publishers leave it out.
    let codec: EntryCodec
    /// Where the properties that are texts lie in the frame.
    private let texts: Texts

    /// Where texts lie in the frame; nil if there is none, or the properties before it are malformed.
    ///
    /// RabbitMQ passes on properties as a publisher wrote them, so that malformed ones are no reason to give up the
    /// connection: the message would only come again.
    private struct Texts {
        var correlationID: Range<Int>?
        var replyTo: Range<Int>?
        var messageID: Range<Int>?
    }

    /// What a reply says for its request to be found; nil if there is none.
    var correlationID: Range<Int>? { texts.correlationID }
    /// Where to send a reply; nil if nobody asks for one.
    var replyTo: Range<Int>? { texts.replyTo }
    /// What tells the message from others; nil if there is none.
    var messageID: Range<Int>? { texts.messageID }

    /// Reads the header frame at the start of `bytes`.
    init(_ frame: FrameHeader, _ bytes: ByteBuffer) throws(ProtocolError) {
        let start = bytes.readerIndex + FrameHeader.byteCount
        guard frame.size >= 14,
            let (classID, _, bodySize, flags) = bytes.getMultipleIntegers(
                at: start, as: (UInt16, UInt16, UInt64, UInt16).self),
            classID == UInt16(AMQP_BASIC_CLASS)
        else { throw ProtocolError("it sent a malformed content header (AMQP 0-9-1, 2.3.5.2)") }
        self.bodySize = bodySize
        (codec, texts) = bytes.withUnsafeReadableBytes { bytes in
            let properties = frame.payload.dropFirst(14)
            return (Self.codec(flags, bytes, properties), Self.findTexts(flags, bytes, properties))
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

    /// Steps over the properties up to the message-id, in the order of their flags (AMQP 0-9-1, 1.8): the highest bit first.
    private static func findTexts(
        _ flags: UInt16, _ bytes: UnsafeRawBufferPointer, _ payload: Range<Int>
    ) -> Texts {
        var texts = Texts()
        // Bit 0 says that another word of flags follows; none is defined.
        guard flags & 1 == 0 else { return texts }
        var place = PropertyPlace(bytes: bytes, offset: payload.lowerBound, end: payload.upperBound)
        if flags & 1 << 15 != 0 { place.stepOverText() }  // content-type
        if flags & 1 << 14 != 0 { place.stepOverText() }  // content-encoding
        if flags & 1 << 13 != 0 { place.stepOverTable() }  // headers
        if flags & 1 << 12 != 0 { place.offset += 1 }  // delivery-mode
        if flags & 1 << 11 != 0 { place.offset += 1 }  // priority
        if flags & 1 << 10 != 0 { texts.correlationID = place.text() }
        if flags & 1 << 9 != 0 { texts.replyTo = place.text() }
        if flags & 1 << 8 != 0 { place.stepOverText() }  // expiration
        if flags & 1 << 7 != 0 { texts.messageID = place.text() }
        return texts
    }
}

/// A place among the properties of a content header; behind their end there is nothing.
private struct PropertyPlace {
    let bytes: UnsafeRawBufferPointer
    var offset: Int
    let end: Int

    /// Steps over a short string (4.2.5.3).
    mutating func stepOverText() {
        guard offset < end else { return }
        offset += 1 + Int(bytes[offset])
    }

    /// Steps over a field table (4.2.5.5).
    mutating func stepOverTable() {
        guard offset + 4 <= end else { return offset = end }
        offset += 4 + Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    /// Steps over a short string that is of use; nil where it is empty, or not all there.
    mutating func text() -> Range<Int>? {
        guard offset < end else { return nil }
        let text = (offset + 1)..<(offset + 1 + Int(bytes[offset]))
        offset = text.upperBound
        return offset <= end && !text.isEmpty ? text : nil
    }
}
