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

/// Percentiles of a latency, in microseconds.
package struct LatencySummary: Codable, Sendable, Hashable {
    /// The number of values.
    package var count: UInt64
    /// The median.
    package var p50Us: Double
    /// The 90th percentile.
    package var p90Us: Double
    /// The 99th percentile.
    package var p99Us: Double
    /// The 99.9th percentile.
    package var p999Us: Double
    /// The largest value.
    package var maxUs: Double
    /// The arithmetic mean.
    package var meanUs: Double
    /// The highest percentile beyond which enough values lie for it to be one; 100 where nobody has looked.
    package var highestKnown = 100.0

    enum CodingKeys: String, CodingKey {
        case count
        case p50Us = "p50_us"
        case p90Us = "p90_us"
        case p99Us = "p99_us"
        case p999Us = "p999_us"
        case maxUs = "max_us"
        case meanUs = "mean_us"
    }

    /// Creates a summary.
    package init(
        count: UInt64, p50Us: Double, p90Us: Double, p99Us: Double, p999Us: Double, maxUs: Double, meanUs: Double
    ) {
        self.count = count
        self.p50Us = p50Us
        self.p90Us = p90Us
        self.p99Us = p99Us
        self.p999Us = p999Us
        self.maxUs = maxUs
        self.meanUs = meanUs
    }
}

extension LatencySummary {
    /// How many values must lie beyond a percentile for it to be one.
    package static let leastBeyond = 10.0

    /// The highest percentile of so many values that is one.
    package static func highestPercentile(of count: UInt64) -> Double {
        // A millionth is the rounding of 99.9.
        count > 0 ? 100 * (1 - leastBeyond / Double(count)) + 1e-6 : 0
    }

    /// How many values it takes for a percentile to be one.
    package static func fewest(for percentile: Double) -> UInt64 {
        UInt64((leastBeyond / (1 - percentile / 100)).rounded())
    }

    /// The median; nil of too few values.
    package var knownP50Us: Double? { highestKnown >= 50 ? p50Us : nil }
    /// The 99th percentile; nil of too few values.
    package var knownP99Us: Double? { highestKnown >= 99 ? p99Us : nil }
    /// The 99.9th percentile; nil of too few values.
    package var knownP999Us: Double? { highestKnown >= 99.9 ? p999Us : nil }
}
