import Broker
import EntryStore
import Synchronization

/// The account of what one event loop has brought of a run.
final class RunLedger {
    let run: Run
    private var seen: SequenceSet
    private var counts: RunReport
    private var latency = LedgerTimes()
    private var commitTimes = LedgerTimes()
    /// When the last commit began that was counted.
    private var lastCommit: UInt64?

    init(of run: Run) {
        self.run = run
        self.seen = SequenceSet(of: run.sequences)
        self.counts = RunReport(run: "")
    }

    func record(_ entry: borrowing ReceivedEntry, at now: Int64) {
        counts.received += 1
        if counts.firstReceivedAtNs == nil { counts.firstReceivedAtNs = now }
        counts.lastReceivedAtNs = now
        if run.isSealed && !PayloadSeal.isIntact(entry.data) { counts.corrupt = (counts.corrupt ?? 0) + 1 }
        switch seen.insert(entry.sequence) {
        case .inserted:
            counts.unique += 1
            if run.isOvertaken(entry.sequence) { counts.reordered += 1 }
        case .wasThere:
            counts.duplicated += 1
        case .beyondMemory:
            run.untracked.wrappingAdd(1, ordering: .relaxed)
        }
        guard entry.sentAt != 0 else { return }
        let sentAt = entry.sentAt &+ run.clockAhead
        // A negative latency can only come from a clock that was set back, or is another than was said.
        latency.record(now > sentAt ? UInt64(bitPattern: now &- sentAt) : 0, run.memory)
    }

    /// An entry of the run was among those of a commit, which counts once.
    func count(_ commit: EntryBatch.Commit) {
        guard commit.began != lastCommit else { return }
        lastCommit = commit.began
        counts.commits = (counts.commits ?? 0) + 1
        commitTimes.record(commit.elapsed, run.memory)
    }

    /// Adds what the loop has brought to what others have.
    func add(to sum: inout RunSum) {
        sum.report.add(counts)
        sum.latency.add(latency)
        sum.commitTimes.add(commitTimes)
    }
}

/// The sum of the accounts of a run.
struct RunSum {
    fileprivate(set) var report: RunReport
    fileprivate var latency = LedgerTimes.Sum()
    fileprivate var commitTimes = LedgerTimes.Sum()
    private let run: Run

    init(of run: Run) {
        self.run = run
        report = RunReport(run: String(decoding: run.id, as: UTF8.self))
    }

    /// The account of the whole run.
    var whole: RunReport {
        var whole = report
        let untracked = run.untracked.load(ordering: .relaxed)
        whole.untracked = untracked > 0 ? untracked : nil
        whole.deliveryLatency = latency.summary
        whole.commitTime = commitTimes.summary
        if run.clockAhead != 0 { whole.clockAheadNs = run.clockAhead }
        return whole
    }
}
