import BenchmarkResults
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// A logger that runs as a process of its own.
struct LoggerProcess: Sendable {
    /// Its process id.
    var pid: Int32
    /// Where each transport can be sent to.
    var targets: [String: String]

    /// How long the logger may take to listen on everything; consuming from a message broker is the slowest.
    static let readyLimit = Duration.seconds(30)
    /// How long it may take to drain before it is killed.
    static let drainLimit = Duration.seconds(10)

    /// Starts a logger, lends it to `body` when it is ready, and stops it when `body` ends, however it ends.
    ///
    /// The logger's standard input is a pipe that this process alone holds the other end of: should this process be
    /// killed, the pipe ends, and so does the logger.
    /// - Throws: what `body` throws; ``BenchmarkError`` with the logger's last words when it cannot be started, does not
    ///   become ready, or ends before `body` does.
    static func run<Value: Sendable>(
        _ command: LoggerCommand, readyLimit: Duration = Self.readyLimit,
        _ body: @escaping @Sendable (LoggerProcess) async throws -> Value
    ) async throws -> Value {
        let conversation = LoggerConversation<Value>(readyLimit: readyLimit, body: body)
        // A task of its own, which is never cancelled: swift-subprocess stops a process as soon as its task is cancelled,
        // which would take the logger away from a body that has yet to end in good order.
        let task = Task { @concurrent in
            let (outcome, status) = try await hold(conversation, with: command)
            return try result(of: outcome, status, readyLimit)
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            conversation.cancel()
        }
    }

    private static func hold<Value: Sendable>(
        _ conversation: LoggerConversation<Value>, with command: LoggerCommand
    ) async throws(BenchmarkError) -> (LoggerConversation<Value>.Outcome, TerminationStatus) {
        var options = PlatformOptions()
        // A process group of its own: Ctrl-C reaches the benchmark alone, which then stops the logger in its turn.
        options.processGroupID = 0
        do {
            let run = try await Subprocess.run(
                .path(FilePath(command.executable)), arguments: Arguments(command.arguments), platformOptions: options,
                input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                await conversation.hold(
                    pid: execution.processIdentifier.value, output: execution.standardOutput,
                    error: execution.standardError
                ) {
                    await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: drainLimit)])
                }
            }
            return (run.closureResult, run.terminationStatus)
        } catch {
            throw BenchmarkError("cannot start the logger '\(command.executable)': \(error)")
        }
    }

    private static func result<Value>(
        of outcome: LoggerConversation<Value>.Outcome, _ status: TerminationStatus, _ readyLimit: Duration
    ) throws -> Value {
        let end =
            switch status {
            case .exited(let code): "exit code \(code)"
            case .signaled(let signal): "killed by signal \(signal)"
            }
        let sentence: String
        switch outcome.ending {
        case .body(let result): return try result.get()
        case .neverReady: sentence = "the logger was not ready within \(readyLimit.components.seconds) s."
        case .endedBeforeReady: sentence = "the logger ended before it was ready (\(end))."
        case .endedTooEarly: sentence = "the logger ended in the middle of the benchmark (\(end))."
        }
        throw BenchmarkError(sentence + outcome.lastWords.asQuotation)
    }
}
