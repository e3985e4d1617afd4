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
        case .SQLITE_FULL: self = .full(path)
        case .SQLITE_IOERR where Self.hasNoRoom(path, for: Self.fewPages),
            .SQLITE_CANTOPEN where Self.hasNoRoom(path, for: Self.fewPages):
            self = .full(path)
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

    /// What is said where there is no room for a file.
    static func full(_ path: String) -> StoreError {
        if isAtLimit(path, for: fewPages) {
            return StoreError(
                .full, "\(path) is as large as the logger's files may be (RLIMIT_FSIZE); raise that limit (ulimit -f)")
        }
        return StoreError(.full, "the disk of \(path) is full; make room on it")
    }

    private static let fewPages: UInt = 64 * 1024

    /// Whether this process may not write so many bytes more to a file, or to the log beside it.
    private static func isAtLimit(_ path: String, for byteCount: UInt) -> Bool {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max else {
            return false
        }
        return [path, "\(path)-wal"].contains { file in
            var status = stat()
            let size = stat(file, &status) == 0 ? UInt(clamping: status.st_size) : 0
            return size.addingReportingOverflow(byteCount).partialValue > limit.rlim_cur
        }
    }

    /// Whether the disk of a file, or the limit for files, has no room for so many bytes.
    static func hasNoRoom(_ path: String, for byteCount: UInt) -> Bool {
        guard !isAtLimit(path, for: byteCount) else { return true }
        var status = statvfs()
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard statvfs(folder, &status) == 0 else { return false }
        return status.f_bavail * status.f_frsize < byteCount
    }
}
