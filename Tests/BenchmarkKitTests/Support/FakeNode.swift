import Broker
import Synchronization

/// A companion's process that notes what is done to it.
final class FakeNode: CompanionNode {
    let name: String
    private let state: Mutex<(processID: Int32?, leader: String, done: [String])>

    /// - Parameter leader: who leads, as it says; itself unless told otherwise.
    init(processID: Int32?, name: String = "fake", leader: String? = nil) {
        self.name = name
        state = Mutex((processID, leader ?? name, []))
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

    func leader(of transport: TransportDescriptor, label: String) async throws -> String {
        state.withLock {
            $0.done.append("leader of \(label)")
            return $0.leader
        }
    }

    func leaveLead(of transport: TransportDescriptor, label: String) async throws {
        state.withLock { $0.done.append("leaveLead of \(label)") }
    }
}
