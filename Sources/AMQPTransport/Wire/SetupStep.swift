import CRabbitMQ
import NIOCore

/// What a client asks for on a channel before it is ready, one request after the other.
enum SetupStep: Sendable, Hashable {
    case declareExchange(String)
    /// Asks whether an exchange exists.
    case inspectExchange(String)
    case declareQueue(QueueDeclaration)
    case declareDeadLetterQueue(String, QueueDeclaration.Kind)
    /// Asks what is in a queue that exists.
    case inspectQueue(String)
    case bindQueue(QueueDeclaration, routingKey: String)
    case selectConfirms
    case limitPrefetch(UInt16)
    case consume(String)
    /// Asks for what answers the messages that are published on the channel (RabbitMQ, "Direct Reply-to").
    case consumeReplies

    /// The consumer tag: there is one consumer on a connection.
    static let consumerTag = "broker-lab"
    /// What stands for a channel of RabbitMQ in the place of a queue: who publishes names it as reply-to, and consumes from it on
    /// the same channel without acknowledgements.
    static let replyQueue = "amq.rabbitmq.reply-to"

    /// Appends the request.
    func write(into out: inout ByteBuffer, channel: UInt16) {
        let pool = AMQPPool()
        switch self {
        case .declareExchange(let exchange):
            var declare = amqp_exchange_declare_t()
            declare.exchange = pool.bytes(exchange)
            declare.type = pool.bytes("topic")
            declare.durable = 1
            out.writeMethod(AMQP_EXCHANGE_DECLARE_METHOD, declare, channel: channel)
        case .inspectExchange(let exchange):
            var declare = amqp_exchange_declare_t()
            declare.exchange = pool.bytes(exchange)
            declare.type = pool.bytes("topic")
            declare.passive = 1
            out.writeMethod(AMQP_EXCHANGE_DECLARE_METHOD, declare, channel: channel)
        case .declareQueue(let queue):
            out.writeMethod(AMQP_QUEUE_DECLARE_METHOD, queue.method(pool), channel: channel)
        case .declareDeadLetterQueue(let name, let kind):
            out.writeMethod(
                AMQP_QUEUE_DECLARE_METHOD, QueueDeclaration.deadLetters(name, kind, pool), channel: channel)
        case .inspectQueue(let name):
            var declare = amqp_queue_declare_t()
            declare.queue = pool.bytes(name)
            declare.passive = 1
            out.writeMethod(AMQP_QUEUE_DECLARE_METHOD, declare, channel: channel)
        case .bindQueue(let queue, let routingKey):
            var bind = amqp_queue_bind_t()
            bind.queue = pool.bytes(queue.name)
            bind.exchange = pool.bytes(queue.exchange)
            bind.routing_key = pool.bytes(routingKey)
            out.writeMethod(AMQP_QUEUE_BIND_METHOD, bind, channel: channel)
        case .selectConfirms:
            out.writeMethod(AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t(), channel: channel)
        case .limitPrefetch(let count):
            var qos = amqp_basic_qos_t()
            qos.prefetch_count = count
            out.writeMethod(AMQP_BASIC_QOS_METHOD, qos, channel: channel)
        case .consume(let queue):
            var consume = amqp_basic_consume_t()
            consume.queue = pool.bytes(queue)
            consume.consumer_tag = pool.bytes(Self.consumerTag)
            out.writeMethod(AMQP_BASIC_CONSUME_METHOD, consume, channel: channel)
        case .consumeReplies:
            var consume = amqp_basic_consume_t()
            consume.queue = pool.bytes(Self.replyQueue)
            consume.consumer_tag = pool.bytes(Self.consumerTag)
            consume.no_ack = 1
            out.writeMethod(AMQP_BASIC_CONSUME_METHOD, consume, channel: channel)
        }
    }

    /// Whether `method` is the answer to the request.
    func isAnswered(by method: IncomingMethod) -> Bool {
        switch (self, method) {
        case (.declareExchange, .exchangeDeclareOk), (.inspectExchange, .exchangeDeclareOk),
            (.declareQueue, .queueDeclareOk),
            (.declareDeadLetterQueue, .queueDeclareOk), (.inspectQueue, .queueDeclareOk), (.bindQueue, .queueBindOk),
            (.selectConfirms, .confirmSelectOk), (.limitPrefetch, .basicQosOk), (.consume, .basicConsumeOk),
            (.consumeReplies, .basicConsumeOk):
            true
        default:
            false
        }
    }

    /// What is to be said where it is done without what RabbitMQ has refused; nil where it is needed.
    ///
    /// With 406 precondition-failed there is a queue of that name, with other properties: whoever made it so, it collects
    /// entries all the same. With 404 not-found the queue exists on a node that is away: that of the entries cannot be read from,
    /// but that for dead letters keeps nobody from reading the other.
    func consequence(of refusal: Refusal) -> String? {
        switch (self, refusal.code) {
        case (.declareQueue(let queue), 406): Self.hasOther(queue.name, refusal)
        case (.declareDeadLetterQueue(let name, _), 406): Self.hasOther(name, refusal)
        case (.declareDeadLetterQueue(let name, _), 404):
            "cannot reach the queue '\(name)' for dead letters; while that is so, what cannot be recorded is lost: "
                + refusal.text
        default: nil
        }
    }

    private static func hasOther(_ queue: String, _ refusal: Refusal) -> String {
        "has a queue '\(queue)' with other properties, which is used as it is: \(refusal.text)"
    }

    /// What was attempted, for an error message.
    var attempt: String {
        switch self {
        case .declareExchange(let exchange): "declare the durable topic exchange '\(exchange)'"
        case .inspectExchange(let exchange): "look for the exchange '\(exchange)'"
        case .declareQueue(let queue): "declare the queue '\(queue.name)'"
        case .declareDeadLetterQueue(let name, _): "declare the queue '\(name)' for dead letters"
        case .inspectQueue(let name): "look into the queue '\(name)'"
        case .bindQueue(let queue, let key): "bind the queue '\(queue.name)' to '\(key)'"
        case .selectConfirms: "turn publisher confirms on"
        case .limitPrefetch: "limit the prefetch"
        case .consume(let queue): "consume from the queue '\(queue)'"
        case .consumeReplies: "consume replies (direct reply-to)"
        }
    }
}
