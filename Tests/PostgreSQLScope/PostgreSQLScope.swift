package import PostgreSQLServer
public import Testing

/// Gives a suite a PostgreSQL of its own, which runs while its tests do.
public struct PostgreSQLScope: SuiteTrait, TestScoping {
    @TaskLocal private static var current: RunningServer?

    /// The suite's PostgreSQL.
    package static var server: RunningServer {
        get throws { try #require(current, "the suite lacks .postgreSQL") }
    }

    /// Runs the suite while the server runs.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withPostgreSQL { server in
            try await Self.$current.withValue(server) { try await function() }
        }
    }
}

extension Trait where Self == PostgreSQLScope {
    /// Gives a suite a PostgreSQL of its own.
    public static var postgreSQL: Self { PostgreSQLScope() }
}
