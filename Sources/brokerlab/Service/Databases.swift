import EntryStore
import SQLiteStore

/// Which database a text names: one line for each kind that there is.
enum Databases {
    /// What `--database` takes, for `--help`.
    static let forms = "the path of an SQLite file, which is made if it is not there"

    /// Opens a database to write to it.
    /// - Throws: ``StoreError`` that says why it cannot be used.
    static func open(_ text: String) throws(StoreError) -> any EntryDatabase {
        try SQLiteDatabase(path: text)
    }

    /// Opens a database to read what is in it.
    /// - Throws: ``StoreError`` that says why it cannot be read.
    static func read(_ text: String) throws(StoreError) -> any EntryReader {
        try SQLiteReader(path: text)
    }
}
