/// A task that its starter never waits for longer than a limit.
///
/// Structured concurrency waits for every child, and a child that waits for an answer which never comes does not notice
/// its cancellation. A benchmark must survive such a transport: it leaves the task behind and says so.
enum BoundedTask {
    /// Why there is no result.
    enum Failure: Error {
        /// The work was still running when the limit and the grace after its cancellation had passed.
        case overdue
    }

    private enum Event<Result: Sendable>: Sendable {
        case finished(Swift.Result<Result, any Error>)
        case overdue
        case cancelled
        case abandoned
    }

    /// Runs `work` in a task of its own; cancels it when `limit` has passed or the caller is cancelled, and gives it up
    /// when it goes on for longer than `grace` after that.
    /// - Parameter left: how much of the limit is left when as much time has passed, of work that has waited meanwhile; nil is
    ///   for nothing.
    static func run<Result: Sendable>(
        limit: Duration, left: (@Sendable () async -> Duration)? = nil, grace: Duration = .seconds(2),
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let (events, sink) = AsyncStream.makeStream(of: Event<Result>.self)
        let worker = Task { @concurrent in
            do {
                sink.yield(.finished(.success(try await work())))
            } catch {
                sink.yield(.finished(.failure(error)))
            }
        }
        // A task of its own, because the loop has to go on when the caller is cancelled.
        let waiter = Task { @concurrent in
            var timer = report(.overdue, after: limit, left: left, to: sink)
            defer { timer.cancel() }
            for await event in events {
                switch event {
                case .finished(let result): return result
                case .abandoned: return .failure(Failure.overdue)
                case .overdue, .cancelled:
                    worker.cancel()
                    timer.cancel()
                    timer = report(.abandoned, after: grace, to: sink)
                }
            }
            return .failure(Failure.overdue)
        }
        return try await withTaskCancellationHandler {
            try await waiter.value.get()
        } onCancel: {
            sink.yield(.cancelled)
        }
    }

    private static func report<Result: Sendable>(
        _ event: Event<Result>, after delay: Duration, left: (@Sendable () async -> Duration)? = nil,
        to sink: AsyncStream<Event<Result>>.Continuation
    ) -> Task<Void, Never> {
        Task { @concurrent in
            var delay = delay
            repeat {
                guard (try? await Task.sleep(for: delay)) != nil else { return }
                delay = await left?() ?? .zero
            } while delay > .zero
            sink.yield(event)
        }
    }
}
