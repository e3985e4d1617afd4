import GRDB
import GRDBSQLite

/// Statements that are done for every entry, or every commit, without what GRDB does around each of them.
extension Database {
    /// A statement that is prepared once, and kept by the connection.
    func prepared(_ sql: String) throws -> OpaquePointer {
        try cachedStatement(sql: sql).sqliteStatement
    }

    /// Runs a statement to its first row, or its end; returns whether there was a row.
    @discardableResult
    func step(_ statement: OpaquePointer) throws(DatabaseError) -> Bool {
        let code = sqlite3_step(statement)
        guard code == SQLITE_ROW || code == SQLITE_DONE else { throw failure(of: statement) }
        sqlite3_reset(statement)
        return code == SQLITE_ROW
    }

    /// The number that a statement finds in its first row; nil where there is none.
    func number(_ statement: OpaquePointer) throws(DatabaseError) -> Int64? {
        switch sqlite3_step(statement) {
        case SQLITE_DONE:
            sqlite3_reset(statement)
            return nil
        case SQLITE_ROW:
            let number = sqlite3_column_int64(statement, 0)
            sqlite3_reset(statement)
            return number
        default: throw failure(of: statement)
        }
    }

    /// Why something was not possible; the statement can be used again.
    func failure(of statement: OpaquePointer) -> DatabaseError {
        let code = sqlite3_extended_errcode(sqliteConnection)
        let message = String(cString: sqlite3_errmsg(sqliteConnection))
        sqlite3_reset(statement)
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }

    /// Leaves off telling GRDB of commits, which has nobody to tell: it would take those that it has not done itself for
    /// its own.
    func tellNobodyOfCommits() {
        sqlite3_commit_hook(sqliteConnection, nil, nil)
        sqlite3_rollback_hook(sqliteConnection, nil, nil)
    }
}
