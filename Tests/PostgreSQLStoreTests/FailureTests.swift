import EntryStore
import Foundation
import Glibc
import PostgreSQLScope
import PostgreSQLServer
import Testing

@testable import PostgreSQLStore

extension PostgreSQLStoreTests {
    /// Why entries cannot be stored is said so that it can be mended, without the password.
    @Suite struct FailureTests {
        private func failure(_ url: String) -> StoreError? {
            #expect(throws: StoreError.self) { _ = try PostgreSQLDatabase(url) }
        }

        private func expect(_ error: StoreError?, _ cause: StoreError.Cause, _ words: String...) {
            #expect(error?.cause == cause)
            for word in words { #expect(error?.description.contains(word) == true, "\(String(describing: error))") }
            #expect(error?.description.contains("secret") == false)
            #expect(error?.description.contains("\n") == false)
        }

        @Test func nobodyListens() throws {
            expect(
                failure("postgres://me:secret@127.0.0.1:1/logs"), .gone,
                "cannot connect to PostgreSQL at me@127.0.0.1:1/logs", "Connection refused", "Start it")
            expect(failure("postgres://me:secret@%2Fnonexistent/logs"), .gone, "No such file or directory")
        }

        @Test func databaseIsMissing() throws {
            expect(
                failure(try PostgreSQLScope.server.url(database: "nowhere")), .gone,
                "database \"nowhere\" does not exist", "createdb nowhere")
        }

        @Test(arguments: [
            "postgres://u:secret@h/d?nonsense=1", "postgres://u:secret@[h/d",
        ])
        func urlIsWrong(_ url: String) {
            expect(failure(url), .other, "is not the URL of a database", "postgres://USER@HOST:PORT/DATABASE")
        }

        @Test func passwordIsWrong() async throws {
            let options = PostgreSQLOptions(access: ["local all guarded scram-sha-256"])
            try await withPostgreSQL(options) { server in
                try OwnTables.connect(server.url).execute(
                    "CREATE ROLE guarded LOGIN PASSWORD 'right'; CREATE SCHEMA guarded AUTHORIZATION guarded",
                    within: .seconds(10))
                expect(
                    failure(server.url(user: "guarded", password: "secret")), .gone, "password authentication failed",
                    "PGPASSWORD")
                expect(failure(server.url(user: "guarded")), .gone, "no password supplied", "PGPASSWORD")
                let store = try PostgreSQLDatabase(server.url(user: "guarded", password: "right"))
                #expect(store.description.hasPrefix("PostgreSQL at guarded@/"))
                #expect(!store.description.contains("right"))
                try store.commit(EntryBatch([Given()]))
            }
        }

        @Test func rightsAreMissing() throws {
            let tables = try OwnTables()
            let server = try PostgreSQLScope.server
            try tables.connect().execute(
                "CREATE ROLE \(tables.name) LOGIN; GRANT USAGE ON SCHEMA \(tables.name) TO \(tables.name)",
                within: .seconds(10))
            let url = server.url(user: tables.name) + "?options=-csearch_path%3D\(tables.name)"
            expect(failure(url), .other, "permission denied for schema", "GRANT CREATE ON SCHEMA")
        }

        @Test func tableIsSomebodyElses() throws {
            let tables = try OwnTables()
            try tables.connect().execute("CREATE TABLE entries (a int)", within: .seconds(10))
            expect(failure(tables.url), .incompatible, "a table 'entries' that is not broker-lab's", "search_path")
        }

        @Test func tableIsOfALaterVersion() throws {
            let tables = try OwnTables()
            try PostgreSQLDatabase(tables.url).close()
            try tables.connect().execute("UPDATE entries_schema SET version = 99", within: .seconds(10))
            expect(failure(tables.url), .incompatible, "is of version 99")
        }

        @Test func encodingIsAnother() throws {
            let server = try PostgreSQLScope.server
            try OwnTables.connect(server.url).execute(
                "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0", within: .seconds(20))
            expect(failure(server.url(database: "latin")), .incompatible, "the encoding LATIN1", "--encoding=UTF8")
        }

        @Test func durabilityThatWasGivenUpIsTold() async throws {
            let options = PostgreSQLOptions(configuration: ["fsync = off", "synchronous_commit = off"])
            try await withPostgreSQL(options) { server in
                var notices: [String] = []
                let store = try PostgreSQLDatabase(server.url) { notices.append($0) }
                #expect(notices.count == 1)
                #expect(notices.first?.contains("fsync = off") == true)
                store.close()
            }
        }

        /// A table that was dropped is made anew.
        @Test func tableIsDropped() throws {
            let tables = try OwnTables()
            let store = try PostgreSQLDatabase(tables.url)
            try tables.connect().execute(
                "DROP TABLE entries, entries_writers, entries_schema", within: .seconds(10))
            let batch = EntryBatch([Given()])
            let error = #expect(throws: StoreError.self) { try store.commit(batch) }
            expect(error, .other, "does not exist")
            try store.commit(batch)
            #expect(try store.all().count == 1)
        }

        @Test func itIsTriedWithoutEntries() throws {
            let tables = try OwnTables()
            let store = try PostgreSQLDatabase(tables.url)
            try store.commit(EntryBatch([Given()]))
            try store.probe()
            #expect(try store.all().count == 1)
            try tables.connect().execute("DROP TABLE entries_writers", within: .seconds(10))
            #expect(throws: StoreError.self) { try store.probe() }
        }

        @Test func anotherTransactionHoldsTheTable() throws {
            let tables = try OwnTables()
            let store = try PostgreSQLDatabase(tables.url, commitLimit: .seconds(1))
            let other = try tables.connect()
            try other.execute("BEGIN; LOCK TABLE entries", within: .seconds(10))
            let batch = EntryBatch([Given()])
            let error = #expect(throws: StoreError.self) { try store.commit(batch) }
            expect(error, .locked, "lock timeout")
            #expect(error?.mayPass == true)
            try other.execute("COMMIT", within: .seconds(10))
            try store.commit(batch)
            #expect(try store.all().count == 1)
        }

        /// The table's own disk is full, as of a small file system; room is made, and it goes on.
        @Test func diskIsFull() async throws {
            try await withPostgreSQL { server in
                let folder = server.folder + "/small"
                #expect(mkdir(folder, 0o700) == 0)
                try #require(mount("tmpfs", folder, "tmpfs", 0, "size=4m") == 0, "run as root")
                defer { umount2(folder, Int32(MNT_DETACH)) }
                var status = stat()
                #expect(stat(server.folder + "/data", &status) == 0)
                #expect(chown(folder, status.st_uid, status.st_gid) == 0)
                try OwnTables.connect(server.url).execute(
                    "CREATE TABLESPACE small LOCATION '\(folder)'", within: .seconds(10))
                let store = try PostgreSQLDatabase(server.url + "?options=-cdefault_tablespace%3Dsmall")
                // What cannot be compressed; under 2 KiB, so that it stays in the table itself.
                func batch(_ number: Int64) -> EntryBatch {
                    EntryBatch(
                        (0..<100).map { index in
                            Given(
                                data: (0..<1500).map { _ in UInt8.random(in: 0x20...0x7E) },
                                receivedAt: number * 1000 + index)
                        })
                }
                var stored = 0
                var failed: (EntryBatch, StoreError)?
                while failed == nil, stored < 10_000 {
                    let next = batch(Int64(stored))
                    do throws(StoreError) {
                        try store.commit(next)
                        stored += next.count
                    } catch {
                        failed = (next, error)
                    }
                }
                expect(failed?.1, .full, "No space left on device")
                #expect(try store.all().count == stored)
                #expect(mount("tmpfs", folder, "tmpfs", UInt(MS_REMOUNT), "size=64m") == 0)
                try store.commit(try #require(failed).0)
                #expect(try store.all().count == stored + 100)
                store.close()
            }
        }
    }
}
