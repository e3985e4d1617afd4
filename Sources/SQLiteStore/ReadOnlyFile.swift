import GRDB
import Glibc

/// An SQLite file that is read only, which a logger may write to meanwhile.
///
/// SQLite's own connections make the files of a log beside a file that they read, and leave them there; on a disk that may be read
/// only they cannot, and fail. Where nobody writes there is no need of them: such a file is read as one that does not change, which
/// is looked at before and after. Where somebody does, what was read is thrown away, and read again as one of those who share it.
struct ReadOnlyFile {
    private let path: String
    private let patience: Double
    private var queue: DatabaseQueue
    /// How the file was when it was opened as one that does not change; nil where it is shared with who writes.
    private var state: State?

    /// Opens a file.
    /// - Parameters:
    ///   - path: where it is.
    ///   - patience: how long to wait for a lock, in seconds.
    /// - Throws: a `DatabaseError`.
    init(_ path: String, patience: Double) throws {
        (self.path, self.patience) = (path, patience)
        if let state = State(path), let queue = try? Self.open(Self.address(path), patience) {
            (self.queue, self.state) = (queue, state)
        } else {
            queue = try Self.open(path, patience)
        }
    }

    /// Reads something, perhaps twice.
    /// - Throws: a `DatabaseError`, and what `body` throws.
    mutating func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        if let state, State(path) == state {
            let outcome = Result { try queue.read(body) }
            if State(path) == state { return try outcome.get() }
        }
        if state != nil {
            try? queue.close()
            queue = try Self.open(path, patience)
            state = nil
        }
        return try queue.read(body)
    }

    /// Closes it.
    func close() {
        try? queue.close()
    }

    private static func open(_ path: String, _ patience: Double) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(patience)
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// A file's name for SQLite as one that does not change (sqlite.org/uri.html).
    private static func address(_ path: String) -> String {
        var address = "file:"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "%"): address += "%25"
            case UInt8(ascii: "?"): address += "%3f"
            case UInt8(ascii: "#"): address += "%23"
            default: address.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return address + "?immutable=1"
    }

    /// What tells whether a file has changed.
    private struct State: Hashable {
        private var device: dev_t
        private var inode: ino_t
        private var byteCount: off_t
        private var modified: [Int]

        /// Nil where there is no file, or where a log or a journal beside it has something that is not in it.
        init?(_ path: String) {
            var status = stat()
            for companion in ["\(path)-wal", "\(path)-journal"]
            where stat(companion, &status) == 0 && status.st_size > 0 {
                return nil
            }
            guard stat(path, &status) == 0 else { return nil }
            (device, inode, byteCount) = (status.st_dev, status.st_ino, status.st_size)
            modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
        }
    }
}
