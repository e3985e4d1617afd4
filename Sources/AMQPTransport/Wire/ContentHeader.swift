import CRabbitMQ
import NIOCore
import TransportIO

/// What is of use in a content header frame (AMQP 0-9-1, 2.3.5.2): how long the body is.
///
/// The properties behind it are not looked at: a body is an entry in JSON whatever its content type says.
struct ContentHeader {
    /// The size of the body, in bytes, as the peer claims it.
    let bodySize: UInt64

    /// Reads the header frame at the start of `bytes`.
    init(_ frame: FrameHeader, _ bytes: ByteBuffer) throws(ProtocolError) {
        let start = bytes.readerIndex + FrameHeader.byteCount
        guard frame.size >= 14,
            let (classID, _, bodySize) = bytes.getMultipleIntegers(at: start, as: (UInt16, UInt16, UInt64).self),
            classID == UInt16(AMQP_BASIC_CLASS)
        else { throw ProtocolError("it sent a malformed content header (AMQP 0-9-1, 2.3.5.2)") }
        self.bodySize = bodySize
    }
}
