import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs a service until SIGINT or SIGTERM, then drains it.
enum ServiceRunner {
    /// How long a drain may take before the process ends all the same.
    private static let drainLimit = Duration.seconds(10)

    /// - Parameter exitWithStdin: end, as on SIGTERM, when standard input ends.
    static func run(_ service: some Service, exitWithStdin: Bool = false) async throws {
        var logger = Logger(label: "brokerlab")
        logger.logLevel = .error
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup)
            ],
            gracefulShutdownSignals: [.sigint, .sigterm], logger: logger)
        configuration.maximumGracefulShutdownDuration = drainLimit
        let group = ServiceGroup(configuration: configuration)
        if exitWithStdin {
            Thread.detachNewThread {
                var chunk = [UInt8](repeating: 0, count: 4096)
                while case let count = read(STDIN_FILENO, &chunk, chunk.count),
                    count > 0 || (count < 0 && errno == EINTR)
                {}
                Task { await group.triggerGracefulShutdown() }
            }
        }
        try await group.run()
    }
}
