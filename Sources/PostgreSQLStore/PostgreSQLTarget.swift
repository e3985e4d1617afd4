import Broker
import CPostgreSQL
import EntryStore
import Glibc

/// Where a database is: a URL as libpq takes it (`postgres://user:password@host:port/database?option=value`), several hosts
/// included.
struct PostgreSQLTarget: Sendable {
    /// What is asked of libpq unless the URL says otherwise, so that every wait for a server that is away ends.
    private static let defaults = [
        "connect_timeout": "2", "tcp_user_timeout": "5000", "keepalives_idle": "5", "keepalives_interval": "2",
        "keepalives_count": "3", "fallback_application_name": "brokerlab", "target_session_attrs": "read-write",
    ]

    /// The user, the hosts and the database, without the password.
    let shown: String
    /// The database that is to be there; nil for the one that is named like the user.
    let database: String?
    private let url: String

    /// Reads a URL.
    /// - Throws: ``StoreError`` that says what is wrong with it.
    init(_ url: String) throws(StoreError) {
        var failure: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(url, &failure)
        defer {
            PQconninfoFree(options)
            PQfreemem(failure)
        }
        guard let options else {
            let reason = failure.map { String(cString: $0).firstLine } ?? "out of memory"
            throw StoreError(
                .other,
                "'\(url.hidingPasswords)' is not the URL of a database: \(reason.hidingPasswords). "
                    + "Write postgres://USER@HOST:PORT/DATABASE.")
        }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        let hosts = (values["host"] ?? values["hostaddr"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let ports = (values["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let addresses = hosts.enumerated().map { index, host in
            let port = ports.count == 1 ? ports[0] : ports.dropFirst(index).first ?? ""
            return (host.isEmpty ? "localhost" : host) + (port.isEmpty ? "" : ":" + port)
        }
        self.url = url
        database = values["dbname"]
        shown =
            (values["user"].map { $0 + "@" } ?? "") + addresses.joined(separator: ",")
            + (values["dbname"].map { "/" + $0 } ?? "")
    }

    /// Whether that is the URL of a PostgreSQL database, and not the path of a file.
    static func isURL(_ text: String) -> Bool {
        ["postgres://", "postgresql://"].contains { text.hasPrefix($0) }
    }

    /// Connects, or not: what became of it, the connection's status tells.
    /// - Returns: nil only where there is no memory.
    func connect() -> OpaquePointer? {
        // Of a keyword that comes twice the later one holds, and those of the URL come where `dbname` stands.
        let parameters = Self.defaults.map { ($0.key, $0.value) } + [("dbname", url), ("client_encoding", "UTF8")]
        let texts = parameters.map { (strdup($0.0), strdup($0.1)) }
        defer {
            for (keyword, value) in texts {
                free(keyword)
                free(value)
            }
        }
        let keywords: [UnsafePointer<CChar>?] = texts.map { UnsafePointer($0.0) } + [nil]
        let values: [UnsafePointer<CChar>?] = texts.map { UnsafePointer($0.1) } + [nil]
        return PQconnectdbParams(keywords, values, 1)
    }
}
