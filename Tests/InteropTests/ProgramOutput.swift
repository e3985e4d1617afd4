import Foundation
import Synchronization

/// The lines that a program printed on one of its streams so far, and who waits for more.
final class ProgramOutput: Sendable {
    private struct State {
        var lines: [String] = []
        var hasEnded = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// The lines so far.
    var lines: [String] { state.withLock { $0.lines } }

    /// Whether there will be no more lines.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// The lines so far, as one text.
    var text: String { lines.joined(separator: "\n") }

    /// Waits until `find` returns something for the lines so far.
    /// - Throws: ``OutputEnded`` when the stream ends before that. Every program's time is limited, so its stream ends.
    func wait<Found>(for what: String, _ find: ([String]) throws -> Found?) async throws -> Found {
        while true {
            let (lines, hasEnded) = state.withLock { ($0.lines, $0.hasEnded) }
            if let found = try find(lines) { return found }
            guard !hasEnded else { throw OutputEnded(awaited: what, lines: lines) }
            await withCheckedContinuation { waiter in
                let isLate = state.withLock { state in
                    if state.lines.count == lines.count && !state.hasEnded {
                        state.waiters.append(waiter)
                        return false
                    }
                    return true
                }
                if isLate { waiter.resume() }
            }
        }
    }

    /// Waits until there will be no more lines.
    func waitForEnd() async {
        _ = try? await wait(for: "its end") { _ -> Void? in nil }
    }

    func append(_ line: String) {
        change { $0.lines.append(line) }
    }

    func end() {
        change { $0.hasEnded = true }
    }

    private func change(_ body: (inout sending State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            let waiters = state.waiters
            state.waiters = []
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// A program that ended, or whose time was up, before it printed what a test waits for.
struct OutputEnded: Error, CustomStringConvertible {
    var awaited: String
    var lines: [String]

    var description: String {
        "ended without \(awaited); it printed: \(lines.isEmpty ? "nothing" : lines.joined(separator: "\n"))"
    }
}
