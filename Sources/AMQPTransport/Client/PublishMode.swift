import Broker
import EntryCodecs

/// How entries are published, and what a broker may be promised for it: the variants of the transport.
struct PublishMode: Sendable, Hashable {
    /// What the report's `mode` column says.
    var name: String
    /// The exchange that entries are published to.
    var exchange = Contract.exchange
    /// How the queue is kept, where this half declares one.
    var queueKind = QueueDeclaration.Kind.classic
    /// How entries are written into bodies; the content-type says it.
    var codec = EntryCodec.json
    /// Whether a message outlives a restart of RabbitMQ, if its queue does (delivery-mode 2).
    var isPersistent = true
    /// Whether RabbitMQ confirms what it has taken over.
    var isConfirmed = true
    /// How many channels of a connection entries are dealt to, unless told otherwise.
    var channels: UInt16 = 1
    /// How many entries the logger acknowledges at once; nil for what a read brought.
    var acknowledgementBatch: Int?

    /// Whether the logger has to consume from a queue of its own, in a way of its own.
    var needsOwnQueue: Bool { exchange != Contract.exchange }

    /// What an acknowledgement promises.
    var acknowledgement: AcknowledgementClass { isConfirmed ? .queued : .unacknowledged }

    /// Where an acknowledged entry is.
    var durability: Durability { isConfirmed ? (isPersistent ? .queueDisk : .queueMemory) : .nothing }

    /// Durable classic queue, persistent, confirmed.
    static let standard = PublishMode(name: "confirm")
    /// Quorum queue, persistent, confirmed.
    static let quorum = PublishMode(name: "quorum", exchange: Contract.quorumExchange, queueKind: .quorum)
    /// As the standard, dealt to four channels in turn.
    static let fourChannels = PublishMode(name: "4-channels", channels: 4)
    /// As the standard, with a logger that acknowledges many entries at once, whose queue it needs to have for itself.
    static let acknowledgedInBatches = PublishMode(
        name: "ack-batch", exchange: Contract.batchExchange, acknowledgementBatch: 128)
    /// As the standard, with bodies in protobuf.
    static let protobuf = PublishMode(name: "confirm", codec: .protobuf)
    /// As the standard, with bodies in gob.
    static let gob = PublishMode(name: "confirm", codec: .gob)
    /// Durable classic queue, messages in memory only, confirmed.
    static let transient = PublishMode(name: "transient", isPersistent: false)
    /// Durable classic queue, persistent, and nobody says whether it arrived.
    static let unconfirmed = PublishMode(name: "unconfirmed", isConfirmed: false)
}
