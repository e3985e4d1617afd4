import Broker
import EngineTestKit
import EntryStore
import Foundation
import GRDB
import Testing

@testable import SQLiteStore

@Suite("What an SQLite file can come to", .timeLimit(.minutes(1)))
struct SQLiteFaultTests {
    private let entry = LogEntry(name: "n", data: "d")

    /// Why something is not possible.
    private func failure(_ body: () throws -> Void) -> StoreError? {
        #expect(throws: StoreError.self) { try body() }
    }

    @Test("files of others, and of later versions, are refused as they are")
    func others() throws {
        try withFolder { folder in
            let other = "\(folder)/other.db"
            try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE mine (x)") }
            let bytes = try Data(contentsOf: URL(filePath: other))
            #expect(failure { _ = try SQLiteDatabase(path: other) }?.cause == .incompatible)
            #expect(try Data(contentsOf: URL(filePath: other)) == bytes)

            let later = "\(folder)/later.db"
            try SQLiteDatabase(path: later).close()
            try DatabaseQueue(path: later).write { try $0.execute(sql: "PRAGMA user_version = 99") }
            let error = failure { _ = try SQLiteDatabase(path: later) }
            #expect(error?.cause == .incompatible && error?.description.contains("version 99") == true)

            let text = "\(folder)/text"
            try Data(repeating: UInt8(ascii: "x"), count: 5000).write(to: URL(filePath: text))
            #expect(failure { _ = try SQLiteDatabase(path: text) }?.cause == .corrupt)
            #expect(failure { _ = try SQLiteReader(path: text) }?.cause == .corrupt)

            #expect(failure { _ = try SQLiteDatabase(path: "\(folder)/none/entries.db") }?.cause == .gone)
            #expect(failure { _ = try SQLiteReader(path: "\(folder)/none.db") }?.cause == .gone)
        }
    }

    @Test("while another process locks it, entries have to wait")
    func locked() throws {
        try withDatabase { database, path in
            try database.store(entry)
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: path, configuration: configuration)
            try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let error = failure { try database.store(entry) }
            #expect(error?.cause == .locked && error?.mayPass == true)
            #expect(failure { try database.probe() }?.cause == .locked)
            // Reading goes on.
            #expect(try database.found().count == 1)
            try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
            try database.probe()
            try database.store(entry)
            #expect(try database.found().count == 2)
        }
    }

    @Test("values of other types in a row, as damage may leave them, are told")
    func damagedRow() throws {
        try withFolder { folder in
            let path = "\(folder)/entries.db"
            try SQLiteDatabase(path: path).close()
            for (column, value) in [("received_at", "'never'"), ("id", "\(Int64.max)"), ("repeated", "'perhaps'")] {
                let lax = try DatabaseQueue(path: path)
                try lax.writeWithoutTransaction { db in
                    try db.execute(sql: "PRAGMA writable_schema = ON")
                    try db.execute(
                        sql: "UPDATE sqlite_master SET sql = replace(sql, 'STRICT', '') WHERE name = 'entries'")
                    try db.execute(sql: "PRAGMA writable_schema = RESET")
                }
                try lax.close()
                try SQLiteDatabase(path: path).store(entry)
                let other = try DatabaseQueue(path: path)
                try other.writeWithoutTransaction { db in
                    try db.execute(sql: "UPDATE entries SET \(column) = \(value)")
                }
                try other.close()
                let reader = try SQLiteReader(path: path)
                if column == "id" {
                    #expect(try reader.page(EntryQuery(limit: 9), maxTextBytes: 9).entries.map(\.id) == [.max])
                } else {
                    let error = failure { _ = try reader.page(EntryQuery(limit: 9), maxTextBytes: 9) }
                    #expect(error?.cause == .corrupt, "\(column)")
                }
                _ = try? reader.page(EntryQuery(since: 1, limit: 9), maxTextBytes: 9)
                let database = try SQLiteDatabase(path: path)
                _ = try? database.prune(Retention(maxBytes: 1), now: 0)
                database.close()
                for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
                try SQLiteDatabase(path: path).close()
            }
        }
    }

    @Test("a file that was moved away is not written to, but made anew")
    func moved() throws {
        try withDatabase { database, path in
            try database.store(entry)
            for suffix in ["", "-wal", "-shm"] {
                try FileManager.default.moveItem(atPath: path + suffix, toPath: path + ".old" + suffix)
            }
            let error = failure { try database.store(entry) }
            #expect(error?.cause == .gone && error?.mayPass == true)
            try database.store(entry)
            #expect(try database.found().map(\.id) == [1])
        }
    }

    @Test("a full disk: what was acknowledged is there, the rest is refused, and it goes on when there is room")
    func full() throws {
        try withSmallDisk(bytes: 1 << 20) { folder in
            let database = try SQLiteDatabase(path: "\(folder)/entries.db")
            let ballast = URL(filePath: "\(folder)/ballast")
            try Data(repeating: 1, count: 300_000).write(to: ballast)
            let large = LogEntry(name: "n", data: String(repeating: "x", count: 10_000))
            var stored = 0
            var error: StoreError?
            while error == nil, stored < 1000 {
                do {
                    try database.store(large)
                    stored += 1
                } catch let failure as StoreError {
                    error = failure
                }
            }
            #expect(error?.cause == .full && error?.mayPass == false && stored > 5)
            #expect(failure { try database.store(large) }?.cause == .full)
            #expect(failure { try database.probe() }?.cause == .full)
            #expect(try database.found().count == stored)
            try FileManager.default.removeItem(at: ballast)
            try database.probe()
            try database.store(large)
            #expect(try database.found().count == stored + 1)
            database.close()
        }
    }

    @Test("a file on a disk that is read only is refused with that reason")
    func readOnly() throws {
        try withSmallDisk(bytes: 1 << 20) { folder in
            try SQLiteDatabase(path: "\(folder)/entries.db").close()
            try #require(mount("none", folder, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
            let error = failure { _ = try SQLiteDatabase(path: "\(folder)/entries.db") }
            #expect(error?.cause == .readOnly, "\(String(describing: error))")
        }
    }

    @Test("who reads needs no right to write, and leaves nothing beside the file")
    func traces() throws {
        try withSmallDisk(bytes: 1 << 20) { folder in
            // What a name has of a URL's marks is of the name.
            let path = "\(folder)/a?b#c%20d.db"
            let database = try SQLiteDatabase(path: path)
            try database.store(entry)
            database.close()
            func read() throws {
                let reader = try SQLiteReader(path: path)
                #expect(try reader.page(EntryQuery(limit: 9), maxTextBytes: 9).entries.count == 1)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a?b#c%20d.db"])
            }
            try read()
            try #require(mount("none", folder, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
            try read()
        }
    }

    @Test("what a logger writes after a reader has opened the file is found, in its log and behind it")
    func beside() throws {
        try withFolder { folder in
            let path = "\(folder)/entries.db"
            let first = try SQLiteDatabase(path: path)
            try first.store(entry)
            first.close()
            let reader = try SQLiteReader(path: path)
            let second = try SQLiteReader(path: path)
            func count(_ reader: SQLiteReader) throws -> Int {
                try reader.page(EntryQuery(limit: 9), maxTextBytes: 9).entries.count
            }
            #expect(try count(reader) == 1 && count(second) == 1)
            let logger = try SQLiteDatabase(path: path)
            try logger.store(entry)
            #expect(try count(reader) == 2)
            try logger.store(entry)
            #expect(try count(reader) == 3)
            logger.close()
            #expect(try count(reader) == 3 && count(second) == 3)
        }
    }

    @Test("a file that may only be read is left as it is, and taken when it may be written to")
    func onlyThisFile() throws {
        try withFolder { folder in
            let path = "\(folder)/entries.db"
            let first = try SQLiteDatabase(path: path)
            try first.store(entry)
            first.close()
            // The file alone, while its folder may be written to.
            let status = mount(path, path, nil, UInt(MS_BIND), nil)
            try #require(status == 0, "mounting takes root: \(String(cString: strerror(errno)))")
            do {
                defer { umount2(path, Int32(MNT_DETACH)) }
                try #require(mount(nil, path, nil, UInt(MS_BIND | MS_REMOUNT | MS_RDONLY), nil) == 0)
                #expect(failure { _ = try SQLiteDatabase(path: path) }?.cause == .readOnly)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["entries.db"])
            }
            let database = try SQLiteDatabase(path: path)
            defer { database.close() }
            try database.store(entry)
            #expect(try database.found().count == 2)
        }
    }

    @Test("a commit outlives the host: it is synced, and every one is")
    func synchronous() throws {
        try withDatabase { database, path in
            try database.store(entry)
            #expect(try database.setting("synchronous") == 2)
            #expect(try DatabaseQueue(path: path).read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        }
    }

    @Test("a query finds its rows by an index, and in their order without sorting")
    func plans() throws {
        try withDatabase { _, path in
            try DatabaseQueue(path: path).read { db in
                for (condition, index) in [
                    ("name = 'n'", "entries_name"), ("severity > 0 AND severity = 2", "entries_severity"),
                    ("id < 5", "PRIMARY KEY"), ("run = 'r' AND seq = 1", "entries_run"),
                    ("message_id = 'm'", "entries_message_id"),
                ] {
                    let plan = try Row.fetchAll(
                        db, sql: "EXPLAIN QUERY PLAN SELECT * FROM entries WHERE \(condition) ORDER BY id DESC LIMIT 9")
                    let text = plan.map { $0["detail"] as String }.joined(separator: "; ")
                    #expect(text.contains(index) && !text.contains("TEMP B-TREE"), "\(condition): \(text)")
                }
            }
        }
    }
}
