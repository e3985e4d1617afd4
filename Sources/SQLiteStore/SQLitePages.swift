import Broker
import EntryStore
import Foundation
import GRDB

/// Finds entries in a database, by what is indexed: numbers, names, severities above the least, runs.
enum SQLitePages {
    /// Entries, newest first: at most the query's limit, and no more once they have that many bytes of names and data.
    static func page(_ query: EntryQuery, maxTextBytes: Int, in db: Database) throws -> StoredPage {
        var (conditions, arguments): ([String], StatementArguments) = ([], [])
        func add(_ condition: String, _ argument: any DatabaseValueConvertible) {
            conditions.append(condition)
            arguments += [argument]
        }
        if let before = query.before { add("id < ?", before) }
        // Rows are in the order in which they were received, so that a time stands for a number. Where the clock was set back
        // they are not quite, so that times are looked at, too.
        if let since = query.since {
            add("id >= ?", try first(receivedAt: since, in: db))
            add("received_at >= ?", since)
        }
        if let until = query.until {
            add("id < ?", try first(receivedAt: until, in: db))
            add("received_at < ?", until)
        }
        if let name = query.name { add("name = ?", name) }
        if let severity = query.severity {
            // The index has these words in its own condition.
            if severity != .info { conditions.append("severity > 0") }
            add("severity = ?", Int64(severity.rawValue))
        }
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, received_at, sent_at, severity, repeated, seq, transport, CAST(run AS BLOB),
                    CAST(message_id AS BLOB), CAST(name AS BLOB), CAST(data AS BLOB)
                FROM entries \(condition) ORDER BY id DESC LIMIT ?
                """)
        arguments += [query.limit + 1]
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        var (entries, textBytes): ([StoredEntry], Int) = ([], 0)
        while let row = try rows.next() {
            guard entries.count < query.limit, textBytes < maxTextBytes else {
                return StoredPage(entries: entries, next: entries.last?.id)
            }
            let entry = StoredEntry(row)
            textBytes += entry.name.utf8.count + entry.data.utf8.count
            entries.append(entry)
        }
        return StoredPage(entries: entries, next: nil)
    }

    /// The numbers of the first row and the last; nil where there are none.
    static func bounds(of db: Database) throws -> (first: Int64, last: Int64)? {
        // One statement for both would look at every row.
        guard let first = try Int64.fetchOne(db, sql: "SELECT min(id) FROM entries"),
            let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM entries")
        else { return nil }
        return (first, last)
    }

    /// The number of the first row that was received then or later, or one behind the last.
    private static func first(receivedAt time: Int64, in db: Database) throws -> Int64 {
        guard let (first, last) = try bounds(of: db) else { return 0 }
        let statement = try db.cachedStatement(
            sql: "SELECT id, received_at FROM entries WHERE id >= ? ORDER BY id LIMIT 1")
        var (low, high) = (first, last + 1)
        while low < high {
            let middle = low + (high - low) / 2
            guard let row = try Row.fetchOne(statement, arguments: [middle]) else { return high }
            let (id, receivedAt): (Int64, Int64) = (row[0], row[1])
            // Numbers between that and the middle are of rows that were deleted.
            if receivedAt >= time || id >= high { high = middle } else { low = id + 1 }
        }
        return low
    }
}

extension StoredEntry {
    /// The row of ``SQLitePages``' statement, whose texts are taken as bytes: they may hold NUL.
    fileprivate init(_ row: Row) {
        func text(_ index: Int) -> String? {
            let bytes: Data? = row[index]
            return bytes.map { String(decoding: $0, as: UTF8.self) }
        }
        let sequence: Int64? = row[5]
        let severity: Int64 = row[3]
        self.init(
            id: row[0], receivedAt: row[1], sentAt: row[2], transport: row[6], name: text(9) ?? "",
            data: text(10) ?? "",
            severity: Severity(rawValue: UInt8(clamping: severity)) ?? .info, run: text(7),
            sequence: sequence.map { UInt64(bitPattern: $0) }, messageID: text(8), isRepeated: row[4])
    }
}
