import Broker
import CRabbitMQ
import EngineTestKit
import NIOCore
import TransportIO

@testable import AMQPTransport

extension AMQPServerEngine {
    /// Feeds a part of the stream, as the socket's handler would; returns what is left of it.
    mutating func feed(_ bytes: ByteBuffer, _ out: inout ByteBuffer, _ recorder: RecordingRecorder) throws -> ByteBuffer
    {
        var rest = bytes
        try receive(&rest, into: &out, intake: EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } }))
        return rest
    }
}

/// A frame that an engine sent, for comparisons.
struct SentFrame: Equatable {
    var type: FrameType
    var channel: UInt16
    /// The method's number; 0 for other frames.
    var method: UInt32
    var payload: [UInt8]

    /// Splits what an engine sent into frames; the protocol header is stepped over.
    static func all(in out: ByteBuffer) throws -> [SentFrame] {
        var rest = out
        if rest.getInteger(at: rest.readerIndex, as: UInt8.self) == UInt8(ascii: "A") {
            rest.moveReaderIndex(forwardBy: 8)
        }
        var reader = FrameReader(channelMax: .max, hasSeenFrame: true)
        var frames: [SentFrame] = []
        while let header = try reader.peek(rest) {
            let start = rest.readerIndex + FrameHeader.byteCount
            let payload = rest.getBytes(at: start, length: header.size) ?? []
            let method = header.type == .method ? rest.getInteger(at: start, as: UInt32.self) ?? 0 : 0
            frames.append(SentFrame(type: header.type, channel: header.channel, method: method, payload: payload))
            rest.moveReaderIndex(forwardBy: header.totalBytes)
        }
        return frames
    }
}

/// What RabbitMQ would say, made with the same codec.
struct FakeBroker {
    var out = ByteBuffer()
    private let pool = AMQPPool()

    /// The answers to the handshake and the setup of a logger, up to consume-ok.
    mutating func welcomeLogger(temporary: Bool = false) {
        // The queue for dead letters, unless the logger's is temporary, and the queue.
        let queues = [UInt32](repeating: AMQP_QUEUE_DECLARE_OK_METHOD, count: temporary ? 1 : 2)
        welcome(setup: [AMQP_EXCHANGE_DECLARE_OK_METHOD] + queues)
        for _ in RoutingKey.all { out.writeMethod(AMQP_QUEUE_BIND_OK_METHOD, amqp_queue_bind_ok_t()) }
        out.writeMethod(AMQP_BASIC_QOS_OK_METHOD, amqp_basic_qos_ok_t())
        out.writeMethod(AMQP_BASIC_CONSUME_OK_METHOD, amqp_basic_consume_ok_t())
    }

    /// The answers to the handshake and the setup of a broker without a queue, up to confirm.select-ok.
    mutating func welcomeBroker(channels: UInt16 = 1, channelMax: UInt16 = 0, repliesAre consumed: Bool = false) {
        welcome(setup: [AMQP_EXCHANGE_DECLARE_OK_METHOD], channelMax: channelMax)
        if consumed { out.writeMethod(AMQP_BASIC_CONSUME_OK_METHOD, amqp_basic_consume_ok_t()) }
        out.writeMethod(AMQP_CONFIRM_SELECT_OK_METHOD, amqp_confirm_select_ok_t())
        for channel in (1...channels).dropFirst() {
            out.writeMethod(AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t(), channel: channel)
            out.writeMethod(AMQP_CONFIRM_SELECT_OK_METHOD, amqp_confirm_select_ok_t(), channel: channel)
        }
    }

    mutating func welcome(
        setup: [UInt32] = [], channelMax: UInt16 = 0, frameMax: UInt32 = 4096, heartbeat: UInt16 = 60
    ) {
        start()
        var tune = amqp_connection_tune_t()
        tune.channel_max = channelMax
        tune.frame_max = frameMax
        tune.heartbeat = heartbeat
        out.writeMethod(AMQP_CONNECTION_TUNE_METHOD, tune, channel: 0)
        out.writeMethod(AMQP_CONNECTION_OPEN_OK_METHOD, amqp_connection_open_ok_t(), channel: 0)
        out.writeMethod(AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t())
        for method in setup {
            switch method {
            case AMQP_QUEUE_DECLARE_OK_METHOD: out.writeMethod(method, amqp_queue_declare_ok_t())
            default: out.writeMethod(method, amqp_exchange_declare_ok_t())
            }
        }
    }

    mutating func start(mechanisms: String = "PLAIN AMQPLAIN") {
        var start = amqp_connection_start_t()
        start.version_minor = 9
        start.mechanisms = pool.bytes(mechanisms)
        start.locales = pool.bytes("en_US")
        out.writeMethod(AMQP_CONNECTION_START_METHOD, start, channel: 0)
    }

    mutating func deliver(
        _ tag: UInt64, key: String = "log.INFO", redelivered: Bool = false, body: String, claiming size: Int? = nil,
        partBytes: Int = 4088, messageID: String? = nil, replyTo: String? = nil, correlationID: String? = nil
    ) {
        var deliver = amqp_basic_deliver_t()
        deliver.delivery_tag = tag
        deliver.redelivered = redelivered ? 1 : 0
        deliver.exchange = pool.bytes(Contract.exchange)
        deliver.routing_key = pool.bytes(key)
        out.writeMethod(AMQP_BASIC_DELIVER_METHOD, deliver)
        var properties = amqp_basic_properties_t()
        properties._flags = UInt32(AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_APP_ID_FLAG)
        properties.content_type = pool.bytes("text/plain")
        properties.headers = pool.table([("nested", .table([("x", .number(1))]))])
        properties.app_id = pool.bytes("someone else")
        if let messageID {
            properties._flags |= UInt32(AMQP_BASIC_MESSAGE_ID_FLAG)
            properties.message_id = pool.bytes(messageID)
        }
        if let replyTo {
            properties._flags |= UInt32(AMQP_BASIC_REPLY_TO_FLAG)
            properties.reply_to = pool.bytes(replyTo)
        }
        if let correlationID {
            properties._flags |= UInt32(AMQP_BASIC_CORRELATION_ID_FLAG)
            properties.correlation_id = pool.bytes(correlationID)
        }
        let header = out.writerIndex
        out.writeContentHeader(properties)
        out.setInteger(UInt64(size ?? body.utf8.count), at: header + 11)
        var rest = Array(body.utf8)[...]
        while !rest.isEmpty {
            let part = rest.prefix(partBytes)
            rest = rest.dropFirst(partBytes)
            out.writeMultipleIntegers(FrameType.body.rawValue, UInt16(1), UInt32(part.count))
            out.writeBytes(part)
            out.writeInteger(FrameHeader.end)
        }
    }

    /// A content header with the properties that `flags` names, all of those that are texts being `id`.
    static func header(flags: UInt16, id: String) -> ByteBuffer {
        let pool = AMQPPool()
        var properties = amqp_basic_properties_t()
        properties._flags = UInt32(flags)
        properties.headers = pool.table([("nested", .table([("x", .number(1))]))])
        for text in [
            \.content_type, \.content_encoding, \.correlation_id, \.reply_to, \.expiration, \.message_id, \.type,
            \.user_id,
            \.app_id, \.cluster_id,
        ] as [WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>] {
            properties[keyPath: text] = pool.bytes(text == \.message_id ? id : "text")
        }
        var out = ByteBuffer()
        out.writeContentHeader(properties)
        return out
    }

    mutating func block(_ reason: String) {
        var blocked = amqp_connection_blocked_t()
        blocked.reason = pool.bytes(reason)
        out.writeMethod(AMQP_CONNECTION_BLOCKED_METHOD, blocked, channel: 0)
    }

    /// Sends those of the messages in `published` back, by their positions: content header and body as they came.
    mutating func returnMessages(in published: ByteBuffer, _ positions: Set<Int>, _ code: UInt16, _ text: String) {
        var rest = published
        var reader = FrameReader(hasSeenFrame: true)
        var position = -1
        while let frame = try? reader.peek(rest), let bytes = rest.readSlice(length: frame.totalBytes) {
            if frame.type == .method { position += 1 }
            guard positions.contains(position) else { continue }
            guard frame.type == .method else {
                out.writeImmutableBuffer(bytes)
                continue
            }
            var back = amqp_basic_return_t()
            back.reply_code = code
            back.reply_text = pool.bytes(text)
            out.writeMethod(AMQP_BASIC_RETURN_METHOD, back)
        }
    }

    mutating func confirm(_ tag: UInt64, multiple: Bool = false, channel: UInt16 = Negotiation.channel) {
        var ack = amqp_basic_ack_t()
        ack.delivery_tag = tag
        ack.multiple = multiple ? 1 : 0
        out.writeMethod(AMQP_BASIC_ACK_METHOD, ack, channel: channel)
    }

    mutating func refuse(_ tag: UInt64, multiple: Bool = false) {
        var nack = amqp_basic_nack_t()
        nack.delivery_tag = tag
        nack.multiple = multiple ? 1 : 0
        out.writeMethod(AMQP_BASIC_NACK_METHOD, nack)
    }

    mutating func closeChannel(_ code: UInt16, _ text: String, channel: UInt16 = Negotiation.channel) {
        var close = amqp_channel_close_t()
        close.reply_code = code
        close.reply_text = pool.bytes(text)
        out.writeMethod(AMQP_CHANNEL_CLOSE_METHOD, close, channel: channel)
    }

    mutating func closeConnection(_ code: UInt16, _ text: String) {
        var close = amqp_connection_close_t()
        close.reply_code = code
        close.reply_text = pool.bytes(text)
        out.writeMethod(AMQP_CONNECTION_CLOSE_METHOD, close, channel: 0)
    }

    /// What was said since the last call.
    mutating func take() -> ByteBuffer {
        let said = out
        out = ByteBuffer()
        return said
    }
}

func testURL(_ text: String = "amqp://localhost") throws -> AMQPURL {
    try AMQPURL(parsing: text)
}
