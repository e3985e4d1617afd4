import EntryStore
import PostgreSQLStore
import SQLiteStore
import Terminal

/// Which database a text names: one line for each kind that there is.
enum Databases {
    /// What `--database` takes, for `--help`.
    static let forms =
        "the path of an SQLite file, which is made if it is not there, or the URL of a "
        + "PostgreSQL database, postgres://user@host:5432/database"

    /// Opens a database to write to it.
    /// - Throws: ``StoreError`` that says why it cannot be used.
    static func open(_ text: String) throws(StoreError) -> any EntryDatabase {
        if PostgreSQLDatabase.isURL(text) { return try PostgreSQLDatabase(text, notice: StandardError.write(line:)) }
        return try SQLiteDatabase(path: text)
    }

    /// Opens a database to read what is in it.
    /// - Throws: ``StoreError`` that says why it cannot be read.
    static func read(_ text: String) throws(StoreError) -> any RunReader {
        if PostgreSQLDatabase.isURL(text) { return try PostgreSQLReader(text) }
        return try SQLiteReader(path: text)
    }
}
