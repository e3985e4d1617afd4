import Broker
import Histogram

/// The account of one run.
final class RunLedger {
    /// The longest latency that is told apart, in nanoseconds: a minute.
    private static let maxLatency: UInt64 = 60_000_000_000

    let id: [UInt8]
    private let isSealed: Bool
    private let memory: LedgerMemory.Share
    private var seen: SequenceSet
    private var highest: UInt64?
    private var counts: RunReport
    private var latency: Histogram<UInt32>?
    private var hasMemoryForLatency = true

    /// What a histogram takes, in bytes.
    private static let latencyBytes = 128 * 1024

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
        if isSealed && !PayloadSeal.isIntact(entry.data) { counts.corrupt += 1 }
        switch seen.insert(entry.sequence) {
        case .inserted:
            counts.unique += 1
            if let highest, entry.sequence < highest { counts.reordered += 1 } else { highest = entry.sequence }
        case .wasThere:
            counts.duplicated += 1
        case .beyondMemory:
            counts.untracked = (counts.untracked ?? 0) + 1
        }
        guard entry.sentAt != 0, hasMemoryForLatency else { return }
        if latency == nil {
            hasMemoryForLatency = memory.take(Self.latencyBytes)
            guard hasMemoryForLatency else { return }
            latency = Histogram(highestTrackableValue: Self.maxLatency)
        }
        // A negative latency can only come from a clock that was set back.
        let elapsed = now > entry.sentAt ? UInt64(bitPattern: now &- entry.sentAt) : 0
        _ = latency?.record(min(elapsed, Self.maxLatency))
    }

    func report() -> RunReport {
        var report = counts
        if let latency, latency.totalCount > 0 {
            func microseconds(_ percentile: Double) -> Double {
                Double(latency.valueAtPercentile(percentile)) / 1000
            }
            report.deliveryLatency = LatencySummary(
                count: latency.totalCount, p50Us: microseconds(50), p90Us: microseconds(90), p99Us: microseconds(99),
                p999Us: microseconds(99.9), maxUs: Double(latency.max) / 1000, meanUs: latency.mean / 1000)
        }
        return report
    }
}
