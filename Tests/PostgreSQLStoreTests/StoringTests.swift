import Broker
import EntryStore
import Glibc
import PostgreSQLScope
import Testing

@testable import PostgreSQLStore

extension PostgreSQLStoreTests {
    /// What is committed is there, once, as it was sent.
    @Suite struct StoringTests {
        @Test func entriesComeBack() throws {
            let tables = try OwnTables()
            let store = try PostgreSQLDatabase(tables.url)
            let given = [
                Given(severity: .error, sentAt: 900, receivedAt: 1_764_000_000_123_456_789),
                Given(name: Array("naïve ☃ 🐎".utf8), run: Array("run".utf8), sequence: .max, receivedAt: .max),
                Given(data: [], severity: .warning, transport: "amqp", messageID: Array("m-1".utf8)),
                Given(name: [], data: []),
            ]
            let batch = EntryBatch(given)
            try store.commit(batch)
            #expect(batch.fates == [.stored, .stored, .stored, .stored])
            #expect(try store.all() == given.enumerated().map { $1.expected(id: Int64($0) + 1) })
            #expect(try #require(store.bytesWritten()) < 1 << 30)
        }

        /// The type text holds neither NUL nor what is not UTF-8, and index rows have an end.
        @Test func textsOfEveryKindComeBack() throws {
            let store = try PostgreSQLDatabase(OwnTables().url)
            let texts: [[UInt8]] = [
                [0], [0x61, 0, 0x62], [0xFF], Array("tail ".utf8) + [0xE2, 0x98], [0xED, 0xA0, 0x80], [0xC0, 0x80],
                Array("\u{10FFFF}\u{7F}\u{1}".utf8), Array("seven b".utf8) + [0], Array("eight by".utf8) + [0x80],
                [UInt8](repeating: 0x78, count: 3 << 20), Array(String(repeating: "🐎", count: 3000).utf8),
            ]
            let given =
                texts.map { Given(data: $0) } + texts.map { Given(name: $0) }
                + [Given(run: [0x61, 0, 0xFF], sequence: 1), Given(messageID: [0xFE, 0])]
            try store.commit(EntryBatch(given))
            let found = try store.all()
            #expect(found.count == given.count)
            for (index, entry) in given.enumerated() where index < 2 * texts.count {
                #expect(found[index] == entry.expected(id: Int64(index) + 1))
            }
            #expect(found[2 * texts.count].run == "a\u{FFFD}\u{FFFD}")
            #expect(found[2 * texts.count + 1].messageID == "\u{FFFD}\u{FFFD}")
        }

        /// Byte for byte, also for those who ask the database itself.
        @Test func bytesAreKeptBesideTheirText() throws {
            let tables = try OwnTables()
            try PostgreSQLDatabase(tables.url).commit(EntryBatch([Given(data: [0x61, 0, 0xFF])]))
            let row = try tables.connect().query(
                "SELECT data, data_bytes, name_bytes FROM entries", within: .seconds(10))
            #expect(row.text(0, 0) == "a\u{FFFD}\u{FFFD}")
            #expect(row.withBytes(0, 1) { Array($0) } == [0x61, 0, 0xFF])
            #expect(row.withBytes(0, 2) { Array($0) } == nil)
        }

        @Test func sameRunAndNumberIsMarked() throws {
            let store = try PostgreSQLDatabase(OwnTables().url)
            func given(_ run: String, _ numbers: [UInt64]) -> [Given] {
                numbers.map { Given(run: Array(run.utf8), sequence: $0) }
            }
            let first = EntryBatch(given("a", [0, 1, 1]) + given("b", [1]) + [Given(), Given()])
            try store.commit(first)
            #expect(first.fates == [.stored, .stored, .repeated, .stored, .stored, .stored])
            let second = EntryBatch(given("a", [2, 0]) + given("b", [0, 1, 1]))
            try store.commit(second)
            #expect(second.fates == [.stored, .repeated, .stored, .repeated, .repeated])
            #expect(try store.all().filter(\.isRepeated).map(\.id) == [3, 8, 10, 11])
        }

        @Test func messageThatComesAgainIsOneRow() throws {
            let store = try PostgreSQLDatabase(OwnTables().url)
            func message(_ id: String, _ data: [UInt8], again: Bool) -> Given {
                Given(data: data, transport: "amqp", messageID: Array(id.utf8), mayRepeat: again)
            }
            let (one, other): ([UInt8], [UInt8]) = ([0x31, 0], [0x31, 0xFF])
            try store.commit(EntryBatch([message("m", one, again: false)]))
            let batch = EntryBatch([
                message("m", one, again: true), message("m", other, again: true), message("n", one, again: true),
                message("n", one, again: true), message("m", one, again: false), Given(run: [0x61], sequence: 1),
                Given(run: [0x61], sequence: 1),
            ])
            try store.commit(batch)
            #expect(batch.fates == [.known, .stored, .stored, .known, .stored, .stored, .repeated])
            #expect(try store.all().count == 6)
            let again = EntryBatch([message("n", one, again: true)])
            try store.commit(again)
            #expect(again.fates == [.known])
        }

        /// Puts the process of the server to sleep that a store writes with, so that it has a batch and does not answer.
        private func commitInVain(_ batch: EntryBatch, to store: PostgreSQLDatabase, _ tables: OwnTables) throws
            -> pid_t
        {
            let process = try #require(
                try tables.number(
                    """
                    SELECT pid::bigint FROM pg_stat_activity
                    WHERE application_name = '\(tables.name)' AND query LIKE '%INSERT INTO entries_writers%' AND state = 'idle'
                    """))
            #expect(kill(pid_t(process), SIGSTOP) == 0)
            let error = #expect(throws: StoreError.self) { try store.commit(batch) }
            #expect(error?.cause == .gone)
            #expect(error?.description.contains("did not answer within") == true)
            #expect(error?.isOutcomeUnknown == true)
            return pid_t(process)
        }

        /// Lets it go on, until it has done what it was sent and has found its connection closed.
        private func awake(_ process: pid_t, _ tables: OwnTables) async throws {
            #expect(kill(process, SIGCONT) == 0)
            let isThere = "SELECT count(*) FROM pg_stat_activity WHERE pid = \(process)"
            while try tables.number(isThere) != 0 { await Task.yield() }
        }

        private func batch() -> EntryBatch {
            EntryBatch((0..<100).map { Given(receivedAt: 2 + $0) } + [Given(run: [0x61], sequence: 1)])
        }

        /// It was committed when it is tried again: nobody was told.
        @Test func batchOfUnknownOutcomeIsNotCommittedAgain() async throws {
            let tables = try OwnTables()
            let store = try PostgreSQLDatabase(tables.url, commitLimit: .seconds(1))
            try store.commit(EntryBatch([Given()]))
            let batch = batch()
            let process = try commitInVain(batch, to: store, tables)
            try await awake(process, tables)
            #expect(try store.all().count == 102)
            try store.commit(batch)
            #expect(batch.fates.allSatisfy { $0 == .stored })
            #expect(try store.all().count == 102)
            #expect(try tables.number("SELECT count(*) FROM entries WHERE repeated") == 0)
            try store.commit(EntryBatch([Given()]))
            #expect(try store.all().count == 103)
        }

        /// What makes its messages known are not its own rows.
        @Test func messagesOfABatchOfUnknownOutcome() async throws {
            func message(_ id: String, _ receivedAt: Int64) -> Given {
                Given(receivedAt: receivedAt, messageID: Array(id.utf8), mayRepeat: true)
            }
            let tables = try OwnTables()
            let store = try PostgreSQLDatabase(tables.url, commitLimit: .seconds(1))
            try store.commit(EntryBatch([message("a", 1)]))
            let batch = EntryBatch([message("a", 2), message("b", 3), message("b", 4), message("c", 5)])
            let process = try commitInVain(batch, to: store, tables)
            try await awake(process, tables)
            #expect(try store.all().count == 3)
            try store.commit(batch)
            #expect(batch.fates == [.known, .stored, .known, .stored])
            #expect(try store.all().count == 3)
            let again = EntryBatch([message("c", 6), Given(receivedAt: 7)])
            try store.commit(again)
            #expect(again.fates == [.known, .stored])
            // What is counted is what was added.
            let excess = """
                SELECT (SELECT sum(bytes) FROM entries_writers)::bigint
                    - (SELECT sum(octet_length(name) + octet_length(data) + \(Schema.rowBytes)) FROM entries)::bigint
                """
            #expect(try tables.number(excess) == 0)
        }

        /// It is committed on another connection, and others are, before the first one gets to it.
        @Test func batchThatComesLateIsNotCommittedAgain() async throws {
            let tables = try OwnTables()
            let store = try PostgreSQLDatabase(tables.url, commitLimit: .seconds(1))
            try store.commit(EntryBatch([Given()]))
            let batch = batch()
            let process = try commitInVain(batch, to: store, tables)
            try store.commit(batch)
            try store.commit(EntryBatch([Given()]))
            try await awake(process, tables)
            #expect(try store.all().count == 103)
            try store.commit(EntryBatch([Given()]))
            #expect(try store.all().count == 104)
        }

        /// Loggers that share a table do not get into each other's way.
        @Test func severalLoggersShareATable() async throws {
            let tables = try OwnTables()
            try await withThrowingTaskGroup { group in
                for logger in 0..<3 {
                    group.addTask {
                        // Each makes the tables where nobody was quicker.
                        let store = try PostgreSQLDatabase(tables.url)
                        for number in 0..<20 {
                            try store.commit(
                                EntryBatch([
                                    Given(run: Array("logger \(logger)".utf8), sequence: UInt64(number)),
                                    Given(data: Array("\(logger) \(number)".utf8)),
                                ]))
                        }
                        store.close()
                    }
                }
                try await group.waitForAll()
            }
            #expect(try tables.number("SELECT count(*) FROM entries") == 120)
            #expect(try tables.number("SELECT count(*) FROM entries WHERE repeated") == 0)
            #expect(try tables.number("SELECT count(*) FROM entries_writers") == 3)
        }
    }
}
