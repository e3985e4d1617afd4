import Broker
import EngineTestKit
import EntryStore
import Foundation
import Glibc
import Testing

@testable import SQLiteStore

/// Makes an empty folder for `body` and removes it after that.
func withFolder(_ body: (_ folder: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "brokerlab-store-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
}

/// Makes a database in a folder of its own for `body`.
func withDatabase(_ body: (_ database: SQLiteDatabase, _ path: String) throws -> Void) throws {
    try withFolder { folder in
        let database = try SQLiteDatabase(path: "\(folder)/entries.db")
        defer { database.close() }
        try body(database, "\(folder)/entries.db")
    }
}

/// Mounts a small disk of its own for `body`, as root may.
func withSmallDisk(bytes: Int, _ body: (_ folder: String) throws -> Void) throws {
    try withFolder { folder in
        let status = mount("none", folder, "tmpfs", 0, "size=\(bytes)")
        try #require(status == 0, "mounting a tmpfs takes root: \(String(cString: strerror(errno)))")
        defer { umount2(folder, Int32(MNT_DETACH)) }
        try body(folder)
    }
}

extension SQLiteDatabase {
    /// Stores entries in one commit; returns what became of each.
    @discardableResult
    func store(_ entries: LogEntry..., receivedAt: Int64 = 1, messageID: String = "", mayRepeat: Bool = false) throws
        -> [EntryBatch.Fate]
    {
        let batch = EntryBatch()
        for entry in entries {
            batch.append(entry, receivedAt: receivedAt, messageID: messageID, mayRepeat: mayRepeat)
        }
        try commit(batch)
        return (0..<batch.count).map { batch.fate($0) }
    }

    /// All entries that meet a query, of one page.
    func found(_ query: EntryQuery = EntryQuery(limit: 1000)) throws -> [StoredEntry] {
        try page(query, maxTextBytes: .max).entries
    }
}
