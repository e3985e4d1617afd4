import Broker
import Dispatch
package import EntryStore
import Synchronization

/// Reads entries of a PostgreSQL database, which loggers may be writing to meanwhile: two pages at once.
package final class PostgreSQLReader: RunReader {
    /// How long reading a page may take in all: its turn, its connection and its statements.
    private static let limit = Duration.seconds(10)
    /// Every page is the end of an index.
    ///
    /// PostgreSQL, which cannot know how many rows meet all of a query, might otherwise
    /// collect all that meet a part of it, and sort them.
    static let reading = """
        SET default_transaction_read_only = on; SET statement_timeout = '9500ms'; SET lock_timeout = '4s'; SET jit = off;
        SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off
        """

    private let target: PostgreSQLTarget
    private let limit: Duration
    private let turns = DispatchSemaphore(value: 2)
    /// Connections that nobody reads on.
    private let idle = Mutex<[PostgreSQLConnection]>([])

    init(_ target: PostgreSQLTarget, limit: Duration = limit) {
        self.target = target
        self.limit = limit
    }

    /// Connects to a database.
    /// - Throws: ``StoreError`` where it cannot be reached, or no logger has written to it.
    package convenience init(_ url: String) throws(StoreError) {
        self.init(try PostgreSQLTarget(url))
        let connection = try connect(Deadline(in: limit))
        guard try Schema.version(connection, target.shown) > 0 else {
            throw StoreError(
                .incompatible, "PostgreSQL at \(target.shown) has no table 'entries'; no logger has written to it")
        }
        idle.withLock { $0.append(connection) }
    }

    /// Finds entries; see ``EntryReader/page(_:maxTextBytes:)``.
    package func page(_ query: EntryQuery, maxTextBytes: Int) throws(StoreError) -> StoredPage {
        let deadline = Deadline(in: limit)
        guard turns.wait(timeout: deadline.dispatchTime) == .success else {
            throw StoreError(
                .locked,
                "PostgreSQL at \(target.shown): other pages were being read for \(limit); ask again")
        }
        defer { turns.signal() }
        // One that was idle may have been lost long ago, and so may all of them.
        while let connection = idle.withLock({ $0.popLast() }) {
            do throws(StoreError) {
                return try page(query, maxTextBytes, connection, deadline)
            } catch {
                guard !connection.isUsable, deadline.left > .zero else { throw error }
            }
        }
        return try page(query, maxTextBytes, connect(deadline), deadline)
    }

    /// How many different entries of a run there are; blocks.
    package func differentEntries(ofRun run: String) throws(StoreError) -> UInt64 {
        let deadline = Deadline(in: limit)
        let connection = try connect(deadline)
        let values = StatementValues()
        let statement = "SELECT count(DISTINCT seq) FROM entries WHERE run = \(values.add(run))::text"
        return try connection.query(statement, values, until: deadline).number(0, 0) ?? 0
    }

    /// The sequence numbers of a run's entries; blocks.
    package func sequences(ofRun run: String) throws(StoreError) -> [UInt64] {
        let deadline = Deadline(in: limit)
        let connection = try connect(deadline)
        let values = StatementValues()
        let statement =
            "SELECT seq FROM entries WHERE run = \(values.add(run))::text AND seq IS NOT NULL ORDER BY seq"
        let result = try connection.query(statement, values, until: deadline)
        return (0..<result.rowCount).compactMap { result.number($0, 0) }
    }

    private func page(
        _ query: EntryQuery, _ maxTextBytes: Int, _ connection: PostgreSQLConnection, _ deadline: Deadline
    ) throws(StoreError) -> StoredPage {
        defer { if connection.isUsable { idle.withLock { $0.append(connection) } } }
        return try Self.page(query, maxTextBytes, connection, deadline)
    }

    private func connect(_ deadline: Deadline) throws(StoreError) -> PostgreSQLConnection {
        let connection = try PostgreSQLConnection(to: target)
        try connection.execute(Self.reading, until: deadline)
        return connection
    }

    /// Disconnects, until a page is asked for again.
    func close() {
        idle.withLock { $0 = [] }
    }

    // MARK: Statements

    private static func page(
        _ query: EntryQuery, _ maxTextBytes: Int, _ connection: PostgreSQLConnection, _ deadline: Deadline
    ) throws(StoreError) -> StoredPage {
        let values = StatementValues()
        var conditions: [String] = []
        if let name = query.name {
            let place = values.add(StorableText.readable(name)) + "::text"
            let start = "left(name, \(Schema.indexedCharacters))"
            conditions.append("\(start) = left(\(place), \(Schema.indexedCharacters)) AND name = \(place)")
        }
        if let severity = query.severity {
            // The index has these words in its own condition.
            if severity != .info { conditions.append("severity > 0") }
            conditions.append("severity = \(values.add(Int16(severity.rawValue)))::smallint")
        }
        if let since = query.since {
            let first = try firstID(receivedAt: since.subtractingSaturated(clockDifference), connection, deadline)
            conditions.append("id >= \(values.add(first))::bigint AND received_at >= \(values.add(since))::bigint")
        }
        if let until = query.until {
            let end = try firstID(receivedAt: until.addingSaturated(clockDifference), connection, deadline)
            conditions.append("id < \(values.add(end))::bigint AND received_at < \(values.add(until))::bigint")
        }
        if let before = query.before { conditions.append("id < \(values.add(before))::bigint") }
        let statement = statement(conditions, limit: query.limit, maxTextBytes, values)
        return page(try connection.query(statement, values, until: deadline), limit: query.limit)
    }

    /// How far out of order rows may be that are found by their times, in nanoseconds.
    ///
    /// They are about in the order in which they were received, so that a time stands for a number; but several loggers do
    /// not commit in turn, and have clocks of their own.
    private static let clockDifference: Int64 = 60_000_000_000

    /// The number of about the first row that was received then or later, or one behind the last.
    private static func firstID(
        receivedAt time: Int64, _ connection: PostgreSQLConnection, _ deadline: Deadline
    ) throws(StoreError) -> Int64 {
        let bounds = try connection.query("SELECT min(id), max(id) FROM entries", until: deadline)
        guard var low = bounds.number(0, 0, as: Int64.self), let last = bounds.number(0, 1, as: Int64.self) else {
            return 0
        }
        var high = last + 1
        while low < high {
            let middle = low + (high - low) / 2
            let values = StatementValues()
            values.add(middle)
            let row = try connection.query(
                "SELECT id, received_at FROM entries WHERE id >= $1::bigint ORDER BY id LIMIT 1", values,
                until: deadline)
            // Numbers between that and the middle are of rows that were deleted, or never were.
            guard row.rowCount > 0, let id = row.number(0, 0, as: Int64.self), id < high,
                let receivedAt = row.number(0, 1, as: Int64.self), receivedAt < time
            else {
                high = middle
                continue
            }
            low = id + 1
        }
        return low
    }

    /// The rows of a page and, if its texts leave room for it, the one behind them; with each, how many rows meet the query,
    /// up to that one.
    private static func statement(
        _ conditions: [String], limit: Int, _ maxTextBytes: Int, _ values: StatementValues
    ) -> String {
        let isWanted = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return """
            SELECT id, received_at, sent_at, seq, severity, repeated, transport, name, data, run, message_id, name_bytes,
                data_bytes, found
            FROM (
                SELECT *, count(*) OVER () AS found,
                    sum(octet_length(name) + octet_length(data))
                        OVER (ORDER BY id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newer
                FROM (
                    SELECT * FROM entries \(isWanted)
                    ORDER BY id DESC LIMIT \(values.add(Int64(limit) + 1))::bigint
                ) AS newest
            ) AS page
            WHERE newer IS NULL OR newer < \(values.add(Int64(maxTextBytes)))::bigint
            ORDER BY id DESC
            """
    }

    private static func page(_ result: borrowing PostgreSQLResult, limit: Int) -> StoredPage {
        let entries = (0..<min(result.rowCount, limit)).map { entry(result, $0) }
        let found = entries.isEmpty ? 0 : result.number(0, 13, as: Int64.self) ?? 0
        return StoredPage(entries: entries, next: found > entries.count ? entries.last?.id : nil)
    }

    private static func entry(_ result: borrowing PostgreSQLResult, _ row: Int) -> StoredEntry {
        StoredEntry(
            id: result.number(row, 0) ?? 0, receivedAt: result.number(row, 1) ?? 0, sentAt: result.number(row, 2),
            transport: result.text(row, 6) ?? "",
            // Byte for byte, where the text is not the whole truth.
            name: result.text(row, 11) ?? result.text(row, 7) ?? "",
            data: result.text(row, 12) ?? result.text(row, 8) ?? "",
            severity: result.number(row, 4, as: Int16.self).flatMap { Severity(rawValue: UInt8(clamping: $0)) }
                ?? .info,
            run: result.text(row, 9), sequence: result.number(row, 3), messageID: result.text(row, 10),
            isRepeated: result.flag(row, 5))
    }
}

extension Int64 {
    fileprivate func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, hasOverflown) = addingReportingOverflow(other)
        return hasOverflown ? .max : sum
    }

    fileprivate func subtractingSaturated(_ other: Int64) -> Int64 {
        let (difference, hasOverflown) = subtractingReportingOverflow(other)
        return hasOverflown ? .min : difference
    }
}
