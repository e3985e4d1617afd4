import ArgumentParser
import RabbitMQNode
import Terminal

/// The command `brokerlab rabbitmq`.
struct RabbitMQCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rabbitmq",
        abstract: "Runs a private RabbitMQ, as bench does, until it is interrupted.",
        discussion: """
            It listens on a free port of 127.0.0.1, disturbs no other RabbitMQ, and leaves nothing behind. Prints one line of \
            JSON with its url, its pid and its version when it answers. Should RabbitMQ end by itself, it says so and exits 69.

            With --nodes it is a cluster: each node has an address of its own (127.0.0.2, 127.0.0.3, ...), the url has all of \
            them, and the line has 'nodes', with the name, the url and the pid of each. It goes on until the last node has ended.

            EXAMPLES
              brokerlab rabbitmq
              brokerlab rabbitmq --nodes 3
            """)

    @Option(help: ArgumentHelp("How many nodes the cluster has: 1 to \(maxNodes).", valueName: "n"))
    var nodes = 1

    private static let maxNodes = 7

    func validate() throws {
        guard (1...Self.maxNodes).contains(nodes) else {
            throw ValidationError("--nodes takes 1 to \(Self.maxNodes).")
        }
    }

    func run() async throws {
        try await Interruptible.run { [nodes] in
            try await withRabbitMQCluster(of: nodes) { cluster in
                try StandardOutput.write(Self.line(cluster))
                try await Self.awaitEnd(cluster)
            }
        }
    }

    /// A node, for programs.
    private struct NodeLine: Encodable, Sendable {
        var name: String
        var url: String
        var pid: Int32
    }

    private static func line(_ cluster: RabbitMQCluster) -> [String: any Encodable & Sendable] {
        var line: [String: any Encodable & Sendable] = ["url": cluster.url, "version": cluster.version]
        if cluster.nodes.count == 1 {
            line["pid"] = Int(cluster.nodes[0].processID)
        } else {
            line["nodes"] = cluster.nodes.map { NodeLine(name: $0.name, url: $0.url, pid: $0.processID) }
        }
        return line
    }

    /// Waits until the last node has ended.
    private static func awaitEnd(_ cluster: RabbitMQCluster) async throws {
        try await withThrowingTaskGroup(of: RabbitMQNodeError?.self) { group in
            for node in cluster.nodes {
                group.addTask {
                    do throws(RabbitMQNodeError) {
                        try await Self.end(of: node)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            var left = cluster.nodes.count
            for try await end in group {
                // Interrupted.
                guard let end else { throw CancellationError() }
                left -= 1
                if left == 0 { throw end }
                StandardError.write(line: "\(end); \(left) of \(cluster.nodes.count) nodes go on")
            }
        }
    }

    /// Waits until a node has ended, which is an error; returns when it is not to wait any more.
    private static func end(of node: RunningNode) async throws(RabbitMQNodeError) {
        do {
            try await node.awaitEnd()
        } catch let error as RabbitMQNodeError {
            throw error
        } catch {}
    }
}
