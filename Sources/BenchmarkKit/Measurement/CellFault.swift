import BenchmarkResults
import Broker
import Glibc

/// What the lab does to a logger at a third of a cell.
struct CellFault: Sendable {
    var fault: Fault
    /// How long the cell is measured, in seconds.
    var duration: Double
    /// The logger.
    var logger: LoggerLife
    /// Told the process of a logger that was started again.
    var startedAgain: @Sendable (pid_t) -> Void

    /// Waits for its time, from when what is measured begins, and does it.
    /// - Returns: when it was; nil where it is not the lab that does it.
    /// - Throws: `CancellationError` before its time; ``BenchmarkError`` where a logger does not come back.
    func happen() async throws -> FaultEvent? {
        guard fault == .loggerKill || fault == .loggerStop else { return nil }
        try await Task.sleep(for: .seconds(Fault.beginning(in: duration)))
        guard fault == .loggerKill else { return await stop(await logger.pid) }
        let event = try await logger.killAndStartAgain(after: .seconds(fault.seconds))
        startedAgain(await logger.pid)
        return event
    }

    /// Has a process stand still for a while, however that ends.
    private func stop(_ pid: pid_t) async -> FaultEvent {
        let began = MonotonicClock.now
        kill(pid, SIGSTOP)
        try? await Task.sleep(for: .seconds(fault.seconds))
        kill(pid, SIGCONT)
        return FaultEvent(began: began, ended: MonotonicClock.now)
    }
}
