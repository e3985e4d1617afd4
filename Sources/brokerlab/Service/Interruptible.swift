import ArgumentParser
import UnixSignals

/// Work that Ctrl-C (SIGINT) and SIGTERM end by cancelling it, so that it can clean up.
enum Interruptible {
    /// What a shell reports of a program that SIGINT ended.
    static let exitCode = ExitCode(130)

    /// Runs `work`, which a signal cancels, and awaits its result all the same.
    static func run<R: Sendable>(_ work: @escaping @Sendable () async throws -> R) async throws -> R {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let task = Task { try await work() }
        let watcher = Task {
            for await _ in signals { task.cancel() }
        }
        defer { watcher.cancel() }
        do {
            return try await task.value
        } catch is CancellationError {
            throw exitCode
        }
    }
}
