import EntryStore
import Testing

@testable import PostgreSQLStore

extension PostgreSQLStoreTests {
    /// The oldest entries go, and no others.
    @Suite struct PruningTests {
        private static let second: Int64 = 1_000_000_000

        @Test func byAge() throws {
            let store = try PostgreSQLDatabase(OwnTables().url)
            try store.commit(EntryBatch((1...4).map { Given(receivedAt: $0 * Self.second) }))
            let retention = Retention(maxAge: .seconds(10))
            #expect(try !store.prune(retention, now: 11 * Self.second))
            #expect(try store.all().count == 4)
            #expect(try !store.prune(retention, now: 13 * Self.second))
            #expect(try store.all().map(\.id) == [3, 4])
        }

        @Test func byBytes() throws {
            let tables = try OwnTables()
            let store = try PostgreSQLDatabase(tables.url)
            let row = Int64(Schema.rowBytes + 11)
            try store.commit(EntryBatch((1...10).map { Given(receivedAt: $0) }))
            #expect(try !store.prune(Retention(maxBytes: 10 * row), now: 0))
            #expect(try store.all().count == 10)
            #expect(try !store.prune(Retention(maxBytes: 3 * row + 1), now: 0))
            #expect(try store.all().map(\.id) == [8, 9, 10])
            #expect(try tables.number("SELECT sum(bytes)::bigint FROM entries_writers") == 3 * row)
        }

        @Test func inSlices() throws {
            let store = try PostgreSQLDatabase(OwnTables().url)
            try store.commit(EntryBatch((1...4500).map { Given(receivedAt: $0) }))
            let retention = Retention(maxAge: .seconds(1))
            #expect(try store.prune(retention, now: 100 * Self.second))
            #expect(try store.prune(retention, now: 100 * Self.second))
            #expect(try !store.prune(retention, now: 100 * Self.second))
            #expect(try store.all().isEmpty)
        }

        /// One at a time deletes from a table; who does from another one in the same database does not matter.
        @Test func oneAtATime() throws {
            let (own, other) = (try OwnTables(), try OwnTables())
            let store = try PostgreSQLDatabase(own.url)
            _ = try PostgreSQLDatabase(other.url)
            func deletes(while tables: OwnTables) throws -> Bool {
                try store.commit(EntryBatch([Given(receivedAt: Self.second)]))
                let holder = try tables.connect()
                try holder.execute("SELECT pg_advisory_lock(\(Pruning.lock))", within: .seconds(5))
                return try withExtendedLifetime(holder) {
                    _ = try store.prune(Retention(maxAge: .seconds(1)), now: 100 * Self.second)
                    return try store.all().isEmpty
                }
            }
            #expect(try deletes(while: other))
            #expect(try !deletes(while: own))
        }

        /// What a logger that is gone has added is still counted.
        @Test func loggersOfLastWeekCount() throws {
            let tables = try OwnTables()
            try PostgreSQLDatabase(tables.url).commit(EntryBatch([Given(), Given()]))
            try tables.connect().execute(
                "UPDATE entries_writers SET seen_at = seen_at - interval '8 days'", within: .seconds(5))
            let store = try PostgreSQLDatabase(tables.url)
            try store.commit(EntryBatch([Given()]))
            #expect(try tables.number("SELECT count(*) FROM entries_writers") == 2)
            #expect(try tables.number("SELECT sum(bytes)::bigint FROM entries_writers") == 3 * 171)
        }
    }
}
