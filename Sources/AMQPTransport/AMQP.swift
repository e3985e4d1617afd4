package import Broker
import CRabbitMQ
import EntryCodecs
import Synchronization
import TransportIO

/// AMQP 0-9-1: the broker publishes to RabbitMQ's topic exchange `logs_topic`, the logger consumes from a queue bound to it.
///
/// An acknowledgement is a publisher confirm: RabbitMQ has the entry, and the logger gets it when it gets to it. With
/// `amqp:reply` it is the logger's answer, which comes back through RabbitMQ.
package enum AMQP {
    /// The queue that both halves use unless told otherwise.
    package static let defaultQueue = Contract.defaultQueue

    /// The registry's lines, the default first.
    package static let descriptors = [
        descriptor(
            .standard, nil, "AMQP 0-9-1 through RabbitMQ: durable classic queue, persistent, publisher confirms"),
        descriptor(
            .quorum, "quorum", "the same with a quorum queue, behind an exchange of its own (logs_topic.quorum)"),
        descriptor(
            .reply, "reply",
            "the same with the logger's answer instead of RabbitMQ's: direct reply-to, an entry is done when it is recorded"
        ),
        descriptor(.transient, "transient", "the same with messages that a restart of RabbitMQ loses"),
        descriptor(.unconfirmed, "unconfirmed", "the same without confirms: an entry is done when it is written"),
        descriptor(
            .fourChannels, "4-channels", "the same with entries dealt to four channels in turn (--amqp-channels)"),
        descriptor(
            .acknowledgedInBatches, "ack-batch",
            "the same with one acknowledgement of the logger for 128 entries (--amqp-ack-batch), behind an exchange of its "
                + "own (logs_topic.ack-batch)"),
        descriptor(
            .acknowledgedInLargeBatches, "ack-batch-1024",
            "the same with one for 1,024 of 2,048 that may be on their way (--amqp-prefetch), behind logs_topic.ack-batch-1024"
        ),
        descriptor(
            .fewAhead, "prefetch-32",
            "the same as the default with at most 32 entries on their way to the logger, behind logs_topic.prefetch-32"),
        descriptor(
            .manyAhead, "prefetch-2048",
            "the same as the default with at most 2,048 of them, behind logs_topic.prefetch-2048"),
        descriptor(
            .classicVersion1, "classic-v1",
            "the same as the default with a classic queue of version 1 (RabbitMQ 3.10 to 3.13), behind logs_topic.classic-v1"
        ),
        descriptor(
            .cluster, "cluster",
            "the same as the default on a cluster of three nodes, behind an exchange of its own (logs_topic.cluster)"),
        descriptor(
            .quorumCluster, "quorum-cluster",
            "the same with a quorum queue on three nodes: confirmed when most of them have an entry; behind an exchange of its "
                + "own (logs_topic.quorum-cluster)"),
        descriptor(.protobuf, "protobuf", "the same as the default with protobuf bodies: application/x-protobuf"),
        descriptor(.gob, "gob", "the same as the default with gob bodies: application/x-gob"),
    ]

    /// The version of the AMQP library that this process has loaded: `0.11.0`.
    private static var libraryVersion: String { String(cString: amqp_version()) }

    private static func descriptor(_ mode: PublishMode, _ variant: String?, _ summary: String) -> TransportDescriptor {
        var descriptor = TransportDescriptor(
            name: "amqp", variant: variant, summary: summary, codec: mode.codec.name, mode: mode.name,
            acknowledgement: mode.acknowledgement, defaultTarget: "amqp://guest:guest@127.0.0.1:5672",
            needsOwnServer: mode.needsOwnQueue,
            makeClient: { try client(mode, $0) },
            makeServer: { try server(mode, $0) })
        descriptor.security = .target(example: "amqps://USER:PASSWORD@HOST:5671?cacertfile=FILE")
        descriptor.patience = defaultPatience
        descriptor.options = AMQPOptions.all
        descriptor.libraries = [LinkedLibrary(name: "librabbitmq", version: libraryVersion)]
        descriptor.companion = RabbitMQCompanion(nodes: mode.nodes)
        descriptor.durability = mode.durability
        // What is ranked with transports whose loggers answer.
        if mode.isAnswered { descriptor.isInDefaultSuite = true }
        return descriptor
    }

    static func client(_ mode: PublishMode, _ options: ClientOptions) throws -> SocketClientTransport {
        let url = try AMQPURL(parsing: options.target)
        let queue = options.own[AMQPOptions.declaredQueue]
        if let queue { try checkQueueName(queue) }
        var options = options
        options.tls = url.tls
        if let milliseconds = url.connectionTimeout { options.connectTimeout = .milliseconds(milliseconds) }
        let notice = options.notice
        let timeout = options.answerTimeout
        var mode = mode
        mode.channels = options.own[AMQPOptions.channels] ?? mode.channels
        if let most = url.channelMax, most < mode.channels {
            throw TransportError(
                .notSent, "the URL allows \(most) channels (channel_max), and entries were to go over \(mode.channels)")
        }
        var configuration = AMQPClientEngine.Configuration(
            url: url, mode: mode, queue: queue, maxInFlight: options.maxInFlight, limits: options.limits)
        if mode.replicas != nil { configuration.leaderSearch = LeaderSearch() }
        configuration.unanswered = TransportError(
            final: .unknown,
            "\(peer) has the entry in a queue, and no logger has answered within \(timeout.components.seconds) s. Start one "
                + "(brokerlab logger --amqp URL); it may take the entry yet")
        return SocketClientTransport(
            toOneOf: url.endpoints, description: .init(peer: peer, protocolName: "AMQP 0-9-1", mend: mend),
            acknowledgement: mode.acknowledgement, options: options,
            reconnection: Reconnection(
                patience: options.triesOnce ? .zero : options.patience ?? defaultPatience,
                resends: !options.triesOnce && options.own[AMQPOptions.onLoss] != .report)
        ) { [configuration] endpoint in
            var configuration = configuration
            configuration.notice = { notice("\(peer) at \(endpoint) \($0)") }
            return AMQPClientEngine(configuration)
        }
    }

    static func server(_ mode: PublishMode, _ options: ServerOptions) throws -> DialedServerTransport {
        let url = try AMQPURL(parsing: options.target)
        let queue = queueName(
            options.own[AMQPOptions.queue] ?? defaultQueue, variant: mode.needsOwnQueue ? mode.name : nil)
        try checkQueueName(queue)
        var configuration = AMQPServerEngine.Configuration(
            url: url,
            queue: mode.queue(
                queue, isTemporary: options.own[AMQPOptions.temporary] ?? false,
                isLingering: options.own[AMQPOptions.lingering] ?? false))
        configuration.limits = options.limits
        if let prefetch = options.own[AMQPOptions.prefetch] ?? mode.prefetch { configuration.prefetch = prefetch }
        configuration.pace = AcknowledgementPace(
            batch: options.own[AMQPOptions.acknowledgementBatch] ?? mode.acknowledgementBatch,
            prefetch: configuration.prefetch)
        return DialedServerTransport(
            toOneOf: url.endpoints, target: options.target, peer: peer, mend: mend, options: options, tls: url.tls
        ) { [configuration, recent = RecentMessages(), notice = options.notice] endpoint, ready in
            var configuration = configuration
            configuration.notice = { notice("\(peer) at \(endpoint) \($0)") }
            return AMQPServerEngine(configuration, recent: recent, ready: ready)
        }
    }

    /// The queue that a logger consumes from: one of its own for a variant that needs one.
    static func queueName(_ name: String, variant: String?) -> String {
        variant.map { "\(name)-\($0)" } ?? name
    }

    /// The queue that the logger with that label consumes the entries of a transport from.
    static func queueName(_ label: String, of transport: TransportDescriptor) -> String {
        queueName(label, variant: transport.needsOwnServer ? transport.variant : nil)
    }

    /// How many messages wait in a queue of the RabbitMQ at `target` until it hands them out.
    /// - Throws: `ServerError` when it cannot be asked, or has no such queue.
    package static func messageCount(inQueue queue: String, at target: String) async throws -> Int {
        try checkQueueName(queue)
        let url = try AMQPURL(parsing: target)
        return try await inspect(queue, of: url, at: url.endpoints).messages
    }

    /// What there is at each address of `target`: whether RabbitMQ can be reached and lets one log in.
    /// - Throws: what is wrong with the URL.
    package static func look(at target: String) async throws -> [CompanionAnswer] {
        let url = try AMQPURL(parsing: target)
        var answers: [CompanionAnswer] = []
        for endpoint in url.endpoints {
            do {
                let version = try await inspect(nil, of: url, at: [endpoint]).version
                answers.append(CompanionAnswer(address: "\(endpoint)", version: version))
            } catch let error as ServerError {
                answers.append(CompanionAnswer(address: "\(endpoint)", failure: error.message))
            }
        }
        return answers
    }

    private static func inspect(
        _ queue: String?, of url: AMQPURL, at endpoints: [Endpoint]
    ) async throws -> QueueInspectionEngine.Answer {
        let answer = Mutex<QueueInspectionEngine.Answer?>(nil)
        let server = DialedServerTransport(
            toOneOf: endpoints, target: "", peer: peer, mend: mend, options: ServerOptions(target: ""), tls: url.tls
        ) { _, ready in
            QueueInspectionEngine(url, queue: queue) { found in
                answer.withLock { $0 = found }
                ready()
            }
        }
        do {
            try await server.serve(to: NoRecorder(), ready: { _ in })
        } catch {
            // The conversation ends with the answer, which to a consumer is a loss.
            guard let answer = answer.withLock({ $0 }) else { throw error }
            return answer
        }
        throw CancellationError()
    }

    /// For a conversation without entries.
    private struct NoRecorder: EntryRecorder {
        func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
            .rejected("there is nothing to record")
        }

        func countUndecodable() {}
    }

    /// How long sends wait for a RabbitMQ that was lost: a restart of it takes some ten seconds.
    private static let defaultPatience = Duration.seconds(60)
    private static let peer = "RabbitMQ"
    private static let mend = "Start it (brokerlab rabbitmq runs one), or give the URL of one that runs."

    private static func checkQueueName(_ queue: String) throws {
        guard (1...AMQPURL.maxShortStringBytes).contains(queue.utf8.count) else {
            throw ServerError(
                "a queue name has 1 to \(AMQPURL.maxShortStringBytes) bytes, this one has \(queue.utf8.count)")
        }
    }
}
