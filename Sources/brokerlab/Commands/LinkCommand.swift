import ArgumentParser
import BenchmarkResults
import Foundation
import NetworkLink
import Synchronization
import Terminal

/// The command `brokerlab link`.
struct LinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Carries packets between two network namespaces as a network does: what 'bench --network' starts.",
        discussion: """
            Makes two network namespaces with a TUN device each and prints a line of JSON when it carries packets between them: \
            the files of the namespaces, for nsenter, and their addresses. Each line '{"seed": N}' on standard input has it print \
            an account of what it did since the last one, and draw losses from N on; '{"lose_all": true}' has it lose every packet \
            that comes from then on, and false carry them again. Ends with a last account when standard \
            input does, or on SIGTERM; devices and namespaces are gone with it. The article Network has more.

            EXAMPLES
              brokerlab link wan
              brokerlab link rtt_ms=30+rate_mbit=100+loss_pct=0.1+jitter_ms=2
            """,
        shouldDisplay: false)

    @Argument(help: ArgumentHelp("The network: a name, or properties.", valueName: "network"))
    var network: String

    @Option(help: ArgumentHelp("What losses and jitter are drawn from.", valueName: "n"))
    var seed: UInt64 = 1

    func validate() throws { _ = try properties }

    private var properties: LinkProperties {
        get throws {
            do {
                let network = try Network(parsing: network)
                if let link = network.link { return link }
                throw BenchmarkError("\(network.text) has no link; rtt_ms=0 is one that takes no time")
            } catch {
                throw ValidationError("\(error).")
            }
        }
    }

    func run() async throws {
        let relay = try LinkRelay(properties, seed: seed)
        try await Interruptible.run {
            try await withTaskCancellationHandler {
                // Whoever reads these has started it, and ends it by its standard input.
                // Whoever does not hear it cannot use it.
                let failure = Mutex<(any Error)?>(nil)
                @Sendable func say(_ write: () throws -> Void) {
                    do {
                        try write()
                    } catch {
                        failure.withLock { $0 = $0 ?? error }
                        relay.stop()
                    }
                }
                try await relay.run(
                    orders: STDIN_FILENO, ready: { ends in say { try StandardOutput.write(line: ends) } },
                    account: { account in say { try StandardOutput.write(line: account) } })
                if let failure = failure.withLock({ $0 }) { throw failure }
            } onCancel: {
                relay.stop()
            }
        }
    }
}
