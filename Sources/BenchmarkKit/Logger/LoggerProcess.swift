import BenchmarkResults

/// A logger that runs as a process of its own.
struct LoggerProcess: Sendable {
    /// Its process id, when it was ready.
    var pid: Int32
    /// What it said when it was ready: where each transport can be sent to, and who it is.
    var ready: PartyReadiness
    /// The whole of it, in which it may be another process later.
    var life: LoggerLife
    /// Where each transport can be sent to.
    var targets: [String: String] { ready.targets }

    /// Starts a logger, lends it to `body` when it is ready, and stops it when `body` ends, however it ends.
    static func run<Value: Sendable>(
        _ command: LoggerCommand, readyLimit: Duration = PartyProcess.readyLimit,
        _ body: @escaping @Sendable (LoggerProcess) async throws -> Value
    ) async throws -> Value {
        try await run([command], readyLimit: readyLimit) { try await body($0[0]) }
    }

    /// Starts loggers side by side, lends them to `body` when all are ready, and stops them when `body` ends, however it
    /// ends.
    /// - Throws: what `body` throws; ``BenchmarkError`` with a logger's last words when it cannot be started, does not
    ///   become ready, or ends before `body` does.
    static func run<Value: Sendable>(
        _ commands: [LoggerCommand], readyLimit: Duration = PartyProcess.readyLimit,
        _ body: @escaping @Sendable ([LoggerProcess]) async throws -> Value
    ) async throws -> Value {
        var lives: [LoggerLife] = []
        let result: Result<Value, any Error>
        do {
            // A start is a system call or two; what takes time is to become ready.
            for command in commands { lives.append(try await LoggerLife.start(command, readyLimit: readyLimit)) }
            result = .success(try await lend(lives, body))
        } catch {
            result = .failure(error)
        }
        await withTaskGroup { group in
            for life in lives { group.addTask { await life.end() } }
        }
        return try result.get()
    }

    /// What is told of a transport that a logger does not serve.
    static func missing(_ transport: String) -> BenchmarkError {
        BenchmarkError("the logger announced no address for '\(transport)'. Have it listen there, or leave it out.")
    }

    private static func lend<Value: Sendable>(
        _ lives: [LoggerLife], _ body: @escaping @Sendable ([LoggerProcess]) async throws -> Value
    ) async throws -> Value {
        var loggers: [LoggerProcess] = []
        for life in lives {
            let ready = try await life.untilReady()
            loggers.append(LoggerProcess(pid: await life.pid, ready: ready, life: life))
        }
        return try await withThrowingTaskGroup(of: Value?.self) { [loggers] group in
            group.addTask { try await body(loggers) }
            for life in lives {
                group.addTask {
                    try await life.watch()
                    return nil
                }
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }
}
