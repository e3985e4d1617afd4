import Broker
import Dispatch
import EntryStore
import Testing

@testable import PostgreSQLStore

extension PostgreSQLStoreTests {
    /// Pages are the newest entries that meet the query, and say where the next one begins.
    @Suite struct ReadingTests {
        private static let minute: Int64 = 60_000_000_000

        /// Entries a minute apart, number 1 at minute 1, in three names and severities.
        private func store(_ count: Int64) throws -> PostgreSQLDatabase {
            let store = try PostgreSQLDatabase(OwnTables().url)
            let names = ["login", "logout", "naïve"]
            try store.commit(
                EntryBatch(
                    (1...count).map {
                        Given(
                            name: Array(names[Int($0 % 3)].utf8), data: Array("\($0)".utf8),
                            severity: Severity.allCases[Int($0 % 3)], receivedAt: $0 * Self.minute)
                    }))
            return store
        }

        /// What a page has, by the numbers of entries.
        private struct Found: Equatable {
            var ids: [Int64]
            var next: Int64?

            init(_ ids: [Int64], _ next: Int64?) { (self.ids, self.next) = (ids, next) }
        }

        private func find(_ store: PostgreSQLDatabase, _ query: EntryQuery) throws -> Found {
            let page = try store.page(query, maxTextBytes: 1 << 20)
            return Found(page.entries.map(\.id), page.next)
        }

        @Test func differentEntriesOfARunAreCounted() throws {
            let tables = try OwnTables()
            let store = try PostgreSQLDatabase(tables.url)
            try store.commit(
                EntryBatch(
                    [0, 1, 1, 2].map { Given(run: Array("r".utf8), sequence: $0) } + [Given(run: Array("s".utf8))]))
            let reader = try PostgreSQLReader(tables.url)
            #expect(try reader.differentEntries(ofRun: "r") == 3 && reader.differentEntries(ofRun: "s") == 1)
            #expect(try reader.differentEntries(ofRun: "t") == 0)
            #expect(try reader.sequences(ofRun: "r") == [0, 1, 1, 2] && reader.sequences(ofRun: "t") == [])
            store.close()
        }

        @Test func pagesFollowOneAnother() throws {
            let store = try store(7)
            #expect(try find(store, EntryQuery(limit: 3)) == Found([7, 6, 5], 5))
            #expect(try find(store, EntryQuery(before: 5, limit: 3)) == Found([4, 3, 2], 2))
            #expect(try find(store, EntryQuery(before: 2, limit: 3)) == Found([1], nil))
            #expect(try find(store, EntryQuery(limit: 7)) == Found([7, 6, 5, 4, 3, 2, 1], nil))
            #expect(try find(store, EntryQuery(before: 1, limit: 3)) == Found([], nil))
            #expect(try find(PostgreSQLDatabase(OwnTables().url), EntryQuery(limit: 3)) == Found([], nil))
        }

        @Test func onlyWhatIsAskedForIsFound() throws {
            let store = try store(9)
            #expect(try find(store, EntryQuery(name: "login", limit: 2)) == Found([9, 6], 6))
            #expect(try find(store, EntryQuery(name: "naïve", before: 8, limit: 2)) == Found([5, 2], nil))
            #expect(try find(store, EntryQuery(name: "log")) == Found([], nil))
            #expect(try find(store, EntryQuery(name: "a\0")) == Found([], nil))
            #expect(try find(store, EntryQuery(severity: .info)) == Found([9, 6, 3], nil))
            #expect(try find(store, EntryQuery(severity: .error)) == Found([8, 5, 2], nil))
            #expect(try find(store, EntryQuery(name: "naïve", severity: .info)) == Found([], nil))
        }

        @Test func timesAreExact() throws {
            let store = try store(9)
            let minute = Self.minute
            #expect(try find(store, EntryQuery(since: 8 * minute)) == Found([9, 8], nil))
            #expect(try find(store, EntryQuery(since: 8 * minute + 1)) == Found([9], nil))
            #expect(try find(store, EntryQuery(until: 3 * minute)) == Found([2, 1], nil))
            #expect(try find(store, EntryQuery(until: 3 * minute + 1)) == Found([3, 2, 1], nil))
            #expect(try find(store, EntryQuery(since: 4 * minute, until: 6 * minute, limit: 1)) == Found([5], 5))
            #expect(try find(store, EntryQuery(since: .max, until: .min)) == Found([], nil))
            #expect(try find(store, EntryQuery(since: .min, until: .max)).ids.count == 9)
        }

        /// Clocks of several loggers differ: what is a little out of order is found all the same.
        @Test func orderIsThatOfStoring() throws {
            let store = try PostgreSQLDatabase(OwnTables().url)
            let times: [Int64] = [100, 130, 90, 120, 110].map { $0 * 1_000_000_000 }
            try store.commit(EntryBatch(times.map { Given(receivedAt: $0) }))
            #expect(try find(store, EntryQuery(since: times[0])) == Found([5, 4, 2, 1], nil))
            #expect(try find(store, EntryQuery(until: times[3])) == Found([5, 3, 1], nil))
        }

        @Test func texts() throws {
            let store = try PostgreSQLDatabase(OwnTables().url)
            let data = [UInt8](repeating: 0x78, count: 1000)
            try store.commit(EntryBatch((0..<6).map { _ in Given(name: [], data: data) }))
            func page(_ maxTextBytes: Int, limit: Int = 100) throws -> StoredPage {
                try store.page(EntryQuery(limit: limit), maxTextBytes: maxTextBytes)
            }
            #expect(try page(1).entries.map(\.id) == [6])
            #expect(try page(1).next == 6)
            #expect(try page(1000).entries.count == 1)
            #expect(try page(1001).entries.map(\.id) == [6, 5])
            #expect(try page(3000, limit: 2).next == 5)
            #expect(try page(6000).entries.count == 6)
            #expect(try page(6000).next == nil)
        }

        /// The limit is that of all steps of a page together.
        @Test func stepsShareADeadline() throws {
            let tables = try OwnTables()
            let store = try PostgreSQLDatabase(tables.url)
            try store.commit(EntryBatch((1...9).map { Given(receivedAt: $0 * Self.minute) }))
            // Every statement takes a third of the time, and finding a time takes several.
            try tables.connect().execute(
                """
                ALTER TABLE entries RENAME TO quick;
                CREATE VIEW entries AS SELECT quick.* FROM quick, (SELECT pg_sleep(0.2)) AS pause
                """, within: .seconds(10))
            let reader = PostgreSQLReader(try PostgreSQLTarget(tables.url), limit: .milliseconds(600))
            let error = #expect(throws: StoreError.self) {
                try reader.page(EntryQuery(since: 8 * Self.minute, until: 9 * Self.minute), maxTextBytes: 1 << 20)
            }
            #expect(error?.description.contains("did not answer within 0.6 seconds") == true)
        }

        /// So does the wait for one's turn.
        @Test func turnsEnd() async throws {
            let tables = try OwnTables()
            try PostgreSQLDatabase(tables.url).close()
            let other = try tables.connect()
            try other.execute("BEGIN; LOCK TABLE entries", within: .seconds(10))
            let reader = PostgreSQLReader(try PostgreSQLTarget(tables.url), limit: .milliseconds(300))
            let queue = DispatchQueue(label: "pages", attributes: .concurrent)
            let fates = await withTaskGroup(of: StoreError.Cause?.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        await withCheckedContinuation { continuation in
                            queue.async {
                                do throws(StoreError) {
                                    _ = try reader.page(EntryQuery(), maxTextBytes: 1)
                                    continuation.resume(returning: nil)
                                } catch {
                                    continuation.resume(returning: error.cause)
                                }
                            }
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(!fates.contains(nil))
        }

        @Test func readerNeedsTables() throws {
            let tables = try OwnTables()
            let error = #expect(throws: StoreError.self) { _ = try PostgreSQLReader(tables.url) }
            #expect(error?.description.contains("no logger has written to it") == true)
            let store = try PostgreSQLDatabase(tables.url)
            try store.commit(EntryBatch([Given()]))
            let reader = try PostgreSQLReader(tables.url)
            #expect(try reader.page(EntryQuery(), maxTextBytes: 1 << 20).entries == store.all())
        }

        /// Whatever PostgreSQL knows of the table: one that has just been filled, it knows nothing of.
        @Test(arguments: [
            "left(name, 100) = 'odd' AND name = 'odd' AND id < 15000 AND received_at < 14000", "id < 15000",
            "severity > 0 AND severity = 1 AND id < 15000", "name <> 'odd'",
        ])
        func aPageIsTheEndOfAnIndex(_ condition: String) throws {
            let tables = try OwnTables()
            try PostgreSQLDatabase(tables.url).close()
            let connection = try tables.connect()
            try connection.execute(
                """
                INSERT INTO entries (received_at, severity, repeated, transport, name, data)
                SELECT i, i % 2, false, 'http', CASE i % 2 WHEN 1 THEN 'odd' ELSE 'even' END, repeat('x', 100)
                FROM generate_series(1, 20000) AS i
                """, within: .seconds(20))
            try connection.execute(PostgreSQLReader.reading, within: .seconds(10))
            let plan = try connection.query(
                "EXPLAIN SELECT * FROM entries WHERE \(condition) ORDER BY id DESC LIMIT 101", within: .seconds(10))
            let text = (0..<plan.rowCount).compactMap { plan.text($0, 0) }.joined(separator: "\n")
            #expect(text.contains("Index Scan Backward") && !text.contains("Sort"), "\(text)")
        }
    }
}
