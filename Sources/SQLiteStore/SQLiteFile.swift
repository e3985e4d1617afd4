import EntryStore
import GRDB
import Glibc
import Synchronization

/// An SQLite file that is open for writing: one connection that writes, and others that read beside it.
final class SQLiteFile: Sendable {
    /// The connections.
    let pool: DatabasePool
    private let path: String
    private let identity: Identity?

    /// What tells a file from another one that has taken its place.
    private struct Identity: Hashable {
        var device: dev_t
        var inode: ino_t

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            (device, inode) = (status.st_dev, status.st_ino)
        }
    }

    /// Opens a file, or makes it, and brings it to this program's version.
    /// - Throws: a `DatabaseError` or a `StoreError`.
    init(_ path: String) throws {
        self.path = path
        if Identity(path) != nil {
            try Self.checkRights(path)
            try Self.check(path)
        }
        pool = try DatabasePool(path: path, configuration: Self.configuration)
        try pool.writeWithoutTransaction { db in
            // GRDB has set NORMAL, which syncs at checkpoints only: a commit would not outlive the host.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            // A cache that still grows costs a page fault for each page; those that are missed lie in the kernel's.
            try db.execute(sql: "PRAGMA cache_size = -4096")
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            try SQLiteSchema.migrate(db)
            db.tellNobodyOfCommits()
        }
        identity = Identity(path)
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        // Whoever waits for longer is told, and tried again later.
        configuration.busyMode = .timeout(0.25)
        configuration.maximumReaderCount = 8
        // A transaction is ended here, whatever happens; GRDB need not trap over one.
        configuration.allowsUnsafeTransactions = true
        return configuration
    }

    /// Looks whether a file may be written to, before SQLite makes the files of its log with the same rights: those that it has
    /// made of one that could only be read would keep it so.
    private static func checkRights(_ path: String) throws {
        guard faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 else {
            throw DatabaseError(resultCode: .SQLITE_READONLY)
        }
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        for companion in ["\(path)-wal", "\(path)-shm"]
        where access(companion, F_OK) == 0 && faccessat(AT_FDCWD, companion, W_OK, AT_EACCESS) != 0 {
            // Where that is not allowed, SQLite says what is wrong.
            chmod(companion, status.st_mode & 0o777)
        }
    }

    /// Looks at a file before anything of it is changed.
    private static func check(_ path: String) throws {
        var file = try ReadOnlyFile(path, patience: 0.25)
        defer { file.close() }
        try file.read { try SQLiteSchema.check($0, at: path) }
    }

    /// Whether the file is still where it was opened: what is written to one that was moved or deleted would be lost.
    var isInPlace: Bool { identity != nil && Identity(path) == identity }
}
