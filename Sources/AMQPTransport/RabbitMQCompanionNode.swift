import Broker
import RabbitMQNode

/// A node of the RabbitMQ between the halves.
struct RabbitMQCompanionNode: CompanionNode {
    let node: RunningNode

    var processID: Int32? { node.latestProcessID }

    var name: String { node.name }

    func kill() async throws { try await node.kill() }

    func startAgain() async throws { try await node.startAgain() }

    func withoutMemory(_ body: () async -> Void) async throws { try await node.withMemoryAlarm(body) }

    func leader(of transport: TransportDescriptor, label: String) async throws -> String {
        try await node.leader(ofQueue: AMQP.queueName(label, of: transport))
    }

    func leaveLead(of transport: TransportDescriptor, label: String) async throws {
        try await node.leaveLead(ofQueue: AMQP.queueName(label, of: transport))
    }
}
