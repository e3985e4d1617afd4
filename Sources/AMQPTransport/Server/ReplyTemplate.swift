import Broker
import CRabbitMQ
import EntryJSON
import NIOCore

/// The answers to one who asks for them: messages to the queue that its reply-to names, by way of the default exchange.
///
/// Encoded once for each who asks, because from one answer to the next only the correlation id changes.
struct ReplyTemplate {
    private static let contentType = "application/json"
    /// What of a reason fits every frame, whatever JSON makes of it.
    private static let maxReasonCharacters = 256

    private let replyTo: [UInt8]
    private let correlationBytes: Int
    /// The basic.publish frame and the content header frame.
    private let head: ByteBuffer
    private let bodySizeOffset: Int
    private let correlationIDOffset: Int
    /// All of the answer to an entry that is recorded.
    private let recorded: ByteBuffer

    /// Makes the answers to one whose reply-to that is, and whose correlation ids have so many bytes.
    init(replyTo: RawSpan, correlationBytes: Int) {
        self.replyTo = replyTo.withUnsafeBytes { Array($0) }
        self.correlationBytes = correlationBytes
        let pool = AMQPPool()
        var head = ByteBuffer()
        var publish = amqp_basic_publish_t()
        publish.routing_key = pool.bytes(self.replyTo)
        head.writeMethod(AMQP_BASIC_PUBLISH_METHOD, publish)
        // Not mandatory: who has gone is not waited for.
        bodySizeOffset = head.writerIndex + FrameHeader.byteCount + 4
        var properties = amqp_basic_properties_t()
        properties._flags = UInt32(AMQP_BASIC_CONTENT_TYPE_FLAG)
        properties.content_type = pool.bytes(Array(Self.contentType.utf8))
        if correlationBytes > 0 {
            properties._flags |= UInt32(AMQP_BASIC_CORRELATION_ID_FLAG)
            properties.correlation_id = pool.bytes([UInt8](repeating: 0, count: correlationBytes))
        }
        head.writeContentHeader(properties)
        // The last property; behind it is the frame-end octet.
        correlationIDOffset = head.writerIndex - 1 - correlationBytes
        self.head = head
        var recorded = head
        Self.write(body: JSONEnvelope.logged, sizeAt: bodySizeOffset, into: &recorded)
        self.recorded = recorded
    }

    /// Whether these are the answers to one who asks so.
    func answers(_ replyTo: RawSpan, correlationBytes: Int) -> Bool {
        guard correlationBytes == self.correlationBytes, replyTo.byteCount == self.replyTo.count else { return false }
        return replyTo.withUnsafeBytes { $0.elementsEqual(self.replyTo) }
    }

    /// Appends the answer to the entry whose request has that correlation id: that it is recorded, or why it is not.
    func write(_ refusal: String?, _ correlationID: RawSpan, into out: inout ByteBuffer) {
        let start = out.writerIndex
        if let refusal {
            out.writeImmutableBuffer(head)
            let body = JSONEnvelope.failure(String(refusal.prefix(Self.maxReasonCharacters)))
            Self.write(body: body, sizeAt: start + bodySizeOffset, into: &out)
        } else {
            out.writeImmutableBuffer(recorded)
        }
        _ = correlationID.withUnsafeBytes { out.setBytes($0, at: start + correlationIDOffset) }
    }

    private static func write(body: [UInt8], sizeAt offset: Int, into out: inout ByteBuffer) {
        out.setInteger(UInt64(body.count), at: offset)
        out.writeMultipleIntegers(FrameType.body.rawValue, Negotiation.channel, UInt32(body.count))
        out.writeBytes(body)
        out.writeInteger(FrameHeader.end)
    }
}
