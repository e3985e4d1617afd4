import Broker
import EntryStore
import Glibc
import PostgreSQLScope
import PostgreSQLServer
import Testing

@testable import PostgreSQLStore

/// The suites that share one PostgreSQL, in which each test has tables of its own.
@Suite(.postgreSQL, .timeLimit(.minutes(3))) enum PostgreSQLStoreTests {}

/// A schema of the suite's PostgreSQL that a test has to itself.
struct OwnTables {
    let url: String
    let name: String

    init(_ user: String = "postgres", password: String? = nil) throws {
        let server = try PostgreSQLScope.server
        name = "test_\(UInt32.random(in: 0...(.max)))"
        let all = try Self.connect(server.url)
        try all.execute("CREATE SCHEMA \(name)", within: .seconds(10))
        url = server.url(user: user, password: password) + "?options=-csearch_path%3D\(name)&application_name=\(name)"
    }

    static func connect(_ url: String) throws -> PostgreSQLConnection {
        try PostgreSQLConnection(to: PostgreSQLTarget(url))
    }

    func connect() throws -> PostgreSQLConnection { try Self.connect(url) }

    /// A number that a query finds.
    func number(_ query: String) throws -> Int64? {
        try connect().query(query, within: .seconds(10)).number(0, 0)
    }
}

/// An entry of a test.
struct Given {
    var name: [UInt8] = Array("login".utf8)
    var data: [UInt8] = Array("user 7".utf8)
    var severity = Severity.info
    var run: [UInt8] = []
    var sequence: UInt64 = 0
    var sentAt: Int64 = 0
    var receivedAt: Int64 = 1_000
    var transport = "http"
    var messageID: [UInt8] = []
    var mayRepeat = false

    /// What the database is to give back.
    func expected(id: Int64, isRepeated: Bool = false) -> StoredEntry {
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        return StoredEntry(
            id: id, receivedAt: receivedAt, sentAt: sentAt == 0 ? nil : sentAt, transport: transport,
            name: text(name), data: text(data), severity: severity, run: run.isEmpty ? nil : text(run),
            sequence: run.isEmpty ? nil : sequence, messageID: messageID.isEmpty ? nil : text(messageID),
            isRepeated: isRepeated)
    }
}

extension EntryBatch {
    convenience init(_ entries: [Given]) {
        self.init()
        for entry in entries {
            append(
                ReceivedEntry(
                    name: entry.name.span.bytes, data: entry.data.span.bytes, severity: entry.severity,
                    run: entry.run.span.bytes, sequence: entry.sequence, sentAt: entry.sentAt),
                receivedAt: entry.receivedAt, transport: entry.transport, messageID: entry.messageID.span.bytes,
                mayRepeat: entry.mayRepeat, reply: EntryReply { _ in })
        }
    }

    var fates: [Fate] { (0..<count).map(fate) }
}

extension PostgreSQLDatabase {
    /// All entries, in the order in which they were stored.
    func all() throws -> [StoredEntry] {
        try page(EntryQuery(limit: 1_000_000), maxTextBytes: 1 << 30).entries.reversed()
    }
}
