import CRabbitMQ

/// A queue that collects entries, as it is declared.
struct QueueDeclaration: Sendable, Hashable {
    /// How RabbitMQ keeps what is in it.
    enum Kind: String, Sendable, Hashable {
        /// On one node.
        case classic
        /// By Raft, on several nodes where there are several.
        case quorum
    }

    /// Its name.
    var name: String
    /// How it is kept.
    var kind = Kind.classic
    /// Which version of it; nil for RabbitMQ's own choice.
    var version: Int32?
    /// The exchange it collects from.
    var exchange = Contract.exchange
    /// How many nodes keep it, where that is more than RabbitMQ's own choice would be sure to be.
    var replicas: Int32?
    /// Whether it goes away when nobody consumes from it any more.
    var isTemporary = false
    /// Whether it does so a while later only.
    var isLingering = false

    /// How long a temporary queue outlives its consumer's connection, in milliseconds.
    private static var temporaryExpiry: Int32 { 60_000 }
    /// The most dead letters that are kept; the oldest go first, so that nobody's neglect fills the disk.
    private static var maxDeadLetters: Int32 { 10_000 }

    /// The queue that takes what cannot be recorded; nil for a temporary one, with which it would end.
    var deadLetterQueue: String? {
        let name = name + ".dead"
        return isTemporary || name.utf8.count > AMQPURL.maxShortStringBytes ? nil : name
    }

    /// The steps that make the queue collect what is published to its exchange.
    var setup: [SetupStep] {
        (deadLetterQueue.map { [.declareDeadLetterQueue($0, kind)] } ?? [])
            + [.declareQueue(self)] + bindings
    }

    /// The steps that bind it to its exchange.
    var bindings: [SetupStep] { RoutingKey.all.map { .bindQueue(self, routingKey: $0) } }

    /// The declaration, in memory of `pool`.
    func method(_ pool: AMQPPool) -> amqp_queue_declare_t {
        var declare = amqp_queue_declare_t()
        declare.queue = pool.bytes(name)
        declare.durable = 1
        var arguments: [(key: String, value: AMQPPool.Field)] = []
        // A classic queue is RabbitMQ's default, and what others declare without saying so.
        if kind == .quorum { arguments.append(("x-queue-type", .text(kind.rawValue))) }
        if let version { arguments.append(("x-queue-version", .number(version))) }
        if let replicas { arguments.append(("x-quorum-initial-group-size", .number(replicas))) }
        if isTemporary {
            declare.auto_delete = kind == .classic && !isLingering ? 1 : 0
            arguments.append(("x-expires", .number(Self.temporaryExpiry)))
        }
        if let deadLetterQueue {
            // By way of the default exchange, which leads to the queue that the routing key names.
            arguments.append(("x-dead-letter-exchange", .text("")))
            arguments.append(("x-dead-letter-routing-key", .text(deadLetterQueue)))
        }
        if !arguments.isEmpty { declare.arguments = pool.table(arguments) }
        return declare
    }

    /// The declaration of the queue for dead letters called `name`, in memory of `pool`.
    ///
    /// It is kept as the queue is that it belongs to: a classic one would be away with its node, and nobody could declare it.
    static func deadLetters(_ name: String, _ kind: Kind, _ pool: AMQPPool) -> amqp_queue_declare_t {
        var declare = amqp_queue_declare_t()
        declare.queue = pool.bytes(name)
        declare.durable = 1
        var arguments: [(key: String, value: AMQPPool.Field)] = [("x-max-length", .number(maxDeadLetters))]
        if kind == .quorum { arguments.append(("x-queue-type", .text(kind.rawValue))) }
        declare.arguments = pool.table(arguments)
        return declare
    }
}
