import Glibc

/// The file of a Unix domain socket: this very one, and not another that has come to have its path.
struct UnixSocketFile: Sendable, Hashable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t
    /// When it was made, in nanoseconds: the number of a file that is gone is soon another's.
    private let madeAt: Int

    /// The socket at a path; nil where there is none, or something else.
    init?(at path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        self.path = path
        (device, inode) = (status.st_dev, status.st_ino)
        madeAt = status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec
    }

    /// Whether it still has its path.
    var isThere: Bool { UnixSocketFile(at: path) == self }

    /// Removes it, unless its path has become another's.
    func remove() {
        if isThere { unlink(path) }
    }
}
