package import Metrics

/// The ledger's account of a run, as `GET /runs/{id}` gives it.
package struct RunReport: Codable, Sendable, Hashable {
    /// The run's id.
    package var run: String
    /// Entries received, duplicates included.
    package var received: UInt64
    /// Different sequence numbers received.
    package var unique: UInt64
    /// Entries whose sequence number had been received before.
    package var duplicated: UInt64
    /// Entries that came after one with a higher sequence number.
    package var reordered: UInt64
    /// Entries of a sealed run whose text had changed on its way; nil from a logger that does not check seals.
    package var corrupt: UInt64?
    /// Entries whose sequence number was not kept, since the logger's memory for such accounts was used up.
    ///
    /// Whether they were received before is not known. Nil where there are none.
    package var untracked: UInt64?
    /// When the first entry was recorded, in nanoseconds since 1970-01-01T00:00:00Z; nil before that.
    package var firstReceivedAtNs: Int64?
    /// When the last entry was recorded, in nanoseconds since 1970-01-01T00:00:00Z; nil before the first.
    package var lastReceivedAtNs: Int64?
    /// From the intended send time to the record; nil where no entry had a send time.
    package var deliveryLatency: LatencySummary?

    /// How far the logger was told that its clock is ahead of the sender's, in nanoseconds, which ``deliveryLatency`` is without;
    /// nil for not at all.
    package var clockAheadNs: Int64?

    /// The commits that entries of the run were among; nil for a logger without a database.
    package var commits: UInt64?
    /// What they took; nil where there were none.
    package var commitTime: LatencySummary?

    enum CodingKeys: String, CodingKey {
        case run, received, unique, duplicated, reordered, corrupt, untracked, commits
        case firstReceivedAtNs = "first_received_at_ns"
        case lastReceivedAtNs = "last_received_at_ns"
        case deliveryLatency = "delivery_latency"
        case commitTime = "commit_time"
        case clockAheadNs = "clock_ahead_ns"
    }

    /// The report of a run that has received nothing.
    package init(run: String) {
        self.run = run
        self.received = 0
        self.unique = 0
        self.duplicated = 0
        self.reordered = 0
        self.corrupt = 0
    }
}

extension RunReport {
    /// Adds the counts of another account of the run, of entries that came elsewhere at the same time.
    mutating func add(_ other: RunReport) {
        received += other.received
        unique += other.unique
        duplicated += other.duplicated
        reordered += other.reordered
        corrupt = (corrupt ?? 0) + (other.corrupt ?? 0)
        firstReceivedAtNs = [firstReceivedAtNs, other.firstReceivedAtNs].compactMap { $0 }.min()
        lastReceivedAtNs = [lastReceivedAtNs, other.lastReceivedAtNs].compactMap { $0 }.max()
        if let more = other.commits { commits = (commits ?? 0) + more }
    }
}
