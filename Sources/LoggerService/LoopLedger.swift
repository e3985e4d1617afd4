import Broker
import EntryStore
import Synchronization

/// What one event loop brings to the ledger: its latest entries, and its account of each run.
///
/// Its lock is the loop's own but for those who read, and for the thread that reads large messages for the loop.
final class LoopLedger: Sendable {
    private struct State: ~Copyable {
        var runs: [[UInt8]: RunLedger] = [:]
        var latest: RunLedger?
        var ring: EntryRing
        var sources: [SourceCount] = []

        init(storeBytes: Int) {
            ring = EntryRing(byteCount: storeBytes)
        }
    }

    /// What became of an entry.
    enum Outcome {
        case kept
        /// Its texts are still to be copied, without the lock: ``filled(_:)`` comes after that.
        case toFill(EntryRing.Room)
        /// Nothing: so many large ones came at once that they went round the ring, and one of them is being copied there.
        case occupied
        /// Nothing: there is no account of its run yet.
        case unknownRun
    }

    private let state: Mutex<State>

    /// - Parameter storeBytes: the memory for the latest entries.
    init(storeBytes: Int) {
        state = Mutex(State(storeBytes: storeBytes))
    }

    /// Counts what a further transport brings, by the number that is the next one.
    func addSource(_ transport: String) {
        state.withLock { $0.sources.append(SourceCount(transport: transport)) }
    }

    // MARK: Recording

    /// - Parameter commit: what has brought the entry into a database; nil where there is none.
    func record(
        _ entry: borrowing ReceivedEntry, at now: Int64, source: UInt8, commit: EntryBatch.Commit?
    ) -> Outcome {
        state.withLock { state in
            var run: RunLedger?
            if !entry.run.isEmpty {
                run = Self.run(of: entry, in: &state)
                guard run != nil else { return .unknownRun }
            }
            let outcome = Self.keep(entry, in: &state.ring, receivedAt: now, source: source)
            if case .occupied = outcome { return outcome }
            state.sources[Int(source)].received += 1
            if let run {
                run.record(entry, at: now)
                if let commit { run.count(commit) }
            }
            return outcome
        }
    }

    private static func keep(
        _ entry: borrowing ReceivedEntry, in ring: inout EntryRing, receivedAt: Int64, source: UInt8
    ) -> Outcome {
        guard ring.isLarge(entry) else {
            return ring.append(entry, receivedAt: receivedAt, source: source) ? .kept : .occupied
        }
        return ring.reserve(entry, receivedAt: receivedAt, source: source).map { .toFill($0) } ?? .occupied
    }

    /// The texts of an entry are in its room.
    func filled(_ room: EntryRing.Room) {
        state.withLock { $0.ring.filled(room) }
    }

    func countUndecodable(source: UInt8) {
        state.withLock { $0.sources[Int(source)].undecodable += 1 }
    }

    /// Counts an entry that was recorded before.
    /// - Returns: false, and nothing is done, where there is no account of its run yet.
    func countRepeated(_ entry: borrowing ReceivedEntry, at now: Int64, source: UInt8) -> Bool {
        state.withLock { state in
            if !entry.run.isEmpty, entry.run.byteCount <= EntryLimits.maxRunIDBytes {
                guard let run = Self.run(of: entry, in: &state) else { return false }
                run.record(entry, at: now)
            }
            state.sources[Int(source)].repeated += 1
            return true
        }
    }

    // MARK: Runs

    private static func run(of entry: borrowing ReceivedEntry, in state: inout State) -> RunLedger? {
        let isLatest = state.latest.map { latest in entry.run.withUnsafeBytes { $0.elementsEqual(latest.run.id) } }
        if let latest = state.latest, isLatest == true { return latest }
        guard let known = state.runs[entry.run.withUnsafeBytes { Array($0) }] else { return nil }
        state.latest = known
        return known
    }

    /// Begins the account of a run, unless it has been forgotten meanwhile.
    func begin(_ run: Run) {
        state.withLock { state in
            // One that is forgotten from now on is taken out after this.
            guard !run.isForgotten.isSet, state.runs[run.id]?.run !== run else { return }
            state.runs[run.id] = RunLedger(of: run)
            state.latest = nil
        }
    }

    /// Ends the account of a run that is forgotten.
    func end(_ run: Run) {
        state.withLock { state in
            if state.runs[run.id]?.run === run { state.runs[run.id] = nil }
            if state.latest?.run === run { state.latest = nil }
        }
    }

    /// Adds the account of a run to a sum.
    func add(_ run: Run, to sum: inout RunSum) {
        state.withLock { state in
            guard let account = state.runs[run.id], account.run === run else { return }
            account.add(to: &sum)
        }
    }

    // MARK: Reading

    /// What every transport has brought so far.
    var counts: [SourceCount] { state.withLock { $0.sources } }

    /// Lends the latest entries, and the transports by the numbers that entries have of them.
    func withRing<R: Sendable>(_ body: (borrowing EntryRing, [SourceCount]) -> R) -> R {
        state.withLock { body($0.ring, $0.sources) }
    }
}
