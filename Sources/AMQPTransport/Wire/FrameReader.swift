import NIOCore
import TransportIO

/// The frame types of AMQP 0-9-1 (2.3.5).
enum FrameType: UInt8 {
    case method = 1
    case header = 2
    case body = 3
    case heartbeat = 8
}

/// The first seven bytes of a frame that has been received completely.
struct FrameHeader {
    /// The bytes before the payload: type, channel, size.
    static let byteCount = 7
    /// The bytes of a frame that are not its payload: the header and the frame-end octet.
    static let overhead = 8
    /// The frame-end octet.
    static let end: UInt8 = 0xCE

    var type: FrameType
    var channel: UInt16
    /// The size of the payload, in bytes.
    var size: Int

    var totalBytes: Int { size + Self.overhead }
    var payload: Range<Int> { Self.byteCount..<(Self.byteCount + size) }
}

/// Checks frames before anything looks into them: type, channel, the size against frame-max, the frame-end octet.
///
/// Nothing is allocated for what a size field claims: a frame is looked at when all of it is there, and its size is
/// bounded by what was negotiated.
struct FrameReader {
    /// The largest frame that the peer may send, overhead included.
    var frameMax = Negotiation.defaultFrameMax
    /// The highest channel that is in use.
    var channelMax = Negotiation.channel
    /// Whether the peer has shown that it speaks AMQP.
    var hasSeenFrame = false

    /// The header of the first frame in `bytes`, or nil while it is incomplete.
    mutating func peek(_ bytes: ByteBuffer) throws(ProtocolError) -> FrameHeader? {
        let start = bytes.readerIndex
        if !hasSeenFrame { try Self.checkFirstBytes(bytes) }
        guard
            let (rawType, channel, size) = bytes.getMultipleIntegers(
                at: start, as: (UInt8, UInt16, UInt32).self)
        else { return nil }
        guard let type = FrameType(rawValue: rawType) else {
            throw ProtocolError("it sent a frame of the unknown type \(rawType) (AMQP 0-9-1, 2.3.5)")
        }
        guard size <= frameMax - UInt32(FrameHeader.overhead) else {
            throw ProtocolError("it sent a frame of \(size) bytes; frame-max is \(frameMax)")
        }
        let isInPlace =
            switch type {
            case .method: channel <= channelMax
            case .header, .body: channel > 0 && channel <= channelMax
            case .heartbeat: channel == 0
            }
        guard isInPlace else { throw ProtocolError("it sent a frame on channel \(channel), where it has no place") }
        let header = FrameHeader(type: type, channel: channel, size: Int(size))
        guard bytes.readableBytes >= header.totalBytes else { return nil }
        let end: UInt8? = bytes.getInteger(at: start + header.totalBytes - 1)
        guard end == FrameHeader.end else {
            throw ProtocolError("it sent a frame without the frame-end octet (AMQP 0-9-1, 4.2.3)")
        }
        hasSeenFrame = true
        return header
    }

    /// Says what the peer speaks when it is not AMQP 0-9-1.
    private static func checkFirstBytes(_ bytes: ByteBuffer) throws(ProtocolError) {
        guard let first: UInt8 = bytes.getInteger(at: bytes.readerIndex), first != FrameType.method.rawValue else {
            return
        }
        if first == 0x15 || first == 0x16 {
            throw ProtocolError("it speaks TLS; give the port of its plain listener, usually 5672")
        }
        guard let head = bytes.getString(at: bytes.readerIndex, length: 4) else { return }
        switch head {
        case "HTTP":
            throw ProtocolError(
                "it speaks HTTP, not AMQP; give RabbitMQ's AMQP port, usually 5672 (15672 is its web page)")
        case "AMQP":
            guard let version = bytes.getBytes(at: bytes.readerIndex + 4, length: 4) else { return }
            let numbers = version.map(String.init).joined(separator: "-")
            throw ProtocolError("it does not speak AMQP 0-9-1 (it offers AMQP \(numbers)); give RabbitMQ's AMQP port")
        default:
            throw ProtocolError("it does not speak AMQP 0-9-1; give RabbitMQ's AMQP port, usually 5672")
        }
    }
}
