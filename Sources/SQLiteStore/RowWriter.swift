import Broker
import EntryStore
import GRDB
import GRDBSQLite

/// Writes entries as rows, in a transaction: statements are prepared once, and texts are bound where they lie.
struct RowWriter {
    private static let insertion = """
        INSERT INTO entries (received_at, sent_at, severity, repeated, seq, transport, run, message_id, name, data, id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let firstID = "SELECT last_id + 1 FROM entries_deleted WHERE NOT EXISTS (SELECT 1 FROM entries)"
    private static let sameNumber = "SELECT 1 FROM entries WHERE run = ? AND seq = ? LIMIT 1"
    private static let sameMessage = "SELECT 1 FROM entries WHERE message_id = ? AND name = ? AND data = ? LIMIT 1"

    private let db: Database
    private let insert: OpaquePointer
    private let findNumber: OpaquePointer
    private let findMessage: OpaquePointer
    /// The id of the next row, where SQLite would begin at 1: of a table that is empty.
    private var firstID: Int64?

    /// Prepares the statements, which the connection keeps; in the transaction that writes.
    init(_ db: Database) throws {
        self.db = db
        insert = try db.prepared(Self.insertion)
        findNumber = try db.prepared(Self.sameNumber)
        findMessage = try db.prepared(Self.sameMessage)
        let first = try db.prepared(Self.firstID)
        firstID = try db.number(first)
    }

    /// Writes an entry, unless it is there.
    mutating func write(_ entry: BatchedEntry) throws(DatabaseError) -> EntryBatch.Fate {
        if entry.mayRepeat, !entry.messageID.isEmpty, try isKnown(entry) { return .known }
        var isRepeated = false
        if !entry.run.isEmpty { isRepeated = try isInRun(entry) }
        try bind(insert, 1, entry.receivedAt)
        try bind(insert, 2, entry.sentAt == 0 ? nil : entry.sentAt)
        try bind(insert, 3, Int64(entry.severity.rawValue))
        try bind(insert, 4, isRepeated ? 1 : 0)
        try bind(insert, 5, entry.run.isEmpty ? nil : Int64(bitPattern: entry.sequence))
        var transport = entry.transport
        try check(
            transport.withUTF8 { text in
                text.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(insert, 6, $0.baseAddress, Int32($0.count), Self.copied)
                }
            }, insert)
        try bind(insert, 7, entry.run.isEmpty ? nil : entry.run)
        try bind(insert, 8, entry.messageID.isEmpty ? nil : entry.messageID)
        try bind(insert, 9, entry.name)
        try bind(insert, 10, entry.data)
        try bind(insert, 11, firstID)
        try db.step(insert)
        firstID = nil
        return isRepeated ? .repeated : .stored
    }

    private func isKnown(_ entry: BatchedEntry) throws(DatabaseError) -> Bool {
        try bind(findMessage, 1, entry.messageID)
        try bind(findMessage, 2, entry.name)
        try bind(findMessage, 3, entry.data)
        return try db.step(findMessage)
    }

    private func isInRun(_ entry: BatchedEntry) throws(DatabaseError) -> Bool {
        try bind(findNumber, 1, entry.run)
        try bind(findNumber, 2, Int64(bitPattern: entry.sequence))
        return try db.step(findNumber)
    }

    // MARK: SQLite's own interface

    /// SQLITE_TRANSIENT: SQLite copies the text.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func bind(_ statement: OpaquePointer, _ index: Int32, _ number: Int64?) throws(DatabaseError) {
        try check(
            number.map { sqlite3_bind_int64(statement, index, $0) } ?? sqlite3_bind_null(statement, index), statement)
    }

    /// Binds a text, which stays where it is until the row is written, and is bound anew for the next; one that is not UTF-8 is
    /// mended in a copy.
    private func bind(
        _ statement: OpaquePointer, _ index: Int32, _ text: UnsafeRawBufferPointer?
    ) throws(DatabaseError) {
        guard let text else { return try check(sqlite3_bind_null(statement, index), statement) }
        guard !Self.isUTF8(text) else {
            let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
            return try check(sqlite3_bind_text(statement, index, start, Int32(text.count), nil), statement)
        }
        var mended = String(decoding: text, as: UTF8.self)
        try check(
            mended.withUTF8 { text in
                text.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(statement, index, $0.baseAddress, Int32($0.count), Self.copied)
                }
            }, statement)
    }

    private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let bytes = bytes.assumingMemoryBound(to: UInt8.self)
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
            return true
        } catch {
            return false
        }
    }

    private func check(_ code: Int32, _ statement: OpaquePointer) throws(DatabaseError) {
        guard code == SQLITE_OK else { throw db.failure(of: statement) }
    }
}
