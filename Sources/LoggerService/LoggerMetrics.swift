import EntryStore
package import Metrics

/// What a logger has counted, read from its ledger and its database when somebody asks.
package struct LoggerMetrics: Sendable {
    private let ledger: Ledger
    private let storage: EntryStorage?

    /// Creates metrics of a ledger, and of the database behind it, if there is one.
    package init(ledger: Ledger, storage: EntryStorage? = nil) {
        (self.ledger, self.storage) = (ledger, storage)
    }

    /// All of them as they are now.
    package var families: [MetricFamily] { entries + accounts + (storage.map { Self.store($0.figures()) } ?? []) }

    /// What every transport has brought.
    private var entries: [MetricFamily] {
        var recorded = MetricFamily(
            .counter, "brokerlab_logger_recorded_entries_total", "Entries that were recorded; with a database, stored.")
        var undecodable = MetricFamily(
            .counter, "brokerlab_logger_undecodable_messages_total",
            "Messages that could not be read as an entry, or exceeded a limit.")
        var repeated = MetricFamily(
            .counter, "brokerlab_logger_repeated_entries_total",
            "Entries that came once more, were known by the id of their message, and were not recorded again.")
        for count in ledger.counts() {
            let labels = [MetricFamily.Label("transport", count.transport)]
            recorded.add(count.received, labels)
            undecodable.add(count.undecodable, labels)
            repeated.add(count.repeated, labels)
        }
        return [recorded, undecodable, repeated]
    }

    /// The accounts of runs.
    private var accounts: [MetricFamily] {
        let use = ledger.use()
        return [
            MetricFamily(.gauge, "brokerlab_logger_runs", "Runs that the logger remembers.", use.runs),
            MetricFamily(
                .gauge, "brokerlab_logger_runs_bytes", "Memory that the accounts of runs take.", use.usedBytes),
            MetricFamily(
                .gauge, "brokerlab_logger_runs_limit_bytes", "Memory that they may take (--ledger).", use.limitBytes),
            MetricFamily(
                .counter, "brokerlab_logger_untracked_entries_total",
                "Entries of runs that were recorded, but not held against others, for want of memory.", use.untracked),
        ]
    }

    private static func store(_ figures: StoreFigures) -> [MetricFamily] {
        var commitTime = MetricFamily(
            .summary, "brokerlab_store_commit_seconds", "What a commit took, since the logger started.")
        commitTime.add(quantile: 0.5, figures.commitP50Us.map { $0 / 1e6 })
        commitTime.add(quantile: 0.99, figures.commitP99Us.map { $0 / 1e6 })
        commitTime.add(figures.commits, suffix: "_count")
        var written = MetricFamily(
            .counter, "brokerlab_store_written_bytes_total", "Bytes that the database has written to its disk.")
        written.add(figures.writtenBytes)
        var database = MetricFamily(.gauge, "brokerlab_store_info", "1: the database, without passwords.")
        database.add(1.0, [.init("database", figures.database)])
        return [
            database,
            MetricFamily(
                .gauge, "brokerlab_store_up", "1 while the database takes entries, 0 while it does not.",
                figures.failure == nil ? 1 : 0),
            MetricFamily(.counter, "brokerlab_store_commits_total", "Transactions committed.", figures.commits),
            MetricFamily(.counter, "brokerlab_store_entries_total", "Entries committed.", figures.entries),
            MetricFamily(
                .counter, "brokerlab_store_repeated_entries_total",
                "Entries committed whose run and number were there.", figures.repeated),
            MetricFamily(
                .counter, "brokerlab_store_refused_entries_total",
                "Entries refused: the database could not take them, or too many waited.", figures.refused),
            MetricFamily(
                .gauge, "brokerlab_store_waiting_entries", "Entries that wait to be committed.", figures.waiting),
            commitTime, written,
        ]
    }
}
