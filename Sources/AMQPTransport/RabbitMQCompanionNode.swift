import Broker
import RabbitMQNode

/// A node of the RabbitMQ between the halves.
struct RabbitMQCompanionNode: CompanionNode {
    let node: RunningNode

    var processID: Int32? { node.latestProcessID }

    func kill() async throws { try await node.kill() }

    func startAgain() async throws { try await node.startAgain() }

    func withoutMemory(_ body: () async -> Void) async throws { try await node.withMemoryAlarm(body) }
}
