import Synchronization
import Terminal

/// The running account of a job, on standard error once it takes more than two seconds.
final class SendProgress: Sendable {
    private let isTerminal = StandardError.isTerminal
    private let hasShown = Mutex(false)

    /// Shows every second what `outcome` returns, until the task is cancelled.
    func run(_ outcome: @Sendable () async -> SendOutcome?) async throws {
        try await Task.sleep(for: .seconds(1))
        while true {
            try await Task.sleep(for: .seconds(1))
            guard let outcome = await outcome() else { continue }
            try Task.checkCancellation()
            show("sent \(outcome.sent), acknowledged \(outcome.acked), failed \(outcome.failed)")
        }
    }

    private func show(_ text: String) {
        hasShown.withLock { hasShown in
            hasShown = true
            if isTerminal { StandardError.redraw(text) } else { StandardError.write(line: text) }
        }
    }

    /// Clears the line that was shown last.
    func erase() {
        if isTerminal, hasShown.withLock({ $0 }) { StandardError.erase() }
    }
}
