package import Broker

/// What the two halves can be told of AMQP and of RabbitMQ, beside where it is.
package enum AMQPOptions {
    /// What becomes of entries that were not confirmed when RabbitMQ was lost.
    package enum OnLoss: String, Sendable, CaseIterable {
        /// They are sent again under the same message-id.
        case resend
        /// They fail with the fate `unknown`.
        case report
    }

    /// The queue that the broker's half declares and binds before its first entry.
    package static let declaredQueue = TransportOption.text(
        "queue", of: .broker, valueName: "name", "For amqp: declare this queue and bind it before the first entry.")

    /// How many channels entries are dealt to.
    package static let channels = TransportOption<UInt16>.integer(
        "channels", of: .broker, in: 1...256,
        "For amqp: deal the entries to so many channels of the connection in turn: 1 to 256, 1 unless told otherwise.")

    /// What becomes of unconfirmed entries.
    package static let onLoss = TransportOption<OnLoss>.word(
        "on-loss", of: .broker,
        "For amqp: what becomes of entries that were not confirmed when RabbitMQ was lost. resend: they are sent again under the "
            + "same message-id when it is back; report: they fail, outcome unknown. (default: resend)")

    /// The queue that the logger's half consumes from; variants that need one of their own have their name behind it.
    package static let queue = TransportOption.text(
        "queue", of: .logger, valueName: "name", "The queue to consume from.")

    /// Whether the queue goes away with the logger.
    package static let temporary = TransportOption.flag(
        "temporary", of: .logger, "Delete the queue when the logger ends.")

    /// Whether a temporary queue is kept for a while when the logger has ended.
    package static let lingering = TransportOption.flag(
        "lingering", of: .logger,
        "Keep a temporary queue for a minute when the logger has ended, for one that is started again.")

    /// How many entries may be handed out ahead of their acknowledgement.
    package static let prefetch = TransportOption<UInt16>.integer(
        "prefetch", of: .logger, in: 1...65_535,
        "How many entries RabbitMQ may hand out ahead of their acknowledgement: 1 to 65535, 256 unless told otherwise.")

    /// How many entries one acknowledgement covers.
    package static let acknowledgementBatch = TransportOption<Int>.integer(
        "ack-batch", of: .logger, in: 1...65_535,
        "How many entries one acknowledgement to RabbitMQ is to cover at least; it never waits for longer than a second. Unless "
            + "told otherwise: 64, within 25 ms.")

    static let all: [any TransportOptionDeclaration] = [
        declaredQueue, channels, onLoss, queue, temporary, lingering, prefetch, acknowledgementBatch,
    ]
}
