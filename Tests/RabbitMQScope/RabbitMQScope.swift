import RabbitMQNode
public import Testing

/// Gives a suite a RabbitMQ of its own, which runs while its tests do.
public struct RabbitMQScope: SuiteTrait, TestScoping {
    @TaskLocal private static var current: String?

    /// The URL of the suite's RabbitMQ.
    public static var url: String {
        get throws { try #require(current, "the suite lacks .rabbitMQ") }
    }

    /// Runs the suite while the node runs.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withRabbitMQ { node in
            try await Self.$current.withValue(node.url) { try await function() }
        }
    }
}

extension Trait where Self == RabbitMQScope {
    /// Gives a suite a RabbitMQ of its own.
    public static var rabbitMQ: Self { RabbitMQScope() }
}
