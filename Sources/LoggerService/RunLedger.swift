import Broker
import EntryStore

/// The account of one run.
final class RunLedger {
    let id: [UInt8]
    private let isSealed: Bool
    private let memory: LedgerMemory.Share
    private var seen: SequenceSet
    private var highest: UInt64?
    private var counts: RunReport
    private var latency = LedgerTimes()
    private var commitTimes = LedgerTimes()
    /// When the last commit began that was counted.
    private var lastCommit: UInt64?

    /// The entries whose sequence number could not be kept.
    var untracked: UInt64 { counts.untracked ?? 0 }

    /// - Parameter isSealed: whether the texts of the run carry a ``PayloadSeal``.
    init(id: [UInt8], isSealed: Bool, memory: LedgerMemory.Share) {
        self.id = id
        self.memory = memory
        self.seen = SequenceSet(takeMemory: memory.take)
        self.isSealed = isSealed
        self.counts = RunReport(run: String(decoding: id, as: UTF8.self))
    }

    func record(_ entry: borrowing ReceivedEntry, at now: Int64) {
        counts.received += 1
        if counts.firstReceivedAtNs == nil { counts.firstReceivedAtNs = now }
        counts.lastReceivedAtNs = now
        if isSealed && !PayloadSeal.isIntact(entry.data) { counts.corrupt = (counts.corrupt ?? 0) + 1 }
        switch seen.insert(entry.sequence) {
        case .inserted:
            counts.unique += 1
            if let highest, entry.sequence < highest { counts.reordered += 1 } else { highest = entry.sequence }
        case .wasThere:
            counts.duplicated += 1
        case .beyondMemory:
            counts.untracked = (counts.untracked ?? 0) + 1
        }
        guard entry.sentAt != 0 else { return }
        // A negative latency can only come from a clock that was set back.
        latency.record(now > entry.sentAt ? UInt64(bitPattern: now &- entry.sentAt) : 0, memory)
    }

    /// An entry of the run was among those of a commit, which counts once.
    func count(_ commit: EntryBatch.Commit) {
        guard commit.began != lastCommit else { return }
        lastCommit = commit.began
        counts.commits = (counts.commits ?? 0) + 1
        commitTimes.record(commit.elapsed, memory)
    }

    func report() -> RunReport {
        var report = counts
        report.deliveryLatency = latency.summary
        report.commitTime = commitTimes.summary
        return report
    }
}
