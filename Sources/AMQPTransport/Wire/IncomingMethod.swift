import Broker
import CRabbitMQ
import NIOCore
import TransportIO

/// A method that RabbitMQ may send to a client, with those of its arguments that are of use here, copied.
enum IncomingMethod {
    case connectionStart(mechanisms: [String], version: String?)
    case connectionTune(channelMax: UInt16, frameMax: UInt32, heartbeat: UInt16)
    case connectionOpenOk
    case connectionClose(Refusal)
    case connectionCloseOk
    case connectionBlocked(reason: String)
    case connectionUnblocked
    case channelOpenOk
    case channelClose(Refusal)
    case channelCloseOk
    case channelFlow(active: Bool)
    case exchangeDeclareOk
    case queueDeclareOk(messages: UInt32)
    case queueBindOk
    case queueDeleteOk
    case confirmSelectOk
    case basicQosOk
    case basicConsumeOk
    /// RabbitMQ has ended the consumer, because its queue is gone.
    case basicCancel
    case basicCancelOk
    case basicDeliver(Delivery)
    case basicReturn(Refusal)
    case basicAck(deliveryTag: UInt64, multiple: Bool)
    case basicNack(deliveryTag: UInt64, multiple: Bool)
}

/// What precedes the content of a message that was delivered.
struct Delivery: Hashable {
    var deliveryTag: UInt64
    var isRedelivered: Bool
    /// The severity that the routing key names.
    var severity: Severity
}

extension AMQPPool {
    /// Decodes the payload of a method frame.
    ///
    /// Only methods that are of use here are given to librabbitmq, and none of those holds a field table: its decoder of
    /// tables recurses as deep as the peer likes.
    func decodeMethod(_ payload: UnsafeRawBufferPointer) throws(ProtocolError) -> IncomingMethod {
        guard payload.count >= 4 else { throw ProtocolError("it sent a method frame that is too short for a method") }
        let number = amqp_method_number_t(bigEndian: payload.loadUnaligned(as: amqp_method_number_t.self))
        let arguments = UnsafeRawBufferPointer(rebasing: payload[4...])
        if let method = decodeMethod(number, arguments) {
            recycle()
            return method
        }
        recycle()
        let name = amqp_method_name(number).map { String(cString: $0) } ?? "\(number >> 16).\(number & 0xFFFF)"
        throw ProtocolError("it sent a method that is malformed or has no place here: \(name)")
    }

    private func decodeMethod(
        _ number: amqp_method_number_t, _ arguments: UnsafeRawBufferPointer
    ) -> IncomingMethod? {
        switch number {
        case AMQP_BASIC_ACK_METHOD:
            return decode(number, arguments, as: amqp_basic_ack_t.self).map {
                .basicAck(deliveryTag: $0.delivery_tag, multiple: $0.multiple != 0)
            }
        case AMQP_BASIC_NACK_METHOD:
            return decode(number, arguments, as: amqp_basic_nack_t.self).map {
                .basicNack(deliveryTag: $0.delivery_tag, multiple: $0.multiple != 0)
            }
        case AMQP_BASIC_DELIVER_METHOD:
            return decode(number, arguments, as: amqp_basic_deliver_t.self).map {
                .basicDeliver(
                    Delivery(
                        deliveryTag: $0.delivery_tag, isRedelivered: $0.redelivered != 0,
                        severity: RoutingKey.severity(UnsafeRawBufferPointer($0.routing_key))))
            }
        case AMQP_BASIC_RETURN_METHOD:
            return decode(number, arguments, as: amqp_basic_return_t.self).map {
                .basicReturn(Refusal(code: $0.reply_code, text: String(line: $0.reply_text)))
            }
        case AMQP_QUEUE_DECLARE_OK_METHOD:
            return decode(number, arguments, as: amqp_queue_declare_ok_t.self).map {
                .queueDeclareOk(messages: $0.message_count)
            }
        case AMQP_CONNECTION_START_METHOD: return Self.decodeStart(arguments)
        case AMQP_CONNECTION_TUNE_METHOD:
            return decode(number, arguments, as: amqp_connection_tune_t.self).map {
                .connectionTune(
                    channelMax: $0.channel_max, frameMax: $0.frame_max, heartbeat: $0.heartbeat)
            }
        case AMQP_CONNECTION_CLOSE_METHOD:
            return decode(number, arguments, as: amqp_connection_close_t.self).map {
                .connectionClose(Refusal(code: $0.reply_code, text: String(line: $0.reply_text)))
            }
        case AMQP_CHANNEL_CLOSE_METHOD:
            return decode(number, arguments, as: amqp_channel_close_t.self).map {
                .channelClose(Refusal(code: $0.reply_code, text: String(line: $0.reply_text)))
            }
        case AMQP_CONNECTION_BLOCKED_METHOD:
            return decode(number, arguments, as: amqp_connection_blocked_t.self).map {
                .connectionBlocked(reason: String(line: $0.reason))
            }
        case AMQP_CHANNEL_FLOW_METHOD:
            return decode(number, arguments, as: amqp_channel_flow_t.self).map { .channelFlow(active: $0.active != 0) }
        // Of the rest, no argument is of use.
        case AMQP_CONNECTION_OPEN_OK_METHOD: return .connectionOpenOk
        case AMQP_CONNECTION_CLOSE_OK_METHOD: return .connectionCloseOk
        case AMQP_CONNECTION_UNBLOCKED_METHOD: return .connectionUnblocked
        case AMQP_CHANNEL_OPEN_OK_METHOD: return .channelOpenOk
        case AMQP_CHANNEL_CLOSE_OK_METHOD: return .channelCloseOk
        case AMQP_EXCHANGE_DECLARE_OK_METHOD: return .exchangeDeclareOk
        case AMQP_QUEUE_BIND_OK_METHOD: return .queueBindOk
        case AMQP_QUEUE_DELETE_OK_METHOD: return .queueDeleteOk
        case AMQP_CONFIRM_SELECT_OK_METHOD: return .confirmSelectOk
        case AMQP_BASIC_QOS_OK_METHOD: return .basicQosOk
        case AMQP_BASIC_CONSUME_OK_METHOD: return .basicConsumeOk
        case AMQP_BASIC_CANCEL_METHOD: return .basicCancel
        case AMQP_BASIC_CANCEL_OK_METHOD: return .basicCancelOk
        default: return nil
        }
    }

    /// Reads connection.start by hand, for its table: version (2 bytes), server-properties, mechanisms, locales.
    private static func decodeStart(_ arguments: UnsafeRawBufferPointer) -> IncomingMethod? {
        var rest = ByteBuffer(bytes: arguments)
        rest.moveReaderIndex(forwardBy: min(2, rest.readableBytes))
        guard let properties: UInt32 = rest.readInteger(), properties <= rest.readableBytes else { return nil }
        let table = rest.readSlice(length: Int(properties)) ?? ByteBuffer()
        guard let length: UInt32 = rest.readInteger(), let mechanisms = rest.readString(length: Int(length)) else {
            return nil
        }
        return .connectionStart(
            mechanisms: mechanisms.split(separator: " ").map(String.init), version: FieldTable(table).text("version"))
    }
}

extension UnsafeRawBufferPointer {
    fileprivate init(_ bytes: amqp_bytes_t) {
        self.init(start: bytes.bytes, count: bytes.bytes == nil ? 0 : bytes.len)
    }
}

extension String {
    /// A text of the peer, fit for one line of an error message.
    fileprivate init(line bytes: amqp_bytes_t) {
        var text = String(decoding: UnsafeRawBufferPointer(bytes), as: UTF8.self)
        while text.hasSuffix(".") { text.removeLast() }
        self = String(text.map { $0.isNewline || $0 == "\0" ? " " : $0 })
    }
}
