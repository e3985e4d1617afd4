import CPostgreSQL
package import EntryStore
import Synchronization

/// Entries in a table of a PostgreSQL database, which several loggers may share.
///
/// A batch is one statement (``BatchStatement``) on a connection that is the writer's alone; pages are read on others. A
/// connection that was lost is made anew by the next call. Every wait has an end: for a connection two seconds a host, for a
/// commit five.
package final class PostgreSQLDatabase: EntryDatabase {
    /// How long it may take to be told what a new connection needs to know, or to make tables.
    private static let setUpLimit = Duration.seconds(5)
    /// The oldest version that has all that is used.
    private static let oldest = 12
    /// What is told every connection.
    ///
    /// The table grows from nothing to millions of rows under one prepared statement: it is planned once, by the indexes.
    private static let writing = """
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
        SET work_mem = '32MB'; SET jit = off; SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan
        """

    /// What the writer's thread has.
    private struct Writer {
        var connection: PostgreSQLConnection?
        let statement = BatchStatement()
        /// The number of the batch that was tried last.
        var number: Int64 = 0
        /// What tells that batch from others, where it is not known to be committed.
        var tried: Int?
    }

    private let target: PostgreSQLTarget
    private let commitLimit: Duration
    /// Tells this writer's batches from those of other loggers.
    private let id = Int64.random(in: 1...Int64.max)
    private let writer = Mutex(Writer())
    private let reader: PostgreSQLReader
    /// Where the server's write-ahead log was at first, and is now.
    private let log = Mutex((first: UInt64(0), now: UInt64(0)))

    /// Connects to a database, and makes its tables where they are not there.
    /// - Parameters:
    ///   - url: `postgres://user:password@host:port/database`, as libpq has it.
    ///   - notice: told, in one line, of what an operator should know though it is no failure.
    /// - Throws: ``StoreError``.
    package convenience init(_ url: String, notice: (String) -> Void = { _ in }) throws(StoreError) {
        try self.init(url, commitLimit: .seconds(5), notice: notice)
    }

    /// - Parameter commitLimit: how long a commit may take.
    init(_ url: String, commitLimit: Duration, notice: (String) -> Void = { _ in }) throws(StoreError) {
        target = try PostgreSQLTarget(url)
        reader = PostgreSQLReader(target)
        self.commitLimit = commitLimit
        let connection = try connect()
        let state = try connection.query(
            "SELECT current_setting('fsync') = 'on', (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint",
            within: Self.setUpLimit)
        if !state.flag(0, 0) {
            notice("PostgreSQL at \(target.shown) runs with fsync = off: what it has stored may be lost with its host")
        }
        let written = state.number(0, 1, as: UInt64.self) ?? 0
        log.withLock { $0 = (written, written) }
        writer.withLock { $0.connection = connection }
    }

    /// Whether a text is the URL of a PostgreSQL database, and not the path of a file.
    package static func isURL(_ text: String) -> Bool { PostgreSQLTarget.isURL(text) }

    /// The version of libpq: `15.18`.
    package static var libraryVersion: String { "\(PQlibVersion() / 10_000).\(PQlibVersion() % 10_000)" }

    /// Says what there is at a URL, and changes nothing: `PostgreSQL 15.18 at me@host/logs, with tables of version 1`.
    /// - Throws: ``StoreError`` where it cannot be used.
    package static func check(_ url: String) throws(StoreError) -> String {
        let target = try PostgreSQLTarget(url)
        let connection = try PostgreSQLConnection(to: target)
        try check(connection, target)
        let version = try Schema.version(connection, target.shown)
        let state = try connection.query(
            "SELECT current_setting('fsync') = 'on', has_schema_privilege(current_schema, 'CREATE')", within: setUpLimit
        )
        guard version > 0 || state.flag(0, 1) else {
            throw StoreError(.other, "PostgreSQL at \(target.shown): \(Schema.advice)")
        }
        return "PostgreSQL \(connection.parameter("server_version")) at \(target.shown), "
            + (version > 0 ? "with tables of version \(version)" : "where a logger would make its tables")
            + (state.flag(0, 0) ? "" : "; fsync = off: what it has stored may be lost with its host")
    }

    /// Whether it is a database that can hold entries.
    private static func check(_ connection: PostgreSQLConnection, _ target: PostgreSQLTarget) throws(StoreError) {
        let version = connection.parameter("server_version")
        guard let major = Int(version.prefix { $0.isNumber }), major >= oldest else {
            throw StoreError(
                .incompatible, "PostgreSQL \(version) at \(target.shown) is too old: \(oldest) or later is needed")
        }
        let encoding = connection.parameter("server_encoding")
        guard encoding == "UTF8" else {
            throw StoreError(
                .incompatible,
                "the database of PostgreSQL at \(target.shown) has the encoding \(encoding), which cannot hold every text. "
                    + "Make another one: createdb --encoding=UTF8 --template=template0 NAME.")
        }
    }

    /// `PostgreSQL at user@host:5432/database`.
    package var description: String { "PostgreSQL at \(target.shown)" }

    /// Connects, for the writer.
    private func connect() throws(StoreError) -> PostgreSQLConnection {
        let connection = try PostgreSQLConnection(to: target)
        try Self.check(connection, target)
        try connection.execute(Self.writing, within: Self.setUpLimit)
        try Schema.ensure(connection, target.shown)
        try connection.execute(Self.folding, within: Self.setUpLimit)
        for (name, statement) in BatchStatement.all {
            try connection.prepare(name, statement, within: Self.setUpLimit)
        }
        // The server's limits end a little before this side's, so that it says why.
        let milliseconds = commitLimit.components.seconds * 1000
        try connection.execute(
            "SET lock_timeout = \(milliseconds * 8 / 10); SET statement_timeout = \(milliseconds * 9 / 10)",
            within: Self.setUpLimit)
        return connection
    }

    /// Adds up the bytes of loggers that have not written for a week, in the row of none.
    private static let folding = """
        WITH stale AS (
            DELETE FROM entries_writers WHERE writer <> 0 AND seen_at < now() - interval '7 days' RETURNING bytes)
        INSERT INTO entries_writers AS w (writer, last_batch, seen_at, bytes)
        SELECT 0, 0, now(), sum(bytes)::bigint FROM stale HAVING count(*) > 0
        ON CONFLICT (writer) DO UPDATE SET bytes = w.bytes + EXCLUDED.bytes, seen_at = now()
        """

    // MARK: Writing

    /// Commits a batch; see ``EntryDatabase/commit(_:meanwhile:)``.
    package func commit(_ batch: EntryBatch, meanwhile: () -> Void) throws(StoreError) {
        guard batch.count > 0 else { return }
        try withWriter(beforeConnecting: meanwhile) { (writer, connection) throws(StoreError) in
            let digest = Self.digest(of: batch)
            if writer.tried != digest {
                writer.tried = digest
                writer.number += 1
            }
            let known = KnownMessages.repeated(in: batch)
            let values = writer.statement.take(batch, without: known, writer: self.id, number: writer.number)
            let result = try Self.committing(on: connection) { () throws(StoreError) in
                try connection.execute(
                    prepared: writer.statement.name, values, within: self.commitLimit, meanwhile: meanwhile)
            }
            writer.tried = nil
            for index in known { batch.setFate(index, .known) }
            for row in 0..<result.rowCount {
                guard let place = result.number(row, 1, as: Int64.self).map({ Int($0) - 1 }),
                    writer.statement.indices.indices.contains(place)
                else { continue }
                batch.setFate(writer.statement.indices[place], result.flag(row, 2) ? .known : .repeated)
            }
            if let written = result.number(0, 0, as: UInt64.self) { self.log.withLock { $0.now = written } }
        }
    }

    /// What becomes of a statement whose connection is lost, the server alone knows.
    private static func committing(
        on connection: PostgreSQLConnection, _ body: () throws(StoreError) -> PostgreSQLResult
    ) throws(StoreError) -> PostgreSQLResult {
        do throws(StoreError) {
            return try body()
        } catch {
            var failure = error
            failure.isOutcomeUnknown = !connection.isUsable
            throw failure
        }
    }

    /// Tries whether entries would be stored: writes the row of this logger once more.
    package func probe() throws(StoreError) {
        try withWriter { (_, connection) throws(StoreError) in
            let values = StatementValues()
            values.add(self.id)
            _ = try connection.query(
                "UPDATE entries_writers SET seen_at = now() WHERE writer = $1::bigint", values, within: self.commitLimit
            )
        }
    }

    /// What tells a batch from one that failed: when each of its entries was received, and how much text they have.
    private static func digest(of batch: EntryBatch) -> Int {
        var hasher = Hasher()
        hasher.combine(batch.textBytes)
        for index in 0..<batch.count { hasher.combine(batch[index].receivedAt) }
        return hasher.finalize()
    }

    /// Deletes a slice of the oldest entries; see ``EntryDatabase/prune(_:now:)``.
    package func prune(_ retention: Retention, now: Int64) throws(StoreError) -> Bool {
        try withWriter { (_, connection) throws(StoreError) in
            try Pruning.prune(connection, retention, now: now, writer: self.id, within: self.commitLimit)
        }
    }

    /// Lends the writer's connection, which is made where there is none.
    private func withWriter<Value: Sendable>(
        beforeConnecting: () -> Void = {}, _ body: (inout Writer, PostgreSQLConnection) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try writer.withLock { (writer) throws(StoreError) in
            do throws(StoreError) {
                if let connection = writer.connection { return try body(&writer, connection) }
                beforeConnecting()
                let connection = try self.connect()
                writer.connection = connection
                return try body(&writer, connection)
            } catch {
                // One that may only be read has become a standby, and another host what it was; where a table is gone, it is
                // made anew.
                let staysOfUse: Set<StoreError.Cause> = [.full, .locked, .corrupt]
                if writer.connection?.isUsable != true || !staysOfUse.contains(error.cause) { writer.connection = nil }
                throw error
            }
        }
    }

    /// How much longer the server's write-ahead log has become, by whatever was written there.
    package func bytesWritten() -> UInt64? {
        log.withLock { $0.now >= $0.first ? $0.now - $0.first : nil }
    }

    /// Finds entries; see ``EntryReader/page(_:maxTextBytes:)``.
    package func page(_ query: EntryQuery, maxTextBytes: Int) throws(StoreError) -> StoredPage {
        try reader.page(query, maxTextBytes: maxTextBytes)
    }

    /// Disconnects.
    package func close() {
        writer.withLock { $0.connection = nil }
        reader.close()
    }
}
