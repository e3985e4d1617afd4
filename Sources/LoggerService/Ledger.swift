package import Broker
import EntryStore
import Glibc
import Synchronization

/// The logger's one account of everything it received, whatever transport brought it.
package final class Ledger: Sendable {
    /// The most runs that are remembered.
    ///
    /// For a new one the oldest is forgotten of those that were not announced; one that was, only where all were.
    static let maxRuns = 256

    private struct State: ~Copyable {
        var runs: [[UInt8]: RunLedger] = [:]
        /// The runs that were announced, and the others, each the oldest first.
        var announced: [[UInt8]] = []
        var unannounced: [[UInt8]] = []
        var latest: RunLedger?
        var ring: EntryRing
        var sources: [SourceCount] = []
        let memory: LedgerMemory
        /// What runs that are forgotten could not keep.
        var untrackedBefore: UInt64 = 0

        init(storeBytes: Int, runBytes: Int) {
            ring = EntryRing(byteCount: storeBytes)
            memory = LedgerMemory(limit: runBytes)
        }
    }

    private let state: Mutex<State>

    /// Creates a ledger.
    /// - Parameters:
    ///   - storeBytes: the memory for the latest entries.
    ///   - runBytes: the memory for the accounts of all runs together. A run that was not announced gets a sixteenth of it at
    ///     most, all of them together a half. Where there is none left, entries go on to be recorded and acknowledged; the
    ///     run's report tells how many of them were not held against the others.
    package init(storeBytes: Int = 64 * 1024 * 1024, runBytes: Int = 256 * 1024 * 1024) {
        state = Mutex(State(storeBytes: storeBytes, runBytes: runBytes))
    }

    /// Where the entries of one transport are recorded.
    package func recorder(for transport: String) -> some EntryRecorder {
        LedgerRecorder(ledger: self, source: source(transport))
    }

    /// The number that a transport has from now on.
    func source(_ transport: String) -> UInt8 {
        state.withLock { state in
            state.sources.append(SourceCount(transport: transport))
            return UInt8(state.sources.count - 1)
        }
    }

    /// Announces a run whose entries carry a ``PayloadSeal``; false if the id is taken or too long.
    func announce(run: String, isSealed: Bool) -> Bool {
        let id = Array(run.utf8)
        guard !id.isEmpty && id.count <= EntryLimits.maxRunIDBytes else { return false }
        return state.withLock { state in
            guard state.runs[id] == nil else { return false }
            let memory = state.memory.share(isAnnounced: true)
            Self.insert(RunLedger(id: id, isSealed: isSealed, memory: memory), into: &state)
            state.announced.append(id)
            return true
        }
    }

    /// The account of a run; nil if nothing is known of it.
    func report(run: String) -> RunReport? {
        state.withLock { $0.runs[Array(run.utf8)]?.report() }
    }

    /// Lends the latest entries, and the transports by the numbers that entries have of them.
    func withRing<R: Sendable>(_ body: (borrowing EntryRing, [SourceCount]) -> R) -> R {
        state.withLock { body($0.ring, $0.sources) }
    }

    /// What every transport has brought so far.
    func counts() -> [SourceCount] {
        state.withLock { $0.sources }
    }

    /// What the accounts of the runs take.
    func use() -> LedgerUse {
        state.withLock { state in
            LedgerUse(
                runs: state.runs.count, usedBytes: state.memory.used, limitBytes: state.memory.limit,
                untracked: state.runs.values.reduce(state.untrackedBefore) { $0 + $1.untracked })
        }
    }

    /// Why an entry is not taken, which is counted; nil for one that is.
    func refusal(of entry: borrowing ReceivedEntry, source: UInt8) -> RecordResult? {
        guard entry.run.byteCount > EntryLimits.maxRunIDBytes else { return nil }
        countUndecodable(source: source)
        return .rejected("the run id exceeds the limit of \(EntryLimits.maxRunIDBytes) bytes")
    }

    /// - Parameter commit: what has brought the entry into a database; nil where there is none.
    @discardableResult
    func record(
        _ entry: borrowing ReceivedEntry, source: UInt8, commit: EntryBatch.Commit? = nil
    ) -> RecordResult {
        if let refusal = refusal(of: entry, source: source) { return refusal }
        let now = MonotonicClock.wallTime
        while true {
            let outcome = state.withLock { state in
                let outcome = Self.keep(entry, in: &state.ring, receivedAt: now, source: source)
                if case .occupied = outcome { return outcome }
                state.sources[Int(source)].received += 1
                if !entry.run.isEmpty {
                    let run = Self.run(of: entry, in: &state)
                    run.record(entry, at: now)
                    if let commit { run.count(commit) }
                }
                return outcome
            }
            switch outcome {
            case .kept: return .recorded
            case .toFill(let room):
                // Without the lock, for which event loops wait.
                room.fill(entry)
                state.withLock { $0.ring.filled(room) }
                return .recorded
            case .occupied:
                // So many large ones came at once that they went round the ring: for as long as copying one of them takes.
                sched_yield()
            }
        }
    }

    private enum Keeping {
        case kept
        case toFill(EntryRing.Room)
        case occupied
    }

    private static func keep(
        _ entry: borrowing ReceivedEntry, in ring: inout EntryRing, receivedAt: Int64, source: UInt8
    ) -> Keeping {
        guard ring.isLarge(entry) else {
            return ring.append(entry, receivedAt: receivedAt, source: source) ? .kept : .occupied
        }
        return ring.reserve(entry, receivedAt: receivedAt, source: source).map { .toFill($0) } ?? .occupied
    }

    private static func run(of entry: borrowing ReceivedEntry, in state: inout State) -> RunLedger {
        let isLatest = state.latest.map { latest in entry.run.withUnsafeBytes { $0.elementsEqual(latest.id) } }
        if let latest = state.latest, isLatest == true { return latest }
        let id = entry.run.withUnsafeBytes { Array($0) }
        if let known = state.runs[id] {
            state.latest = known
            return known
        }
        let memory = state.memory.share(isAnnounced: false)
        let run = RunLedger(id: id, isSealed: false, memory: memory)
        insert(run, into: &state)
        state.unannounced.append(id)
        state.latest = run
        return run
    }

    func countUndecodable(source: UInt8) {
        state.withLock { $0.sources[Int(source)].undecodable += 1 }
    }

    func countRepeated(_ entry: borrowing ReceivedEntry, source: UInt8) {
        let now = MonotonicClock.wallTime
        state.withLock { state in
            state.sources[Int(source)].repeated += 1
            guard !entry.run.isEmpty, entry.run.byteCount <= EntryLimits.maxRunIDBytes else { return }
            Self.run(of: entry, in: &state).record(entry, at: now)
        }
    }

    private static func insert(_ run: RunLedger, into state: inout State) {
        if state.runs.count >= maxRuns {
            let oldest =
                state.unannounced.isEmpty ? state.announced.removeFirst() : state.unannounced.removeFirst()
            state.untrackedBefore += state.runs.removeValue(forKey: oldest)?.untracked ?? 0
            if state.latest?.id == oldest { state.latest = nil }
        }
        state.runs[run.id] = run
    }
}

/// What one transport has brought.
struct SourceCount: Sendable {
    var transport: String
    var received: UInt64 = 0
    var undecodable: UInt64 = 0
    /// Entries that came once more and were known by the id of their message.
    var repeated: UInt64 = 0
}

/// The ledger as one transport sees it.
private struct LedgerRecorder: EntryRecorder {
    let ledger: Ledger
    let source: UInt8

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        ledger.record(entry, source: source)
    }

    func countUndecodable() {
        ledger.countUndecodable(source: source)
    }

    func countRepeated(_ entry: borrowing ReceivedEntry) {
        ledger.countRepeated(entry, source: source)
    }
}
