import CRabbitMQ
import NIOCore

/// What a client asks for on its channel before it is ready, one request after the other.
enum SetupStep: Hashable {
    case declareExchange
    case declareQueue(String, temporary: Bool)
    case bindQueue(String, routingKey: String)
    case selectConfirms
    case limitPrefetch(UInt16)
    case consume(String)

    /// How long a temporary queue outlives its consumer's connection, in milliseconds.
    private static var temporaryQueueExpiry: Int32 { 60_000 }
    /// The consumer tag: there is one consumer on a connection.
    static let consumerTag = "broker-lab"

    /// The steps that make `queue` collect what is published to the contract's exchange.
    static func collecting(in queue: String, temporary: Bool) -> [SetupStep] {
        [.declareQueue(queue, temporary: temporary)] + RoutingKey.all.map { .bindQueue(queue, routingKey: $0) }
    }

    /// Appends the request.
    func write(into out: inout ByteBuffer) {
        let pool = AMQPPool()
        switch self {
        case .declareExchange:
            var declare = amqp_exchange_declare_t()
            declare.exchange = pool.bytes(Contract.exchange)
            declare.type = pool.bytes("topic")
            declare.durable = 1
            out.writeMethod(AMQP_EXCHANGE_DECLARE_METHOD, declare)
        case .declareQueue(let queue, let temporary):
            var declare = amqp_queue_declare_t()
            declare.queue = pool.bytes(queue)
            declare.durable = 1
            if temporary {
                declare.auto_delete = 1
                declare.arguments = pool.table([("x-expires", .number(Self.temporaryQueueExpiry))])
            }
            out.writeMethod(AMQP_QUEUE_DECLARE_METHOD, declare)
        case .bindQueue(let queue, let routingKey):
            var bind = amqp_queue_bind_t()
            bind.queue = pool.bytes(queue)
            bind.exchange = pool.bytes(Contract.exchange)
            bind.routing_key = pool.bytes(routingKey)
            out.writeMethod(AMQP_QUEUE_BIND_METHOD, bind)
        case .selectConfirms:
            out.writeMethod(AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t())
        case .limitPrefetch(let count):
            var qos = amqp_basic_qos_t()
            qos.prefetch_count = count
            out.writeMethod(AMQP_BASIC_QOS_METHOD, qos)
        case .consume(let queue):
            var consume = amqp_basic_consume_t()
            consume.queue = pool.bytes(queue)
            consume.consumer_tag = pool.bytes(Self.consumerTag)
            out.writeMethod(AMQP_BASIC_CONSUME_METHOD, consume)
        }
    }

    /// Whether `method` is the answer to the request.
    func isAnswered(by method: IncomingMethod) -> Bool {
        switch (self, method) {
        case (.declareExchange, .exchangeDeclareOk), (.declareQueue, .queueDeclareOk), (.bindQueue, .queueBindOk),
            (.selectConfirms, .confirmSelectOk), (.limitPrefetch, .basicQosOk), (.consume, .basicConsumeOk):
            true
        default:
            false
        }
    }

    /// What was attempted, for an error message.
    var attempt: String {
        switch self {
        case .declareExchange: "declare the durable topic exchange '\(Contract.exchange)'"
        case .declareQueue(let queue, _): "declare the queue '\(queue)'"
        case .bindQueue(let queue, let key): "bind the queue '\(queue)' to '\(key)'"
        case .selectConfirms: "turn publisher confirms on"
        case .limitPrefetch: "limit the prefetch"
        case .consume(let queue): "consume from the queue '\(queue)'"
        }
    }
}
