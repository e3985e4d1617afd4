package import EntryStore
import Foundation
import GRDB
import Synchronization

/// Entries in an SQLite file: in WAL mode, with a commit on the disk before it is answered (`synchronous=FULL`).
package final class SQLiteDatabase: EntryDatabase {
    /// How much a slice of what is deleted takes.
    private static let sliceBytes: Int64 = 1024 * 1024
    private static let mostRowsOfSlice: Int64 = 1000
    /// The room from which on a disk that was full is not full any more.
    private static let roomBytes: UInt = 256 * 1024

    private let path: String
    /// Nil after a failure until the next commit, which opens it anew.
    private let file: Mutex<SQLiteFile?>

    /// Opens a file, or makes it.
    /// - Throws: ``StoreError`` that says why it cannot be used.
    package init(path: String) throws(StoreError) {
        self.path = path
        do {
            file = Mutex(try SQLiteFile(path))
        } catch {
            throw StoreError(error, path)
        }
    }

    /// What it is and where.
    package var description: String { "SQLite at \(path)" }

    /// Stores all entries of a batch, or none of them.
    package func commit(_ batch: EntryBatch, meanwhile: () -> Void) throws(StoreError) {
        // It is this thread that works on the batch.
        meanwhile()
        try write { db in
            var rows = try RowWriter(db)
            for index in 0..<batch.count {
                let fate = try rows.write(batch[index])
                if fate != .stored { batch.setFate(index, fate) }
            }
        }
    }

    /// Tries whether entries would be stored: writes the page that has the file's version once more, where the disk has room.
    ///
    /// That page alone finds its place on a full disk too: where the batch that did not fit had begun to be written.
    package func probe() throws(StoreError) {
        guard !StoreError.hasNoRoom(path, for: Self.roomBytes) else { throw .full(path) }
        try write { db in
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            try db.execute(sql: "PRAGMA user_version = \(version)")
        }
    }

    /// Deletes some of the oldest entries that are not to be kept.
    package func prune(_ retention: Retention, now: Int64) throws(StoreError) -> Bool {
        guard let file = file.withLock({ $0 }) else { return false }
        do {
            // Looked at beside the writer: most of the time there is nothing to delete.
            guard let last = try file.pool.read({ try Self.lastToDelete(retention, now, $0) }) else { return false }
            try write { db in
                try db.execute(sql: "DELETE FROM entries WHERE id <= ?", arguments: [last])
                try db.execute(sql: "UPDATE entries_deleted SET last_id = max(last_id, ?)", arguments: [last])
            }
            return true
        } catch {
            throw StoreError(error, path)
        }
    }

    /// Finds entries, newest first.
    package func page(_ query: EntryQuery, maxTextBytes: Int) throws(StoreError) -> StoredPage {
        do {
            return try opened().pool.read { try SQLitePages.page(query, maxTextBytes: maxTextBytes, in: $0) }
        } catch {
            throw StoreError(error, path)
        }
    }

    /// What this process has written to disks, as the kernel counts it (proc(5), `io`): pages as they became dirty.
    package func bytesWritten() -> UInt64? {
        guard let text = try? String(contentsOfFile: "/proc/self/io", encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("write_bytes:") }
        return line?.split(separator: " ").last.flatMap { UInt64($0) }
    }

    /// Closes the file; the last one to do so moves all of its log into the file.
    package func close() {
        let last = file.withLock { $0.take() }
        // The connection that is closed last moves the log, and one that only reads cannot: readers go first.
        last?.pool.invalidateReadOnlyConnections()
        try? last?.pool.close()
    }

    /// A setting of the connection that writes.
    func setting(_ name: String) throws -> Int? {
        try opened().pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA \(name)") }
    }

    // MARK: The file

    private func opened() throws -> SQLiteFile {
        try file.withLock { file in
            if let file { return file }
            let opened = try SQLiteFile(path)
            file = opened
            return opened
        }
    }

    /// Runs `body` in a transaction, on the disk when this returns.
    private func write(_ body: (Database) throws -> Void) throws(StoreError) {
        do {
            let opened = try opened()
            guard opened.isInPlace else {
                throw StoreError(.gone, "\(path) was moved or deleted while it was in use; it is made anew")
            }
            try opened.pool.writeWithoutTransaction { db in
                try db.step(try db.prepared("BEGIN IMMEDIATE"))
                do {
                    try body(db)
                    try db.step(try db.prepared("COMMIT"))
                } catch {
                    try? db.rollback()
                    throw error
                }
            }
        } catch {
            let failure = StoreError(error, path)
            // What is in the connection's memory may be of a file that somebody is about to put right.
            if failure.cause != .locked && failure.cause != .full { file.withLock { $0 = nil } }
            throw failure
        }
    }

    /// The last row of the first slice that is not to be kept; nil where all is.
    private static func lastToDelete(_ retention: Retention, _ now: Int64, _ db: Database) throws -> Int64? {
        guard let (first, last) = try SQLitePages.bounds(of: db) else { return nil }
        let used = try usedBytes(db)
        // Numbers are whatever a file says.
        let rows = Int64(clamping: Int128(last) - Int128(first) + 1)
        let rowBytes = max(1, used / rows)
        let most = min(mostRowsOfSlice, max(1, sliceBytes / rowBytes))
        let end = rows <= most ? last : first + most - 1
        if let maxBytes = retention.maxBytes, used > maxBytes {
            return min(end, Int64(clamping: Int128(first) + Int128((used - maxBytes) / rowBytes)))
        }
        guard let oldest = retention.oldest(at: now) else { return nil }
        // The rows are in the order in which they were received.
        return try Int64.fetchOne(
            db, sql: "SELECT max(id) FROM entries WHERE id BETWEEN ? AND ? AND received_at < ?",
            arguments: [first, end, oldest])
    }

    private static func usedBytes(_ db: Database) throws -> Int64 {
        let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        let size = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        return (pages - free) * size
    }
}
