import Broker
import RabbitMQNode

/// The RabbitMQ between the halves.
struct RabbitMQCompanion: TransportCompanion {
    /// How many nodes it is to have.
    let nodes: Int

    var name: String { nodes == 1 ? "RabbitMQ" : "RabbitMQ cluster of \(nodes)" }
    let program = "rabbitmq-server"
    /// The nodes of a cluster know each other by addresses of loopback.
    var runsBehindLinks: Bool { nodes == 1 }
    /// Of a cluster another node takes the place of one that is killed.
    var canBeKilled: Bool { nodes == 1 }

    func find() throws -> CompanionInstallation {
        let installation = try RabbitMQInstallation.find()
        return CompanionInstallation(version: installation.version, path: installation.script)
    }

    func run<R: Sendable>(
        certificate: ServerCertificate?, at place: CompanionPlace?, _ body: (RunningCompanion) async throws -> R
    ) async throws -> R {
        let options = RabbitMQOptions(
            tls: certificate.map {
                .init(
                    authorityFile: $0.authorityFile, certificateFile: $0.certificateFile, keyFile: $0.keyFile,
                    mutualName: $0.client == nil ? nil : $0.mutualName)
            }, place: place.map { NodePlace(address: $0.address, entrance: $0.entrance, connect: $0.connect) })
        return try await withRabbitMQCluster(of: nodes, options) { cluster in
            func target(_ certificate: ServerCertificate) -> String? {
                cluster.secureURL.map { "\($0)/%2F?\(AMQPURL.query(trusting: certificate))" }
            }
            var companion = RunningCompanion(
                target: cluster.url, secureTarget: certificate.flatMap { target($0.withoutClient) },
                mutualTarget: certificate.flatMap { $0.client == nil ? nil : target($0) },
                nodes: cluster.nodes.map(RabbitMQCompanionNode.init), version: cluster.version)
            if let place, let node = cluster.nodes.first {
                companion.labTarget = RunningNode.url(address: "127.0.0.1", port: try await place.door(node.port))
            }
            return try await body(companion)
        }
    }

    func look(at target: String) async throws -> [CompanionAnswer] {
        try await AMQP.look(at: target)
    }

    /// Not with the transport, which would declare the contract's exchange there.
    func greeting(port: Int, timeout: Duration) async -> String? {
        guard let version = try? await RabbitMQGreeting.hear(port: port, timeout: timeout) else { return nil }
        return "RabbitMQ \(version)"
    }

    func isolation(_ label: String) -> [String: String] {
        [AMQPOptions.queue.name: label, AMQPOptions.temporary.name: "true"]
    }

    func isolationOutliving(_ label: String) -> [String: String] {
        isolation(label).merging([AMQPOptions.lingering.name: "true"]) { $1 }
    }

    /// RabbitMQ lets connections have nine tenths of what there is beyond 100 (file_handle_cache).
    func openFiles(forConnections count: Int) -> Int { count * 10 / 9 + 200 }

    func backlog(of transport: TransportDescriptor, label: String, at target: String) async throws -> Int? {
        try await AMQP.messageCount(inQueue: AMQP.queueName(label, of: transport), at: target)
    }
}
