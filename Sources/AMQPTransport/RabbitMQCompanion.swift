import Broker
import RabbitMQNode

/// The RabbitMQ between the halves.
struct RabbitMQCompanion: TransportCompanion {
    let name = "RabbitMQ"
    let program = "rabbitmq-server"

    func find() throws -> CompanionInstallation {
        let installation = try RabbitMQInstallation.find()
        return CompanionInstallation(version: installation.version, path: installation.script)
    }

    func run<R: Sendable>(_ body: (RunningCompanion) async throws -> R) async throws -> R {
        try await withRabbitMQ { node in
            try await body(RunningCompanion(target: node.url, processID: node.processID, version: node.version))
        }
    }

    func check(_ target: String) async throws {
        try await AMQPTransport.check(target)
    }

    /// Not with the transport, which would declare the contract's exchange there.
    func greeting(port: Int, timeout: Duration) async -> String? {
        guard let version = try? await RabbitMQGreeting.hear(port: port, timeout: timeout) else { return nil }
        return "\(name) \(version)"
    }

    func isolation(_ label: String) -> [String: String] {
        [AMQPOptions.queue.name: label, AMQPOptions.temporary.name: "true"]
    }

    func backlog(of transport: TransportDescriptor, label: String, at target: String) async throws -> Int? {
        let queue = AMQPTransport.queueName(label, variant: transport.needsOwnServer ? transport.variant : nil)
        return try await AMQPTransport.messageCount(inQueue: queue, at: target)
    }
}
