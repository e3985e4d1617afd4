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
        var nextNumber: UInt64
        /// How many entries were answered.
        var acked: UInt64 = 0
        var result: LoadResult

        init(start: UInt64, nextNumber: UInt64 = 0) {
            self.nextNumber = nextNumber
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
        await send(phase, state, on: connection) {
            await wait(until: state.result.start &+ phase.duration, state, on: connection)
        }
        state.result.end = MonotonicClock.now
        (state.result.sent, state.result.acked) = (state.nextNumber, state.acked)
        return state.result
    }

    /// Runs a slice of a phase, of which the answers between `start` and as long after it as the phase lasts are of its time.
    /// - Parameter result: what came of the slices before it.
    static func run<Connection: PacedConnection>(
        slice phase: LoadPhase, from start: UInt64, after result: LoadResult, isLate: Bool,
        on connection: isolated Connection
    ) async -> LoadResult {
        let state = State(start: result.start, nextNumber: result.sent)
        (state.result, state.acked) = (result, result.acked)
        var inTime: Double = 0
        await send(phase, state, on: connection) {
            await wait(until: start, state, on: connection)
            let (before, begin) = (state.acked, MonotonicClock.now)
            await wait(until: start &+ phase.duration, state, on: connection)
            // What else is to be done makes the two looks late.
            let seconds = Double(MonotonicClock.now &- begin) / Double(phase.duration)
            if seconds > 0 { inTime = Double(state.acked &- before) / seconds }
        }
        state.result.end = MonotonicClock.now
        (state.result.sent, state.result.acked) = (state.nextNumber, state.acked)
        let half = isLate ? \LoadResult.ackedInSecondHalf : \.ackedInFirstHalf
        state.result[keyPath: half] &+= UInt64(inTime.rounded())
        return state.result
    }

    /// Sends until `wait` returns, and all that was sent is answered.
    private static func send<Connection: PacedConnection>(
        _ phase: LoadPhase, _ state: State, on connection: isolated Connection, while wait: () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<phase.inFlight {
                group.addTask { await send(phase, state, on: connection) }
            }
            await wait()
            state.isOver = true
        }
    }

    private static func wait<Connection: PacedConnection>(
        until end: UInt64, _ state: State, on connection: isolated Connection
    ) async {
        while case let now = MonotonicClock.now, now < end, !state.isOver, !Task.isCancelled {
            await connection.sleep(until: min(end, now &+ longestSleep))
        }
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
                state.acked &+= 1
            } catch {
                state.result.count(error)
                state.isOver = true
            }
        }
    }
}
