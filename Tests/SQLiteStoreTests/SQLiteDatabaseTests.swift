import Broker
import EngineTestKit
import EntryStore
import Foundation
import GRDB
import Testing

@testable import SQLiteStore

@Suite("Entries in an SQLite file", .timeLimit(.minutes(1)))
struct SQLiteDatabaseTests {
    private func entry(_ text: String, _ severity: Severity = .info) -> LogEntry {
        LogEntry(name: "n", data: text, severity: severity)
    }

    @Test("every field comes back as it was stored, also from the file alone")
    func fields() throws {
        try withFolder { folder in
            let path = "\(folder)/entries.db"
            let database = try SQLiteDatabase(path: path)
            let stamp = RunStamp(run: "läuf", sequence: .max, sentAt: 1_769_860_800_000_000_001)
            try database.store(
                LogEntry(name: "näme", data: "a\u{0}b \u{1F600}", severity: .error, stamp: stamp),
                receivedAt: 1_769_860_800_000_000_002, messageID: "id-1")
            try database.store(LogEntry(name: "", data: ""), receivedAt: 3)
            let expected = [
                StoredEntry(id: 2, receivedAt: 3, transport: "test", name: "", data: ""),
                StoredEntry(
                    id: 1, receivedAt: 1_769_860_800_000_000_002, sentAt: 1_769_860_800_000_000_001, transport: "test",
                    name: "näme", data: "a\u{0}b \u{1F600}", severity: .error, run: "läuf", sequence: .max,
                    messageID: "id-1"),
            ]
            #expect(try database.found() == expected)
            #expect(try SQLiteReader(path: path).page(EntryQuery(), maxTextBytes: .max).entries == expected)
            database.close()
            #expect(try SQLiteReader(path: path).page(EntryQuery(), maxTextBytes: .max).entries == expected)
            let again = try SQLiteDatabase(path: path)
            #expect(try again.found() == expected)
            again.close()
        }
    }

    @Test("bytes that are not UTF-8 are mended, as everywhere")
    func notUTF8() throws {
        try withDatabase { database, _ in
            let batch = EntryBatch()
            batch.append(name: [0xFF, 0x61], data: [0x61, 0xC3])
            try database.commit(batch)
            #expect(try database.found().map { [$0.name, $0.data] } == [["\u{FFFD}a", "a\u{FFFD}"]])
        }
    }

    @Test("a run's number that comes again is stored and marked, whatever else is in it")
    func repeated() throws {
        try withDatabase { database, path in
            func numbered(_ sequence: UInt64, run: String = "r") -> LogEntry {
                LogEntry(name: "n", data: "d", stamp: RunStamp(run: run, sequence: sequence, sentAt: 0))
            }
            let first = try database.store(numbered(0), numbered(1), numbered(0))
            #expect(first == [.stored, .stored, .repeated])
            #expect(try database.store(numbered(1), numbered(1, run: "s")) == [.repeated, .stored])
            let reader = try SQLiteReader(path: path)
            #expect(try reader.differentEntries(ofRun: "r") == 2 && reader.differentEntries(ofRun: "s") == 1)
            #expect(try reader.differentEntries(ofRun: "t") == 0)
            #expect(try reader.sequences(ofRun: "r") == [0, 0, 1, 1] && reader.sequences(ofRun: "t") == [])
            #expect(try database.found().map(\.isRepeated) == [false, true, true, false, false])
            // Outside of runs, entries have no numbers.
            #expect(try database.store(entry("same"), entry("same")) == [.stored, .stored])
        }
    }

    @Test("a message that is known by its id is no row again")
    func known() throws {
        try withDatabase { database, path in
            #expect(try database.store(entry("a"), messageID: "m", mayRepeat: true) == [.stored])
            #expect(try database.store(entry("a"), messageID: "m", mayRepeat: true) == [.known])
            // Of another body, or where nobody says that it may be the same.
            #expect(try database.store(entry("b"), messageID: "m", mayRepeat: true) == [.stored])
            #expect(try database.store(entry("a"), messageID: "m") == [.stored])
            #expect(try database.store(entry("a"), entry("a"), messageID: "x", mayRepeat: true) == [.stored, .known])
            database.close()
            let again = try SQLiteDatabase(path: path)
            #expect(try again.store(entry("a"), messageID: "m", mayRepeat: true) == [.known])
            #expect(try again.found().count == 4)
            again.close()
        }
    }

    @Test("pages lead through all entries that are asked for")
    func pages() throws {
        try withDatabase { database, _ in
            for number in 0..<25 {
                try database.store(
                    LogEntry(
                        name: number % 2 == 0 ? "even" : "odd", data: "\(number)",
                        severity: number % 5 == 0 ? .error : .info), receivedAt: Int64(number * 10))
            }
            func all(_ query: EntryQuery, maxTextBytes: Int = .max) throws -> [Int] {
                var (query, found): (EntryQuery, [Int]) = (query, [])
                for _ in 0..<100 {
                    let page = try database.page(query, maxTextBytes: maxTextBytes)
                    found += page.entries.compactMap { Int($0.data) }
                    guard let next = page.next else { break }
                    query.before = next
                }
                return found
            }
            let numbers = Array((0..<25).reversed())
            for limit in [1, 7, 24, 25, 26] { #expect(try all(EntryQuery(limit: limit)) == numbers) }
            #expect(try all(EntryQuery(limit: 100), maxTextBytes: 10) == numbers)
            #expect(try all(EntryQuery(name: "odd", limit: 4)) == numbers.filter { $0 % 2 == 1 })
            #expect(try all(EntryQuery(severity: .error, limit: 2)) == numbers.filter { $0 % 5 == 0 })
            #expect(try all(EntryQuery(severity: .info, limit: 3)) == numbers.filter { $0 % 5 != 0 })
            #expect(try all(EntryQuery(severity: .warning)) == [])
            #expect(try all(EntryQuery(name: "even", severity: .error, limit: 1)) == [20, 10, 0])
            #expect(try all(EntryQuery(since: 95, until: 150, limit: 2)) == [14, 13, 12, 11, 10])
            #expect(try all(EntryQuery(since: 100, until: 141, limit: 2)) == [14, 13, 12, 11, 10])
            #expect(try all(EntryQuery(since: 1000)) == [] && all(EntryQuery(until: 0)) == [])
            #expect(try all(EntryQuery(name: "none")) == [])
        }
    }

    @Test("no id is given twice, though all entries were deleted and the file was closed")
    func ids() throws {
        try withFolder { folder in
            let path = "\(folder)/entries.db"
            for expected: [Int64] in [[1, 2, 3], [4, 5, 6]] {
                let database = try SQLiteDatabase(path: path)
                defer { database.close() }
                try database.store(entry("a"), entry("b"))
                try database.store(entry("c"))
                #expect(try database.found().map(\.id) == expected.reversed())
                while try database.prune(Retention(maxAge: .seconds(1)), now: 20_000_000_000) {}
                #expect(try database.found().isEmpty)
            }
        }
    }

    @Test("a file of an earlier version becomes one of this, with what is in it", arguments: 1..<SQLiteSchema.version)
    func migration(version: Int) throws {
        try withFolder { folder in
            let path = "\(folder)/entries.db"
            let first = try DatabaseQueue(path: path)
            try first.write { db in
                for step in SQLiteSchema.steps.prefix(version) { try db.execute(sql: step) }
                try db.execute(
                    sql: """
                        INSERT INTO entries (id, received_at, severity, repeated, transport, name, data)
                        VALUES (7, 5, 1, 0, 'http', 'n', 'old')
                        """)
                try db.execute(sql: "PRAGMA user_version = \(version)")
            }
            try first.close()
            // Who only reads changes nothing.
            #expect(try SQLiteReader(path: path).page(EntryQuery(), maxTextBytes: .max).entries.map(\.data) == ["old"])
            let database = try SQLiteDatabase(path: path)
            defer { database.close() }
            #expect(try database.setting("user_version") == SQLiteSchema.version)
            try database.store(entry("new"))
            #expect(try database.found().map(\.id) == [8, 7] && database.found().map(\.data) == ["new", "old"])
        }
    }

    @Test("closed, a file needs no log, whoever has read it")
    func closed() throws {
        try withFolder { folder in
            let database = try SQLiteDatabase(path: "\(folder)/entries.db")
            try database.store(entry("a"))
            #expect(try database.found().count == 1)
            database.close()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["entries.db"])
        }
    }

    @Test("the oldest are deleted: by age, and where there is too much")
    func retention() throws {
        try withDatabase { database, _ in
            for number in 0..<20 { try database.store(entry("\(number)"), receivedAt: Int64(number) * 1_000_000_000) }
            func prune(_ retention: Retention, now: Int64 = 20_000_000_000) throws {
                while try database.prune(retention, now: now) {}
            }
            try prune(Retention())
            try prune(Retention(maxAge: .seconds(20)))
            #expect(try database.found().count == 20)
            try prune(Retention(maxAge: .seconds(5)))
            #expect(try database.found().map(\.data) == ["19", "18", "17", "16", "15"])
            // What was deleted is found neither by number nor by time.
            #expect(try database.found(EntryQuery(until: 17_000_000_000)).map(\.data) == ["16", "15"])

            for _ in 0..<40 { try database.store(entry(String(repeating: "x", count: 20_000)), receivedAt: 1) }
            try prune(Retention(maxBytes: 400_000))
            let left = try database.found().count
            #expect(left > 5 && left < 20)
            try prune(Retention(maxAge: .seconds(1)))
            #expect(
                try database.found().isEmpty && database.page(EntryQuery(since: 1), maxTextBytes: 1).entries.isEmpty)
        }
    }
}
