import EntryStore
import Foundation
import PostgreSQLServer
import PostgreSQLStore

/// What a logger needs to store entries beyond its own machine.
enum Stores {
    static func findings() -> [Finding] {
        [.ok("libpq", "\(PostgreSQLDatabase.libraryVersion), for logger --database postgres://..."), server()]
    }

    private static func server() -> Finding {
        do {
            return .ok("postgres", "for brokerlab postgresql: \(try PostgreSQLInstallation.find().folder)")
        } catch {
            return .warn(
                "postgres", "no PostgreSQL of its own can be started: \(error)",
                mend: PostgreSQLInstallation.installCommand)
        }
    }

    /// Whether a database can be read and what is in it; it is not changed.
    static func finding(of database: String) -> Finding {
        do throws(StoreError) {
            if PostgreSQLDatabase.isURL(database) { return .ok("database", try PostgreSQLDatabase.check(database)) }
            if let finding = finding(ofMissing: database) { return finding }
            guard access(database, W_OK) == 0 else {
                return .missing("database", "\(database) may not be written", mend: nil)
            }
            _ = try Databases.read(database).page(EntryQuery(limit: 1), maxTextBytes: 1)
            return .ok("database", "\(database) can be read and written")
        } catch {
            return .missing("database", "\(error)", mend: nil)
        }
    }

    /// What becomes of a file that is not there yet, or empty; nil where there is something in it.
    private static func finding(ofMissing database: String) -> Finding? {
        var status = stat()
        guard stat(database, &status) != 0 || status.st_size == 0 else { return nil }
        let folder = URL(filePath: database).deletingLastPathComponent().path(percentEncoded: false)
        guard access(folder, W_OK) == 0 else {
            return .missing("database", "\(database) is not there, and no file can be made in \(folder)", mend: nil)
        }
        return .ok("database", "\(database) is made by the first logger")
    }
}
