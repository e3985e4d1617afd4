import Synchronization

/// The runs that a ledger remembers: a loop looks here for a run that it has not met yet.
final class LedgerRuns: Sendable {
    /// The most runs that are remembered.
    ///
    /// For a new one the oldest is forgotten of those that were not announced; one that was, only where all were.
    private static let most = 256

    private struct State {
        var runs: [[UInt8]: Run] = [:]
        /// The runs that were announced, and the others, each the oldest first.
        var announced: [[UInt8]] = []
        var unannounced: [[UInt8]] = []
        /// What runs that are forgotten could not keep.
        var untrackedBefore: UInt64 = 0
    }

    private let loops: Int
    private let memory: LedgerMemory
    private let state = Mutex(State())

    /// - Parameters:
    ///   - memory: the memory for their accounts, in bytes.
    ///   - loops: how many loops keep accounts of them.
    init(memory: Int, loops: Int) {
        self.memory = LedgerMemory(limit: memory)
        self.loops = loops
    }

    /// A run that is known.
    func known(_ id: [UInt8]) -> Run? {
        state.withLock { $0.runs[id] }
    }

    /// A run, which is new where none of that id is known, and the one that was forgotten for it.
    func run(_ id: [UInt8]) -> (run: Run, forgotten: Run?) {
        state.withLock { state in
            if let known = state.runs[id] { return (known, nil) }
            let (run, forgotten) = insert(id, isAnnounced: false, isSealed: false, into: &state)
            state.unannounced.append(id)
            return (run, forgotten)
        }
    }

    /// Announces a run.
    /// - Returns: whether it is new, and the one that was forgotten for it.
    func announce(_ id: [UInt8], isSealed: Bool, clockAhead: Int64) -> (isNew: Bool, forgotten: Run?) {
        state.withLock { state in
            guard state.runs[id] == nil else { return (false, nil) }
            let forgotten = insert(
                id, isAnnounced: true, isSealed: isSealed, clockAhead: clockAhead, into: &state
            ).forgotten
            state.announced.append(id)
            return (true, forgotten)
        }
    }

    private func insert(
        _ id: [UInt8], isAnnounced: Bool, isSealed: Bool, clockAhead: Int64 = 0, into state: inout State
    ) -> (run: Run, forgotten: Run?) {
        var forgotten: Run?
        if state.runs.count >= Self.most {
            let oldest =
                state.unannounced.isEmpty ? state.announced.removeFirst() : state.unannounced.removeFirst()
            forgotten = state.runs.removeValue(forKey: oldest)
            state.untrackedBefore += forgotten?.untracked.load(ordering: .relaxed) ?? 0
            _ = forgotten?.isForgotten.set()
        }
        let run = Run(
            id: id, isSealed: isSealed, clockAhead: clockAhead, memory: memory.share(isAnnounced: isAnnounced),
            loops: loops)
        state.runs[id] = run
        return (run, forgotten)
    }

    /// What the accounts take.
    func use() -> LedgerUse {
        state.withLock { state in
            LedgerUse(
                runs: state.runs.count, usedBytes: memory.used, limitBytes: memory.limit,
                untracked: state.runs.values.reduce(state.untrackedBefore) {
                    $0 + $1.untracked.load(ordering: .relaxed)
                })
        }
    }
}
