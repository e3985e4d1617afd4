import BenchmarkResults
import Foundation
import Glibc

/// What is done with folders, and the file system that one is on.
enum FileSystem {
    /// Makes a folder of a new name that begins with `brokerlab-` and `name`, for this user only (mkdtemp(3)).
    /// - Parameter remedy: what is to be done where that cannot be, if there is anything.
    /// - Returns: its path.
    /// - Throws: ``BenchmarkError``.
    static func makeFolder(_ name: String, in place: String, remedy: String? = nil) throws(BenchmarkError) -> String {
        var path = Array("\(place)/brokerlab-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else {
            let reason = "cannot make a folder in '\(place)': \(String(cString: strerror(errno)))"
            throw BenchmarkError(remedy.map { "\(reason). \($0)" } ?? reason)
        }
        return String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Its kind, as the kernel names it: `ext4`, `overlay`, `tmpfs`; nil where it is not known.
    static func kind(of folder: String) -> String? {
        guard let text = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8),
            let path = realpath(folder, nil)
        else { return nil }
        defer { free(path) }
        return kind(of: String(cString: path), mounts: text)
    }

    /// Whether what is on such a file system is in memory only.
    static func isMemory(_ kind: String) -> Bool { ["tmpfs", "ramfs"].contains(kind) }

    /// The kind of the mount that a path is below, the innermost and latest of them (proc(5), `/proc/[pid]/mountinfo`).
    static func kind(of path: String, mounts: String) -> String? {
        var found: (length: Int, kind: String)?
        for line in mounts.split(separator: "\n") {
            // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
            let fields = line.split(separator: " ")
            guard let end = fields.firstIndex(of: "-"), end + 1 < fields.count, end > 4 else { continue }
            let point = fields[4].replacing("\\040", with: " ")
            let isAbove = point == "/" || path == point || path.hasPrefix(point + "/")
            guard isAbove, point.utf8.count >= found?.length ?? 0 else { continue }
            found = (point.utf8.count, String(fields[end + 1]))
        }
        return found?.kind
    }
}
