import Broker
import TransportIO

/// Sends entries one behind the other, as a program would that measures nothing: what the load generator is held against.
///
/// It reads no clock for an entry and records nothing of it. Entries are numbered all the same, so that the logger has the same
/// work with them.
enum BareLoop {
    /// Unchecked: touched by functions that are isolated to one connection only.
    private final class State: @unchecked Sendable {
        var isOver = false
        var nextNumber: UInt64 = 0
        var result: LoadResult

        init(start: UInt64) {
            result = LoadResult(start: start, isOpen: false)
        }
    }

    /// The longest wait after which is looked whether the load is to end.
    private static let longestSleep: UInt64 = 50_000_000

    /// Runs a phase to its end, or until the task is cancelled or an entry fails.
    static func run<Connection: PacedConnection>(
        _ phase: LoadPhase, on connection: isolated Connection
    ) async -> LoadResult {
        let state = State(start: MonotonicClock.now)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<phase.inFlight {
                group.addTask { await send(phase, state, on: connection) }
            }
            let end = state.result.start &+ phase.duration
            while case let now = MonotonicClock.now, now < end, !state.isOver, !Task.isCancelled {
                await connection.sleep(until: min(end, now &+ longestSleep))
            }
            state.isOver = true
        }
        state.result.end = MonotonicClock.now
        state.result.sent = state.nextNumber
        state.result.acked = state.nextNumber &- state.result.errors
        return state.result
    }

    private static func send<Connection: PacedConnection>(
        _ phase: LoadPhase, _ state: State, on connection: isolated Connection
    ) async {
        let start = state.result.start
        while !state.isOver {
            let sequence = phase.share.sequence(of: state.nextNumber)
            state.nextNumber &+= 1
            do {
                _ = try await connection.send(phase.entry(sequence: sequence, intended: start))
            } catch {
                state.result.count(error)
                state.isOver = true
            }
        }
    }
}
