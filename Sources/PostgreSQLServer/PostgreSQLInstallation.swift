import Glibc

/// A PostgreSQL on this machine: the folder of its programs.
package struct PostgreSQLInstallation: Sendable, Hashable {
    /// The environment variable that names the folder with `initdb` and `postgres`; without it, they are searched for.
    package static let environmentVariable = "BROKERLAB_POSTGRESQL"
    /// The command that installs PostgreSQL.
    package static let installCommand = "apt-get install postgresql"

    private static let programs = ["initdb", "postgres"]
    /// Where Debian has the versions, each in a folder of its own: `15/bin`.
    private static let versions = "/usr/lib/postgresql"

    /// The folder that holds `initdb` and `postgres`.
    package let folder: String

    /// Finds PostgreSQL: the one that ``environmentVariable`` names, or else the newest of Debian's, or else the one in the
    /// `PATH`.
    /// - Throws: ``PostgreSQLServerError`` when there is none.
    package static func find() throws(PostgreSQLServerError) -> PostgreSQLInstallation {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        return try find(named: variable(environmentVariable), searchPath: variable("PATH") ?? "")
    }

    static func find(named: String?, searchPath: String) throws(PostgreSQLServerError) -> PostgreSQLInstallation {
        if let named, !named.isEmpty {
            guard let found = PostgreSQLInstallation(folder: named) else {
                throw PostgreSQLServerError(
                    "PostgreSQL is missing: \(environmentVariable) is '\(named)', which is not a folder with initdb and "
                        + "postgres. Correct it or unset it; what installs PostgreSQL is: \(installCommand)")
            }
            return found
        }
        let debians = (1...99).reversed().map { "\(versions)/\($0)/bin" }
        for folder in debians + searchPath.split(separator: ":").map(String.init) {
            if let found = PostgreSQLInstallation(folder: folder) { return found }
        }
        throw PostgreSQLServerError(
            "PostgreSQL is not installed: no initdb and postgres in \(versions)/*/bin or the PATH. "
                + "Install it (\(installCommand)).")
    }

    /// The installation in a folder; nil if there is none.
    private init?(folder: String) {
        guard Self.programs.allSatisfy({ access("\(folder)/\($0)", X_OK) == 0 }) else { return nil }
        self.folder = folder
    }
}
