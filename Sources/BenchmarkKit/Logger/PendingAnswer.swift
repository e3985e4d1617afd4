import Foundation
import FoundationNetworking
import Synchronization

/// The answer to a request of a `URLSession`, or the end of the wait for it, whichever comes first.
///
/// Foundation's own `data(for:)` is no choice here: with it, a task that is cancelled in the moment of the answer hangs,
/// and so does who cancels it. Its cancellation handler, which runs while the task's own lock is held, waits for the
/// session's queue, and the session's queue, which resumes the task, waits for that lock (swift-corelibs-foundation
/// issue 5412). Here a cancellation ends the wait and leaves the session alone.
final class PendingAnswer: Sendable {
    typealias Answer = (body: Data, response: URLResponse)

    private enum State {
        case open
        case awaited(CheckedContinuation<Answer, any Error>)
        case ended
    }

    private let state = Mutex(State.open)

    /// Sends `request` and waits for its answer.
    /// - Throws: `CancellationError` at once when the task is cancelled; what the session reports.
    static func receive(_ request: URLRequest, over session: URLSession) async throws -> Answer {
        let pending = PendingAnswer()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard pending.wait(with: continuation) else { return }
                let task = session.dataTask(with: request) { body, response, error in
                    if let body, let response, error == nil {
                        pending.end { $0.resume(returning: (body, response)) }
                    } else {
                        pending.end { $0.resume(throwing: error ?? URLError(.badServerResponse)) }
                    }
                }
                task.resume()
            }
        } onCancel: {
            pending.end { $0.resume(throwing: CancellationError()) }
        }
    }

    /// Keeps the continuation; or resumes it and returns false, when the task was cancelled before.
    private func wait(with continuation: CheckedContinuation<Answer, any Error>) -> Bool {
        let isOpen = state.withLock { state in
            guard case .open = state else { return false }
            state = .awaited(continuation)
            return true
        }
        if !isOpen { continuation.resume(throwing: CancellationError()) }
        return isOpen
    }

    /// Ends the wait, if that has not happened yet.
    private func end(_ resume: (CheckedContinuation<Answer, any Error>) -> Void) {
        let continuation = state.withLock { state -> CheckedContinuation<Answer, any Error>? in
            defer { state = .ended }
            guard case .awaited(let continuation) = state else { return nil }
            return continuation
        }
        // Without the lock, as who is resumed may go on at once.
        continuation.map(resume)
    }
}
