package import Broker

/// Which entries are wanted of a database: those that meet all of it, newest first.
package struct EntryQuery: Sendable, Hashable {
    /// Those of that name.
    package var name: String?
    /// Those of that severity.
    package var severity: Severity?
    /// Those that were received then or later, in nanoseconds since 1970-01-01T00:00:00Z.
    package var since: Int64?
    /// Those that were received before that, in nanoseconds since 1970-01-01T00:00:00Z.
    package var until: Int64?
    /// Those whose number is lower: how a page goes on where the one before ended.
    package var before: Int64?
    /// The most entries of a page.
    package var limit: Int

    /// Creates a query; the latest entries, whatever they are, unless told otherwise.
    package init(
        name: String? = nil, severity: Severity? = nil, since: Int64? = nil, until: Int64? = nil, before: Int64? = nil,
        limit: Int = 100
    ) {
        self.name = name
        self.severity = severity
        self.since = since
        self.until = until
        self.before = before
        self.limit = limit
    }
}

/// Some of the entries that were asked for.
package struct StoredPage: Sendable, Hashable {
    /// The entries, newest first.
    package var entries: [StoredEntry]
    /// What the query for the next page has as ``EntryQuery/before``; nil where there are no more.
    package var next: Int64?

    /// Creates a page.
    package init(entries: [StoredEntry], next: Int64?) {
        self.entries = entries
        self.next = next
    }
}
