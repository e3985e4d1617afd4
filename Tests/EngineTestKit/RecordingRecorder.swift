package import Broker
import Synchronization

/// Keeps what it is given, and answers every entry with the same result, or as it was told.
package final class RecordingRecorder: EntryRecorder {
    private struct State {
        var entries: [LogEntry] = []
        var repeated: [LogEntry] = []
        var undecodable = 0
        var replies: [EntryReply] = []
        var result: RecordResult
    }

    private let state: Mutex<State>
    /// Decides on each entry; nil where all have the same result.
    private let decide: (@Sendable (LogEntry) -> RecordResult)?

    package init(_ decide: @escaping @Sendable (LogEntry) -> RecordResult) {
        state = Mutex(State(result: .recorded))
        self.decide = decide
    }

    package init(result: RecordResult = .recorded) {
        state = Mutex(State(result: result))
        decide = nil
    }

    package var entries: [LogEntry] { state.withLock { $0.entries } }
    /// The entries that were known to have been recorded before.
    package var repeated: [LogEntry] { state.withLock { $0.repeated } }
    package var undecodable: Int { state.withLock { $0.undecodable } }

    /// What every entry is answered with.
    package var result: RecordResult {
        get { state.withLock { $0.result } }
        set { state.withLock { $0.result = newValue } }
    }

    /// The ways to answer the entries whose result was `later`, oldest first; they are forgotten here.
    package func takeReplies() -> [EntryReply] {
        state.withLock { state in
            defer { state.replies = [] }
            return state.replies
        }
    }

    package func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        let copy = entry.copy()
        let result = state.withLock { state in
            state.entries.append(copy)
            return decide?(copy) ?? state.result
        }
        if result == .later {
            let reply = reply()
            state.withLock { $0.replies.append(reply) }
        }
        return result
    }

    package func countUndecodable() {
        state.withLock { $0.undecodable += 1 }
    }

    package func countRepeated(_ entry: borrowing ReceivedEntry) {
        let copy = entry.copy()
        state.withLock { $0.repeated.append(copy) }
    }
}
