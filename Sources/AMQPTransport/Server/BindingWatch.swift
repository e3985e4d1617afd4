import NIOCore

/// Keeps a queue bound to its exchange while it is consumed from.
///
/// Whoever deletes an exchange deletes its bindings, and RabbitMQ tells the queue's consumers nothing of it: publishers, which
/// are told, declare the exchange anew, and from then on no entry finds a way. So from time to time it is asked whether the
/// exchange is there, which RabbitMQ answers by closing the channel where it is not (AMQP 0-9-1, exchange.declare, passive),
/// and the bindings are declared again, which changes nothing where they are there.
struct BindingWatch {
    /// How often: what is published meanwhile comes back to its publisher, which is told that there is no queue for it.
    static let interval = TimeAmount.seconds(2)

    /// What becomes of the watch when RabbitMQ refuses what it was asked.
    enum Consequence {
        /// The exchange is gone: this restores it.
        case restore([SetupStep])
        /// It is gone again: the next look will find it so.
        case wait
        /// This user may not ask, or the exchange is another one now.
        case end
    }

    private let queue: QueueDeclaration
    private var isRestoring = false
    /// When it is time to look again; nil before the watch has begun.
    private(set) var due: NIODeadline?

    init(_ queue: QueueDeclaration) {
        self.queue = queue
    }

    /// Begins the watch, or says what to ask now; nil where it is not time to.
    mutating func proceed(at now: NIODeadline) -> [SetupStep]? {
        guard let due else {
            due = now + Self.interval
            return nil
        }
        guard now >= due else { return nil }
        self.due = now + Self.interval
        isRestoring = false
        return [.inspectExchange(queue.exchange)] + queue.bindings
    }

    /// RabbitMQ has closed the channel.
    mutating func refused(_ refusal: Refusal) -> Consequence {
        // 404 not-found (AMQP 0-9-1, 1.2).
        guard refusal.code == 404 else { return .end }
        guard !isRestoring else { return .wait }
        isRestoring = true
        return .restore([.declareExchange(queue.exchange)] + queue.bindings)
    }
}
