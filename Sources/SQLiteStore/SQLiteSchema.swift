import EntryStore
import GRDB

/// The table `entries` and its indexes, and how a file of an earlier version becomes one of this.
///
/// The version of a file is its `PRAGMA user_version`. Times are integers, in nanoseconds since 1970-01-01T00:00:00Z; `seq` is
/// the bit pattern of an unsigned number of 64 bits; texts are UTF-8, in which bytes that were none are U+FFFD. The large
/// column comes last: what is before it is read without it.
enum SQLiteSchema {
    /// What brings a file from each version to the next; those that were published stay as they are.
    static let steps = [
        """
        CREATE TABLE entries (
            id INTEGER PRIMARY KEY,
            received_at INTEGER NOT NULL,
            sent_at INTEGER,
            severity INTEGER NOT NULL,
            repeated INTEGER NOT NULL,
            seq INTEGER,
            transport TEXT NOT NULL,
            run TEXT,
            message_id TEXT,
            name TEXT NOT NULL,
            data TEXT NOT NULL
        ) STRICT;
        CREATE INDEX entries_name ON entries (name);
        CREATE INDEX entries_severity ON entries (severity) WHERE severity > 0;
        CREATE INDEX entries_run ON entries (run, seq) WHERE run IS NOT NULL;
        CREATE INDEX entries_message_id ON entries (message_id) WHERE message_id IS NOT NULL;
        """,
        // Where all entries were deleted, ids would begin again at 1, and a page's `before` would mean others.
        """
        CREATE TABLE entries_deleted (last_id INTEGER NOT NULL) STRICT;
        INSERT INTO entries_deleted VALUES (0);
        CREATE TRIGGER entries_ids AFTER INSERT ON entries WHEN new.id = 1 BEGIN
            UPDATE entries SET id = (SELECT last_id + 1 FROM entries_deleted) WHERE id = 1;
        END;
        """,
        // RowWriter gives the first id itself: the trigger took a quarter of the time of each row.
        "DROP TRIGGER entries_ids",
    ]

    /// The version of a file that this program writes.
    static let version = steps.count

    /// Says whether a file is one of ours, or empty, before anything of it is changed.
    static func check(_ db: Database, at path: String) throws {
        let found = try version(of: db)
        guard found <= version else {
            throw StoreError(
                .incompatible,
                "\(path) is of version \(found), which a later brokerlab has made; this one knows versions up to \(version)"
            )
        }
        guard found > 0 else {
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            guard count == 0 else {
                throw StoreError(.incompatible, "\(path) is a database of another program; give another file")
            }
            return
        }
        guard try db.tableExists("entries") else {
            throw StoreError(.incompatible, "\(path) has no table 'entries'; give another file")
        }
    }

    /// Brings a file that was checked to this version.
    static func migrate(_ db: Database) throws {
        let found = try version(of: db)
        guard found < version else { return }
        try db.inTransaction(.immediate) {
            // Another process may have been first.
            let start = try version(of: db)
            for step in steps.dropFirst(start) { try db.execute(sql: step) }
            try db.execute(sql: "PRAGMA user_version = \(version)")
            return .commit
        }
    }

    private static func version(of db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }
}
