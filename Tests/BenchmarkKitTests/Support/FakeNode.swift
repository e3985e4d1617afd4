import Broker
import Synchronization

/// A companion's process that notes what is done to it.
final class FakeNode: CompanionNode {
    private let state: Mutex<(processID: Int32?, done: [String])>

    init(processID: Int32?) {
        state = Mutex((processID, []))
    }

    var processID: Int32? { state.withLock { $0.processID } }

    /// What was done to it, in order.
    var done: [String] { state.withLock { $0.done } }

    func kill() async throws {
        try Task.checkCancellation()
        state.withLock { $0.done.append("kill") }
    }

    func withoutMemory(_ body: () async -> Void) async throws {
        state.withLock { $0.done.append("withoutMemory") }
        await body()
    }

    func startAgain() async throws {
        state.withLock { $0.done.append("startAgain") }
    }
}
