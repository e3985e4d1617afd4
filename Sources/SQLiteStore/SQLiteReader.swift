package import EntryStore
import Foundation
import GRDB
import Synchronization

/// Reads entries of an SQLite file, which a logger may be writing to meanwhile.
package final class SQLiteReader: RunReader {
    private let path: String
    private let file: Mutex<ReadOnlyFile>

    /// Opens a file.
    /// - Throws: ``StoreError`` where there is none, or none of a logger.
    package init(path: String) throws(StoreError) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError(.gone, "there is no file \(path)")
        }
        do {
            var file = try ReadOnlyFile(path, patience: 5)
            try file.read { db in
                try SQLiteSchema.check(db, at: path)
                guard try db.tableExists("entries") else {
                    throw StoreError(.incompatible, "\(path) has no table 'entries'; no logger has written to it")
                }
            }
            self.file = Mutex(file)
        } catch {
            throw StoreError(error, path)
        }
    }

    /// Finds entries, newest first; blocks.
    package func page(_ query: EntryQuery, maxTextBytes: Int) throws(StoreError) -> StoredPage {
        try read { try SQLitePages.page(query, maxTextBytes: maxTextBytes, in: $0) }
    }

    /// How many different entries of a run there are; blocks.
    package func differentEntries(ofRun run: String) throws(StoreError) -> UInt64 {
        // The index has all of it.
        let statement = "SELECT count(DISTINCT seq) FROM entries WHERE run = ?"
        return UInt64(try read { try Int.fetchOne($0, sql: statement, arguments: [run]) } ?? 0)
    }

    /// The sequence numbers of a run's entries; blocks.
    package func sequences(ofRun run: String) throws(StoreError) -> [UInt64] {
        let statement = "SELECT seq FROM entries WHERE run = ? AND seq IS NOT NULL ORDER BY seq"
        let numbers = try read { try Int64.fetchAll($0, sql: statement, arguments: [run]) }
        return numbers.map { UInt64(bitPattern: $0) }
    }

    private func read<Value: Sendable>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try file.withLock { try $0.read(body) }
        } catch {
            throw StoreError(error, path)
        }
    }
}
