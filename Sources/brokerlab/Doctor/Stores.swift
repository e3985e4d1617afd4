import EntryStore
import PostgreSQLServer
import PostgreSQLStore

/// What a logger needs to store entries beyond its own machine.
enum Stores {
    static func findings() -> [Finding] {
        [.ok("libpq", "\(PostgreSQLStore.libraryVersion), for logger --database postgres://..."), server()]
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
            if PostgreSQLStore.isURL(database) { return .ok("database", try PostgreSQLStore.check(database)) }
            _ = try Databases.read(database).page(EntryQuery(limit: 1), maxTextBytes: 1)
            return .ok("database", "\(database) can be read")
        } catch {
            return .missing("database", "\(error)", mend: nil)
        }
    }
}
