import Broker
import Synchronization

/// A call whose method is at work in a task, which is cancelled with it.
final class RunningCall: Sendable {
    private let answer = Mutex<RPCAnswer?>(nil)
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Runs the method, keeps its answer and tells through `reply` that it is there.
    func start(_ method: @escaping @Sendable () async -> RPCAnswer, reply: EntryReply) {
        let task = Task { [weak self] in
            let answer = await method()
            self?.answer.withLock { $0 = answer }
            reply(.recorded)
        }
        self.task.withLock { $0 = task }
    }

    /// The answer; nil as long as there is none.
    func takeAnswer() -> RPCAnswer? {
        answer.withLock { $0.take() }
    }

    deinit {
        task.withLock { $0?.cancel() }
    }
}
