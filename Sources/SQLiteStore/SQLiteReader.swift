package import EntryStore
import Foundation
import GRDB

/// Reads entries of an SQLite file, which a logger may be writing to meanwhile.
package final class SQLiteReader: RunReader {
    private let path: String
    private let queue: DatabaseQueue

    /// Opens a file.
    /// - Throws: ``StoreError`` where there is none, or none of a logger.
    package init(path: String) throws(StoreError) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError(.gone, "there is no file \(path)")
        }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { db in
                try SQLiteSchema.check(db, at: path)
                guard try db.tableExists("entries") else {
                    throw StoreError(.incompatible, "\(path) has no table 'entries'; no logger has written to it")
                }
            }
        } catch {
            throw StoreError(error, path)
        }
    }

    /// Finds entries, newest first; blocks.
    package func page(_ query: EntryQuery, maxTextBytes: Int) throws(StoreError) -> StoredPage {
        do {
            return try queue.read { try SQLitePages.page(query, maxTextBytes: maxTextBytes, in: $0) }
        } catch {
            throw StoreError(error, path)
        }
    }

    /// How many different entries of a run there are; blocks.
    package func differentEntries(ofRun run: String) throws(StoreError) -> UInt64 {
        do {
            // The index has all of it.
            let statement = "SELECT count(DISTINCT seq) FROM entries WHERE run = ?"
            return UInt64(try queue.read { try Int.fetchOne($0, sql: statement, arguments: [run]) } ?? 0)
        } catch {
            throw StoreError(error, path)
        }
    }
}
