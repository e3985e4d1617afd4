import Dispatch

/// One thread at a time, as an executor of actors and of tasks: what an event loop is to a real connection.
final class TestLoop: SerialExecutor, TaskExecutor {
    let queue = DispatchQueue(label: "test loop")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
        }
    }

    func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
