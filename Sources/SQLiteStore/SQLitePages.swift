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
            let entry = try StoredEntry(row)
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
        var (low, high) = (first, last < .max ? last + 1 : last)
        while low < high {
            let middle = Int64(clamping: Int128(low) + (Int128(high) - Int128(low)) / 2)
            guard let row = try Row.fetchOne(statement, arguments: [middle]) else { return high }
            let (id, receivedAt) = (try row.value(0, as: Int64.self), try row.value(1, as: Int64.self))
            // Numbers between that and the middle are of rows that were deleted.
            if receivedAt >= time || id >= high { high = middle } else { low = id + 1 }
        }
        return low
    }
}

extension StoredEntry {
    /// The row of ``SQLitePages``' statement, whose texts are taken as bytes: they may hold NUL.
    fileprivate init(_ row: Row) throws(StoreError) {
        func text(_ index: Int) throws(StoreError) -> String? {
            try row.optional(index, as: Data.self).map { String(decoding: $0, as: UTF8.self) }
        }
        self.init(
            id: try row.value(0, as: Int64.self), receivedAt: try row.value(1, as: Int64.self),
            sentAt: try row.optional(2, as: Int64.self), transport: try row.value(6, as: String.self),
            name: try text(9) ?? "", data: try text(10) ?? "",
            severity: Severity(rawValue: UInt8(clamping: try row.value(3, as: Int64.self))) ?? .info, run: try text(7),
            sequence: try row.optional(5, as: Int64.self).map { UInt64(bitPattern: $0) }, messageID: try text(8),
            isRepeated: try row.value(4, as: Bool.self))
    }
}

extension Row {
    /// A value of a row of a file that may be damaged: GRDB's own subscript ends the process where there is another one.
    fileprivate func value<Value: DatabaseValueConvertible>(_ index: Int, as: Value.Type) throws(StoreError) -> Value {
        guard let value = try optional(index, as: Value.self) else {
            throw StoreError(.corrupt, "column \(index) of a row of entries is null, which it cannot be")
        }
        return value
    }

    /// The same for a column that may be null.
    fileprivate func optional<Value: DatabaseValueConvertible>(
        _ index: Int, as: Value.Type
    ) throws(StoreError) -> Value? {
        let stored: DatabaseValue = self[index]
        if stored.isNull { return nil }
        guard let value = Value.fromDatabaseValue(stored) else {
            throw StoreError(.corrupt, "column \(index) of a row of entries is none of its type")
        }
        return value
    }
}
