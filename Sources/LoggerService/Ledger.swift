public import Broker
import Synchronization

/// The logger's one account of everything it received, whatever transport brought it.
public final class Ledger: Sendable {
    /// The most runs that are remembered; the oldest is forgotten for a new one.
    static let maxRuns = 256

    private struct State: ~Copyable {
        var runs: [[UInt8]: RunLedger] = [:]
        var oldestFirst: [[UInt8]] = []
        var latest: RunLedger?
        var ring: EntryRing
        var sources: [SourceCount] = []

        init(storeBytes: Int) {
            ring = EntryRing(byteCount: storeBytes)
        }
    }

    private let state: Mutex<State>

    /// Creates a ledger.
    /// - Parameter storeBytes: the memory for the latest entries.
    public init(storeBytes: Int = 64 * 1024 * 1024) {
        state = Mutex(State(storeBytes: storeBytes))
    }

    /// Where the entries of one transport are recorded.
    public func recorder(for transport: String) -> some EntryRecorder {
        let source = state.withLock { state in
            state.sources.append(SourceCount(transport: transport))
            return UInt8(state.sources.count - 1)
        }
        return LedgerRecorder(ledger: self, source: source)
    }

    /// Announces a run whose entries carry a ``PayloadSeal``; false if the id is taken or too long.
    func announce(run: String, isSealed: Bool) -> Bool {
        let id = Array(run.utf8)
        guard !id.isEmpty && id.count <= EntryLimits.maxRunIDBytes else { return false }
        return state.withLock { state in
            guard state.runs[id] == nil else { return false }
            _ = Self.insert(RunLedger(id: id, isSealed: isSealed), into: &state)
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

    fileprivate func record(_ entry: borrowing ReceivedEntry, source: UInt8) -> RecordResult {
        guard entry.run.byteCount <= EntryLimits.maxRunIDBytes else {
            countUndecodable(source: source)
            return .rejected("the run id exceeds the limit of \(EntryLimits.maxRunIDBytes) bytes")
        }
        let now = MonotonicClock.wallTime
        state.withLock { state in
            state.sources[Int(source)].received += 1
            if !entry.run.isEmpty {
                Self.run(of: entry, in: &state).record(entry, at: now)
            }
            state.ring.append(entry, receivedAt: now, source: source)
        }
        return .recorded
    }

    private static func run(of entry: borrowing ReceivedEntry, in state: inout State) -> RunLedger {
        let isLatest = state.latest.map { latest in entry.run.withUnsafeBytes { $0.elementsEqual(latest.id) } }
        if let latest = state.latest, isLatest == true { return latest }
        let id = entry.run.withUnsafeBytes { Array($0) }
        let run = state.runs[id] ?? insert(RunLedger(id: id, isSealed: false), into: &state)
        state.latest = run
        return run
    }

    fileprivate func countUndecodable(source: UInt8) {
        state.withLock { $0.sources[Int(source)].undecodable += 1 }
    }

    fileprivate func countRepeated(_ entry: borrowing ReceivedEntry, source: UInt8) {
        let now = MonotonicClock.wallTime
        state.withLock { state in
            state.sources[Int(source)].repeated += 1
            guard !entry.run.isEmpty, entry.run.byteCount <= EntryLimits.maxRunIDBytes else { return }
            Self.run(of: entry, in: &state).record(entry, at: now)
        }
    }

    private static func insert(_ run: RunLedger, into state: inout State) -> RunLedger {
        if state.runs.count >= maxRuns {
            let oldest = state.oldestFirst.removeFirst()
            state.runs[oldest] = nil
            if state.latest?.id == oldest { state.latest = nil }
        }
        state.runs[run.id] = run
        state.oldestFirst.append(run.id)
        return run
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
