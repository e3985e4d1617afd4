/// Private RabbitMQ nodes that are one cluster.
package struct RabbitMQCluster: Sendable, Hashable {
    /// The nodes, each at an address of its own.
    package let nodes: [RunningNode]

    /// Where clients find it: `amqp://guest:guest@127.0.0.2:PORT,127.0.0.3:PORT,127.0.0.4:PORT`.
    package var url: String {
        "amqp://guest:guest@" + nodes.map { "\($0.address):\($0.port)" }.joined(separator: ",")
    }

    /// Where clients find it that speak TLS: the same with `amqps` and the ports for them, and without a query, which says whom
    /// they trust; nil where it speaks none.
    package var secureURL: String? {
        let hosts = nodes.compactMap { node in node.tlsPort.map { "\(node.address):\($0)" } }
        return hosts.isEmpty ? nil : "amqps://guest:guest@" + hosts.joined(separator: ",")
    }

    /// RabbitMQ's version.
    package var version: String { nodes.first?.version ?? "" }
}

/// Starts private RabbitMQ nodes that are one cluster, lends them to `body` and stops them, whatever becomes of `body`.
///
/// For each of them holds what ``withRabbitMQ(_:_:)`` says.
/// - Parameter count: how many; one is a node like any other, at 127.0.0.1.
/// - Throws: what `body` throws; ``RabbitMQNodeError`` when RabbitMQ is missing, too old, or does not start;
///   `CancellationError` when the task is cancelled before all of them are ready.
package func withRabbitMQCluster<R: Sendable>(
    of count: Int, _ options: RabbitMQOptions = RabbitMQOptions(), _ body: (RabbitMQCluster) async throws -> R
) async throws -> R {
    guard count > 1 else {
        return try await withRabbitMQ(options) { try await body(RabbitMQCluster(nodes: [$0])) }
    }
    let started = try await ClusterStart(count, options).run()
    do {
        let result = try await body(RabbitMQCluster(nodes: started.map(\.node)))
        await ClusterStart.stop(started.map(\.process))
        return result
    } catch {
        await ClusterStart.stop(started.map(\.process))
        throw error
    }
}
