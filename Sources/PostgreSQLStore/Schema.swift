import EntryStore

/// The tables, and how they came to be what they are.
///
/// | table | what is in it |
/// | --- | --- |
/// | `entries` | the entries, a row each, as in every database; beside them `name_bytes` and `data_bytes`, null but for a text that the type `text` cannot hold (``StorableText``) |
/// | `entries_writers` | a row for each logger: the last batch that it has committed, so that none is committed twice, and the bytes that it has added and deleted |
/// | `entries_schema` | one row: the version, by which a later broker-lab knows what is to be changed |
enum Schema {
    /// What a row takes beside its texts, in bytes: its other columns, its header, its places in the indexes.
    static let rowBytes = 160
    /// How much of a name is in its index, whose rows have 2,704 bytes at most.
    static let indexedCharacters = 100
    /// The number in `pg_locks` of who makes or changes the tables.
    private static let lock = 0x62_726f_6b65_726c
    private static let limit = Duration.seconds(30)

    /// What to do where tables cannot be made.
    static let advice = "To make its tables, the user needs the right to: GRANT CREATE ON SCHEMA public TO the user."

    /// What makes version 1 of none, version 2 of version 1, and so on; each in one transaction.
    private static let migrations = [
        """
        CREATE TABLE entries (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            received_at bigint NOT NULL,
            sent_at bigint,
            seq bigint,
            severity smallint NOT NULL,
            repeated boolean NOT NULL,
            transport text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            data text COLLATE "C" NOT NULL,
            run text COLLATE "C",
            message_id text COLLATE "C",
            name_bytes bytea,
            data_bytes bytea
        );
        COMMENT ON COLUMN entries.received_at IS 'nanoseconds since 1970-01-01T00:00:00Z';
        COMMENT ON COLUMN entries.sent_at IS 'nanoseconds since 1970-01-01T00:00:00Z';
        COMMENT ON COLUMN entries.severity IS '0: info, 1: warning, 2: error';
        CREATE INDEX entries_name ON entries ((left(name, \(indexedCharacters))), id);
        CREATE INDEX entries_severity ON entries (severity, id) WHERE severity > 0;
        CREATE INDEX entries_run ON entries (run, seq) WHERE run IS NOT NULL;
        CREATE INDEX entries_message_id ON entries (message_id) WHERE message_id IS NOT NULL;
        CREATE TABLE entries_writers (
            writer bigint PRIMARY KEY,
            last_batch bigint NOT NULL,
            seen_at timestamptz NOT NULL,
            bytes bigint NOT NULL
        ) WITH (fillfactor = 50);
        CREATE TABLE entries_schema (version integer NOT NULL);
        INSERT INTO entries_schema VALUES (0);
        """
    ]

    /// Makes the tables, or brings them to this version, where they are not; several loggers may do so at once.
    /// - Throws: ``StoreError``, of the cause `incompatible` where the tables are somebody else's or of a later version.
    static func ensure(_ connection: PostgreSQLConnection, _ shown: String) throws(StoreError) {
        guard try version(connection, shown) < migrations.count else { return }
        // Not within the transaction: what another logger has made meanwhile is seen by one that begins after that. On a
        // failure the connection is given up, and all that it holds.
        try connection.execute("SELECT pg_advisory_lock(\(lock))", within: limit)
        for step in try version(connection, shown)..<migrations.count {
            do throws(StoreError) {
                // Statements that are sent together are one transaction.
                try connection.execute(
                    migrations[step] + "UPDATE entries_schema SET version = \(step + 1)", within: limit)
            } catch {
                throw error.cause == .other ? StoreError(.other, "\(error). \(advice)") : error
            }
        }
        try connection.execute("SELECT pg_advisory_unlock(\(lock))", within: limit)
    }

    /// The version of the tables; 0 where there are none.
    static func version(_ connection: PostgreSQLConnection, _ shown: String) throws(StoreError) -> Int {
        let tables = try connection.query(
            "SELECT to_regclass('entries_schema') IS NOT NULL, to_regclass('entries') IS NOT NULL", within: limit)
        guard tables.flag(0, 0) else {
            guard !tables.flag(0, 1) else {
                throw StoreError(
                    .incompatible,
                    "PostgreSQL at \(shown) has a table 'entries' that is not broker-lab's. Take another database, or "
                        + "another schema: ?options=-csearch_path%3DNAME at the end of the URL.")
            }
            return 0
        }
        let found = try connection.query("SELECT version FROM entries_schema", within: limit)
        let version = found.rowCount == 1 ? found.number(0, 0, as: Int32.self).map { Int($0) } : nil
        guard let version, version <= migrations.count else {
            throw StoreError(
                .incompatible,
                "the table 'entries' of PostgreSQL at \(shown) is of version \(version.map(String.init) ?? "?"), and this "
                    + "broker-lab knows versions up to \(migrations.count). Take the one that made it, or a later one.")
        }
        return version
    }
}
