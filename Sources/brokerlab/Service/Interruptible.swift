import ArgumentParser
import UnixSignals

/// Work that Ctrl-C (SIGINT) and SIGTERM end by cancelling it, so that it can clean up.
enum Interruptible {
    /// What a shell reports of a program that SIGINT ended.
    static let exitCode = ExitStatus.interrupted.exitCode

    /// How the work ended.
    enum Ending<R: Sendable>: Sendable {
        case finished(R)
        /// By a signal; nil for work that took longer than its grace.
        case interrupted(R?)
    }

    private enum Event<R: Sendable>: Sendable {
        case finished(Result<R, any Error>)
        case signal
        case graceIsOver
    }

    /// Runs `work`, which a signal cancels, and awaits its result all the same.
    static func run<R: Sendable>(_ work: @escaping @Sendable () async throws -> R) async throws -> R {
        switch try await run(grace: nil, work) {
        case .finished(let result), .interrupted(let result?): return result
        case .interrupted(nil): throw exitCode
        }
    }

    /// Runs `work`, which a signal cancels.
    /// - Parameter grace: how long `work` may go on after that; a second signal ends it as well. Nil for as long as it takes.
    static func run<R: Sendable>(
        grace: Duration?, _ work: @escaping @Sendable () async throws -> R
    ) async throws -> Ending<R> {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let (events, sink) = AsyncStream.makeStream(of: Event<R>.self)
        let task = Task {
            do {
                sink.yield(.finished(.success(try await work())))
            } catch {
                sink.yield(.finished(.failure(error)))
            }
        }
        let watcher = Task {
            for await _ in signals { sink.yield(.signal) }
        }
        var timer: Task<Void, any Error>?
        defer {
            watcher.cancel()
            timer?.cancel()
        }
        var isInterrupted = false
        for await event in events {
            switch event {
            case .finished(.success(let result)): return isInterrupted ? .interrupted(result) : .finished(result)
            case .finished(.failure(is CancellationError)): throw exitCode
            case .finished(.failure) where isInterrupted && grace != nil: return .interrupted(nil)
            case .finished(.failure(let error)): throw error
            case .signal where !isInterrupted:
                isInterrupted = true
                task.cancel()
                guard let grace else { continue }
                timer = Task {
                    try await Task.sleep(for: grace)
                    sink.yield(.graceIsOver)
                }
            case .signal where grace == nil: continue
            case .signal, .graceIsOver: return .interrupted(nil)
            }
        }
        throw exitCode
    }
}
