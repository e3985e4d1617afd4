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

            EXAMPLE
              brokerlab rabbitmq
            """)

    func run() async throws {
        try await Interruptible.run {
            try await withRabbitMQ { node in
                try StandardOutput.write(["url": node.url, "pid": Int(node.processID), "version": node.version])
                try await node.awaitEnd()
            }
        }
    }
}
