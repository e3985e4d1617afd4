import Subprocess
import Testing

/// A signal stops the long-running commands in order.
@Suite(.timeLimit(.minutes(1)))
struct StopTests {
    private static let signals: [Signal] = [.interrupt, .terminate]

    @Test("A logger exits 0", arguments: signals)
    func logger(_ signal: Signal) async throws {
        // withLogger expects exit 0.
        try await withLogger(["netrpc", "grpc", "tcp"]) { logger in
            try logger.program.signal(signal)
        }
    }

    @Test("A broker exits 0", arguments: signals)
    func broker(_ signal: Signal) async throws {
        try await withLogger(["tcp"]) { logger in
            try await withBroker("tcp", to: logger.targets["tcp"]!) { broker, _ in
                try broker.signal(signal)
            }
        }
    }

    @Test("A logger with entries in flight answers those it took and exits 0", .needs(.go("netrpc-client")))
    func loggerUnderLoad() async throws {
        try await withLogger(["netrpc"]) { logger in
            let target = logger.targets["netrpc"]!
            let many = Sample.arguments(to: target, count: 1_000_000) + ["--in-flight", "64"]
            try await withProgram(.go("netrpc-client"), many) { client in
                _ = try await logger.entries(atLeast: 100)
                try logger.program.signal(.terminate)
                // The client notices by itself and prints its outcome.
                let outcome = try await client.line(PeerOutcome.self)
                #expect(outcome.acked >= 100)
                #expect(outcome.acked < 1_000_000)
            }
        }
    }

    @Test("A second signal does no harm")
    func twice() async throws {
        try await withLogger(["grpc"]) { logger in
            try logger.program.signal(.interrupt)
            try logger.program.signal(.terminate)
        }
    }
}
