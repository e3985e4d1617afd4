import EntryStore
import Foundation
import GRDB
import Glibc

extension StoreError {
    /// Why a file cannot be used.
    init(_ error: any Error, _ path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error, path)
        default: self.init(.other, "\(path) cannot be used: \(error)")
        }
    }

    private init(_ error: DatabaseError, _ path: String) {
        let why = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_FULL: self.init(.full, "the disk of \(path) is full; make room on it")
        case .SQLITE_IOERR where Self.hasNoRoom(path), .SQLITE_CANTOPEN where Self.hasNoRoom(path):
            self.init(.full, "the disk of \(path) is full; make room on it")
        // The condition is that of the last pattern alone.
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH,
            .SQLITE_CANTOPEN where Self.isReadOnly(path):
            self.init(.readOnly, "\(path) may be read only: \(why); give the logger the right to write it")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(.corrupt, "\(path) is damaged, or no SQLite database: \(why); put it right, or give another file")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.locked, "another process keeps \(path) locked; end it, or give another file")
        case .SQLITE_CANTOPEN:
            self.init(.gone, "\(path) cannot be opened: \(why); see that its folder is there and may be written to")
        default: self.init(.other, "\(path) cannot be used: \(why)")
        }
    }

    /// Whether there is a folder in which no file may be made.
    private static func isReadOnly(_ path: String) -> Bool {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        return access(folder, F_OK) == 0 && access(folder, W_OK) != 0
    }

    /// Whether the disk of a file has no room for another few pages.
    private static func hasNoRoom(_ path: String) -> Bool {
        var status = statvfs()
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard statvfs(folder, &status) == 0 else { return false }
        return status.f_bavail * status.f_frsize < 64 * 1024
    }
}
