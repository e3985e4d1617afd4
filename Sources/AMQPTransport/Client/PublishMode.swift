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
    /// Which version of classic queues it is; nil for RabbitMQ's own choice.
    var queueVersion: Int32?
    /// How entries are written into bodies; the content-type says it.
    var codec = EntryCodec.json
    /// Whether a message outlives a restart of RabbitMQ, if its queue does (delivery-mode 2).
    var isPersistent = true
    /// Whether RabbitMQ confirms what it has taken over.
    var isConfirmed = true
    /// Whether an entry is done when a logger has answered it, and not before.
    var isAnswered = false
    /// How many channels of a connection entries are dealt to, unless told otherwise.
    var channels: UInt16 = 1
    /// How many nodes RabbitMQ is a cluster of: one, unless told otherwise.
    var nodes = 1
    /// How many entries RabbitMQ may hand out ahead of their acknowledgement; nil for as many as usual.
    var prefetch: UInt16?
    /// How many entries the logger acknowledges at once; nil for what a read brought.
    var acknowledgementBatch: Int?

    /// Whether the logger has to consume from a queue of its own, in a way of its own.
    var needsOwnQueue: Bool { exchange != Contract.exchange }

    /// How many nodes have the queue, most of which have an entry when it is confirmed; nil for one.
    var replicas: Int32? { queueKind == .quorum && nodes > 1 ? Int32(nodes) : nil }

    /// The queue of that name.
    func queue(_ name: String, isTemporary: Bool = false, isLingering: Bool = false) -> QueueDeclaration {
        QueueDeclaration(
            name: name, kind: queueKind, version: queueVersion, exchange: exchange, replicas: replicas,
            isTemporary: isTemporary, isLingering: isLingering)
    }

    /// What an acknowledgement promises.
    var acknowledgement: AcknowledgementClass {
        if isAnswered { return .recorded }
        if replicas != nil { return .replicated }
        return isConfirmed ? .queued : .unacknowledged
    }

    /// Where an acknowledged entry is.
    var durability: Durability {
        guard isConfirmed, !isAnswered, replicas == nil else { return Durability(acknowledgement) }
        return isPersistent ? .queueDisk : .queueMemory
    }

    /// Durable classic queue, persistent, confirmed.
    static let standard = PublishMode(name: "confirm")
    /// Quorum queue, persistent, confirmed.
    static let quorum = PublishMode(name: "quorum", exchange: Contract.quorumExchange, queueKind: .quorum)
    /// As the standard, dealt to four channels in turn.
    static let fourChannels = PublishMode(name: "4-channels", channels: 4)
    /// As the standard, with a logger that acknowledges many entries at once, whose queue it needs to have for itself.
    static let acknowledgedInBatches = PublishMode(
        name: "ack-batch", exchange: Contract.batchExchange, acknowledgementBatch: 128)
    /// As the standard, with a classic queue of version 1, which RabbitMQ has no more from 4.0 on.
    static let classicVersion1 = PublishMode(
        name: "classic-v1", exchange: Contract.classicVersion1Exchange, queueVersion: 1)
    /// As the standard, with few entries on their way to the logger.
    static let fewAhead = PublishMode(name: "prefetch-32", exchange: Contract.fewAheadExchange, prefetch: 32)
    /// As the standard, with many of them.
    static let manyAhead = PublishMode(name: "prefetch-2048", exchange: Contract.manyAheadExchange, prefetch: 2048)
    /// The same, with a logger that acknowledges half of them at once.
    static let acknowledgedInLargeBatches = PublishMode(
        name: "ack-batch-1024", exchange: Contract.largeBatchExchange, prefetch: 2048, acknowledgementBatch: 1024)
    /// As the standard, on a cluster, one node of which has the queue.
    static let cluster = PublishMode(name: "cluster", exchange: Contract.clusterExchange, nodes: 3)
    /// Quorum queue on every node of a cluster, persistent, confirmed.
    static let quorumCluster = PublishMode(
        name: "quorum-cluster", exchange: Contract.quorumClusterExchange, queueKind: .quorum, nodes: 3)
    /// As the standard, with bodies in protobuf.
    static let protobuf = PublishMode(name: "confirm", codec: .protobuf)
    /// As the standard, with bodies in gob.
    static let gob = PublishMode(name: "confirm", codec: .gob)
    /// Durable classic queue, messages in memory only, confirmed.
    static let transient = PublishMode(name: "transient", isPersistent: false)
    /// Durable classic queue, persistent, and nobody says whether it arrived.
    static let unconfirmed = PublishMode(name: "unconfirmed", isConfirmed: false)
    /// Durable classic queue, messages in memory only, answered by the logger: what RabbitMQ loses is sent again by the one who waits
    /// for the answer.
    static let reply = PublishMode(name: "reply", isPersistent: false, isAnswered: true)
}
