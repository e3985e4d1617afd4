import Broker
import CRabbitMQ
import EntryCodecs
import NIOCore
import TransportIO

/// What precedes the body of a published entry: the basic.publish frame and the content header frame.
///
/// Encoded once for each severity and channel, because from one entry to the next only the size of the body, the message-id
/// and the correlation id change.
struct ContentTemplate {
    private let frames: ByteBuffer
    private let channel: UInt16
    private let bodySizeOffset: Int
    private let messageIDOffset: Int
    /// Where the correlation id is; nil for messages that nobody answers.
    private let correlationIDOffset: Int?

    /// Makes the template of entries of `severity` on `channel`: mandatory, so that one that no queue takes comes back.
    init(severity: Severity, mode: PublishMode, channel: UInt16 = Negotiation.channel) {
        self.channel = channel
        let pool = AMQPPool()
        var frames = ByteBuffer()
        var publish = amqp_basic_publish_t()
        publish.exchange = pool.bytes(mode.exchange)
        publish.routing_key = pool.bytes(RoutingKey.key(severity))
        publish.mandatory = 1
        frames.writeMethod(AMQP_BASIC_PUBLISH_METHOD, publish, channel: channel)
        bodySizeOffset = frames.writerIndex + FrameHeader.byteCount + 4
        var properties = amqp_basic_properties_t()
        properties._flags = UInt32(
            AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG)
        properties.content_type = pool.bytes(mode.codec.contentType)
        properties.delivery_mode = UInt8(
            (mode.isPersistent ? AMQP_DELIVERY_PERSISTENT : AMQP_DELIVERY_NONPERSISTENT).rawValue)
        properties.message_id = pool.bytes(String(repeating: "0", count: MessageID.byteCount))
        if mode.isAnswered {
            properties._flags |= UInt32(AMQP_BASIC_CORRELATION_ID_FLAG | AMQP_BASIC_REPLY_TO_FLAG)
            properties.correlation_id = pool.bytes(String(repeating: "0", count: CorrelationID.byteCount))
            properties.reply_to = pool.bytes(SetupStep.replyQueue)
        }
        frames.writeContentHeader(properties, channel: channel)
        // The last property; behind it is the frame-end octet.
        messageIDOffset = frames.writerIndex - 1 - MessageID.byteCount
        // Before it come reply-to and, before that, the correlation id; each has its length in front (AMQP 0-9-1, 1.8).
        correlationIDOffset =
            mode.isAnswered
            ? messageIDOffset - 1 - SetupStep.replyQueue.utf8.count - 1 - CorrelationID.byteCount : nil
        self.frames = frames
    }

    /// Appends all that comes before the body of a message; `size` bytes of body have to be appended next, then
    /// ``Body/end(in:)`` be called.
    /// - Parameter tag: what is to be found again in the answer, where there is one.
    func begin(_ id: EntryID, tag: UInt64 = 0, size: Int, frameMax: UInt32, into out: inout ByteBuffer) -> Body {
        let maxPayload = Int(frameMax) - FrameHeader.overhead
        let last = size == 0 ? 0 : (size - 1) / maxPayload
        out.reserveCapacity(minimumWritableBytes: frames.readableBytes + size + (last + 1) * FrameHeader.overhead)
        let start = out.writerIndex
        out.writeImmutableBuffer(frames)
        out.setInteger(UInt64(size), at: start + bodySizeOffset)
        MessageID.set(id, at: start + messageIDOffset, in: &out)
        if let correlationIDOffset { CorrelationID.set(tag, at: start + correlationIDOffset, in: &out) }
        // AMQP 0-9-1, 4.2.6.2: a body of 0 bytes has no frames.
        guard size > 0 else { return .none }
        out.writeMultipleIntegers(FrameType.body.rawValue, channel, UInt32(min(size, maxPayload)))
        return Body(channel: channel, start: out.writerIndex, size: size, maxPayload: maxPayload)
    }

    /// A body that is being appended, in as many frames as it needs.
    ///
    /// It is written where its first frame's payload goes; if it is too long for that frame, the parts behind are moved up
    /// to make room for the frames between them.
    struct Body {
        fileprivate var channel: UInt16
        fileprivate var start: Int
        fileprivate var size: Int
        fileprivate var maxPayload: Int

        /// That of a message without one.
        static let none = Body(channel: 0, start: 0, size: 0, maxPayload: 1)

        /// Completes the frames of a body that was appended.
        func end(in out: inout ByteBuffer) {
            guard size > 0 else { return }
            assert(out.writerIndex - start == size, "the body has another size than was said")
            let last = (size - 1) / maxPayload
            if last > 0 { split(&out, last: last) }
            out.writeInteger(FrameHeader.end)
        }

        /// Makes room between the parts, from the last to the second, and puts the frames' ends and headers there.
        private func split(_ out: inout ByteBuffer, last: Int) {
            out.writeRepeatingByte(0, count: last * FrameHeader.overhead)
            let base = out.readerIndex
            for index in (1...last).reversed() {
                let from = start + index * maxPayload
                let count = min(maxPayload, size - index * maxPayload)
                let to = from + index * FrameHeader.overhead
                out.withUnsafeMutableReadableBytes { bytes in
                    let part = UnsafeRawBufferPointer(rebasing: bytes[(from - base)..<(from - base + count)])
                    let place = UnsafeMutableRawBufferPointer(rebasing: bytes[(to - base)..<(to - base + count)])
                    place.copyMemory(from: part)
                }
                out.setInteger(FrameHeader.end, at: to - FrameHeader.overhead)
                out.setInteger(FrameType.body.rawValue, at: to - FrameHeader.byteCount)
                out.setInteger(channel, at: to - FrameHeader.byteCount + 1)
                out.setInteger(UInt32(count), at: to - FrameHeader.byteCount + 3)
            }
        }
    }
}
