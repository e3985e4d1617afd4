import BenchmarkKit
import BenchmarkResults
import EntryStore
import Foundation
import Glibc
import PostgreSQLServer
import Synchronization

/// The stores of a benchmark, in a folder of their own that is gone when it ends: SQLite's files, and a private PostgreSQL.
final class BenchStores: Sendable {
    /// Where stores are made unless told otherwise: what is there is meant to outlive a restart, so that it is on a disk.
    static let usualFolder = "/var/tmp"

    private let folder: String
    private let server: RunningServer?
    /// The files so far.
    private let files = Mutex(0)

    private init(folder: String, server: RunningServer?) {
        self.folder = folder
        self.server = server
    }

    /// The suite without the stores that cannot be had here, and what is to be said of them: the other cells can be measured.
    /// - Throws: ``PostgreSQLServerError`` where nothing is left.
    static func available(_ suite: Suite) throws -> (suite: Suite, missing: String?) {
        guard suite.usedStores.contains(.postgres) else { return (suite, nil) }
        do throws(PostgreSQLServerError) {
            _ = try PostgreSQLInstallation.find()
            return (suite, nil)
        } catch {
            let rest = suite.usedStores.filter { $0 != .postgres }
            guard !rest.isEmpty else { throw error }
            var suite = suite
            suite.stores = rest
            return (suite, "postgres is left out: \(error)")
        }
    }

    /// Makes the folder of a suite's stores and starts the server that they need, lends them to `body`, and removes them.
    /// - Parameter place: where the folder is made.
    /// - Throws: what `body` throws; ``BenchmarkError`` where no folder can be made; ``PostgreSQLServerError``.
    static func run<R: Sendable>(
        _ kinds: [StoreKind], in place: String, progress: (String) -> Void, _ body: (BenchStores) async throws -> R
    ) async throws -> R {
        guard kinds.contains(where: \.isDurable) else { return try await body(BenchStores(folder: "", server: nil)) }
        let folder = try FileSystem.makeFolder(
            "stores", in: place, remedy: "Name another folder with --store-folder.")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // PostgreSQL does not run as root, and its user has to get through to its own folder.
        chmod(folder, 0o711)
        if let kind = FileSystem.kind(of: folder), FileSystem.isMemory(kind) {
            progress(
                "the stores are on no disk, where a commit costs next to nothing: \(place) is a \(kind). Name a folder "
                    + "that is on one with --store-folder.")
        }
        guard kinds.contains(.postgres) else { return try await body(BenchStores(folder: folder, server: nil)) }
        progress("starting a private PostgreSQL")
        return try await withPostgreSQL(PostgreSQLOptions(directory: folder)) { server in
            try await body(BenchStores(folder: folder, server: server))
        }
    }

    /// The kind of the file system that they are on; nil where it is not known, or there are none.
    var fileSystem: String? { folder.isEmpty ? nil : FileSystem.kind(of: folder) }

    /// Lends a store of that kind to one logger: a new file, which is removed behind it, or the one table of the run's
    /// PostgreSQL.
    func lend(_ kind: StoreKind, to body: @Sendable (LoggerStore) async throws -> Void) async throws {
        switch kind {
        case .memory: throw BenchmarkError("a logger in memory has no store")
        case .sqlite:
            let number = files.withLock { files in
                files += 1
                return files
            }
            let file = "\(folder)/entries-\(number).db"
            defer { for end in ["", "-wal", "-shm"] { unlink(file + end) } }
            try await body(Self.store(file, serverPID: nil))
        case .postgres:
            guard let server else { throw BenchmarkError("no PostgreSQL was started") }
            try await body(Self.store(server.url, serverPID: server.processID))
        }
    }

    private static func store(_ database: String, serverPID: Int32?) -> LoggerStore {
        var store = LoggerStore(arguments: ["--database", database], serverPID: serverPID) { run in
            try Databases.read(database).differentEntries(ofRun: run)
        }
        store.sequences = { run in try Databases.read(database).sequences(ofRun: run) }
        return store
    }
}
