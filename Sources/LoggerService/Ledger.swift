package import Broker
import EntryStore
import Glibc
import Synchronization

/// The logger's one account of everything it received, whatever transport brought it.
///
/// Each event loop keeps the account of what it brings, so that no loop waits for another; they are summed up for those who ask.
package final class Ledger: Sendable {
    /// What each event loop brings.
    let loops: [LoopLedger]
    private let runs: LedgerRuns
    /// How far the clock is set ahead of the machine's, in nanoseconds.
    private let clockAhead: Int64
    /// How many transports have a number.
    private let sources = Mutex(0)

    /// Creates a ledger.
    /// - Parameters:
    ///   - storeBytes: the memory for the latest entries, of which each loop has the same part.
    ///   - runBytes: the memory for the accounts of all runs together. A run that was not announced gets a sixteenth of it at
    ///     most, all of them together a half. Where there is none left, entries go on to be recorded and acknowledged; the
    ///     run's report tells how many of them were not held against the others.
    ///   - loops: how many event loops bring entries.
    ///   - clockAhead: how far its clock is to be ahead of the machine's, in nanoseconds, as that of a host with a wrong clock.
    package init(
        storeBytes: Int = 64 * 1024 * 1024, runBytes: Int = 256 * 1024 * 1024, loops: Int = 1, clockAhead: Int64 = 0
    ) {
        self.clockAhead = clockAhead
        self.loops = (0..<loops).map { _ in LoopLedger(storeBytes: storeBytes / loops) }
        runs = LedgerRuns(memory: runBytes, loops: loops)
    }

    /// Where the entries of one transport are recorded.
    package func recorder(for transport: String) -> some EntryRecorder {
        LedgerRecorder(ledger: self, loop: loops[0], source: source(transport))
    }

    /// The account of an event loop.
    func loop(_ number: Int) -> LoopLedger {
        loops[number % loops.count]
    }

    /// The number that a transport has from now on.
    func source(_ transport: String) -> UInt8 {
        sources.withLock { count in
            for loop in loops { loop.addSource(transport) }
            count += 1
            return UInt8(count - 1)
        }
    }

    // MARK: Runs

    /// What its clock says, in nanoseconds since 1970-01-01T00:00:00Z.
    var wallTime: Int64 { MonotonicClock.wallTime &+ clockAhead }

    /// Announces a run whose entries carry a ``PayloadSeal``; false if the id is taken or too long.
    /// - Parameter clockAhead: how far this clock is ahead of the one that says when they were sent, in nanoseconds.
    func announce(run: String, isSealed: Bool, clockAhead: Int64 = 0) -> Bool {
        let id = Array(run.utf8)
        guard !id.isEmpty && id.count <= EntryLimits.maxRunIDBytes else { return false }
        let (isNew, forgotten) = runs.announce(id, isSealed: isSealed, clockAhead: clockAhead)
        end(forgotten)
        return isNew
    }

    /// The account of a run; nil if nothing is known of it.
    func report(run: String) -> RunReport? {
        guard let run = runs.known(Array(run.utf8)) else { return nil }
        var sum = RunSum(of: run)
        for loop in loops { loop.add(run, to: &sum) }
        return sum.whole
    }

    /// Has a loop begin the account of the run of an entry.
    private func begin(_ entry: borrowing ReceivedEntry, on loop: LoopLedger) {
        let (run, forgotten) = runs.run(entry.run.withUnsafeBytes { Array($0) })
        end(forgotten)
        loop.begin(run)
    }

    private func end(_ run: Run?) {
        guard let run else { return }
        for loop in loops { loop.end(run) }
    }

    /// What every transport has brought so far.
    func counts() -> [SourceCount] {
        var sums = loops[0].counts
        for loop in loops.dropFirst() {
            for (index, more) in loop.counts.enumerated() where index < sums.count { sums[index].add(more) }
        }
        return sums
    }

    /// What the accounts of the runs take.
    func use() -> LedgerUse {
        runs.use()
    }

    // MARK: Recording

    /// Why an entry is not taken, which is counted; nil for one that is.
    func refusal(of entry: borrowing ReceivedEntry, source: UInt8, on loop: LoopLedger) -> RecordResult? {
        guard entry.run.byteCount > EntryLimits.maxRunIDBytes else { return nil }
        loop.countUndecodable(source: source)
        return .rejected("the run id exceeds the limit of \(EntryLimits.maxRunIDBytes) bytes")
    }

    /// - Parameter commit: what has brought the entry into a database; nil where there is none.
    @discardableResult
    func record(
        _ entry: borrowing ReceivedEntry, source: UInt8, on loop: LoopLedger, commit: EntryBatch.Commit? = nil
    ) -> RecordResult {
        if let refusal = refusal(of: entry, source: source, on: loop) { return refusal }
        let now = wallTime
        while true {
            switch loop.record(entry, at: now, source: source, commit: commit) {
            case .kept: return .recorded
            case .toFill(let room):
                // Without the lock, for which the event loop waits.
                room.fill(entry)
                loop.filled(room)
                return .recorded
            case .occupied:
                // For as long as copying a large one takes.
                sched_yield()
            case .unknownRun: begin(entry, on: loop)
            }
        }
    }

    /// Counts an entry that was recorded before.
    func countRepeated(_ entry: borrowing ReceivedEntry, source: UInt8, on loop: LoopLedger) {
        let now = wallTime
        while !loop.countRepeated(entry, at: now, source: source) { begin(entry, on: loop) }
    }
}

/// What one transport has brought.
struct SourceCount: Sendable {
    var transport: String
    var received: UInt64 = 0
    var undecodable: UInt64 = 0
    /// Entries that came once more and were known by the id of their message.
    var repeated: UInt64 = 0

    mutating func add(_ other: SourceCount) {
        received += other.received
        undecodable += other.undecodable
        repeated += other.repeated
    }
}

/// The ledger as one transport sees it on one event loop.
private struct LedgerRecorder: EntryRecorder {
    let ledger: Ledger
    let loop: LoopLedger
    let source: UInt8

    func recorder(forLoop number: Int) -> any EntryRecorder {
        LedgerRecorder(ledger: ledger, loop: ledger.loop(number), source: source)
    }

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        ledger.record(entry, source: source, on: loop)
    }

    func countUndecodable() {
        loop.countUndecodable(source: source)
    }

    func countRepeated(_ entry: borrowing ReceivedEntry) {
        ledger.countRepeated(entry, source: source, on: loop)
    }
}
