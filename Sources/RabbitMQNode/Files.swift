import Glibc

/// The few things that are done with files.
enum Files {
    static func makeTemporaryFolder(in directory: String, prefix: String) throws(RabbitMQNodeError) -> String {
        var path = Array("\(directory)/\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else { throw failure("make a folder in", directory) }
        return String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static func makeFolder(_ path: String) throws(RabbitMQNodeError) {
        guard mkdir(path, 0o700) == 0 else { throw failure("make the folder", path) }
    }

    static func link(_ path: String, to target: String) throws(RabbitMQNodeError) {
        guard symlink(target, path) == 0 else { throw failure("make the link", path) }
    }

    static func write(_ path: String, _ text: String, mode: mode_t? = nil) throws(RabbitMQNodeError) {
        guard let file = fopen(path, "we") else { throw failure("write", path) }
        let written = fputs(text, file)
        guard fclose(file) == 0, written >= 0, mode.map({ chmod(path, $0) == 0 }) ?? true else {
            throw failure("write", path)
        }
    }

    /// The text of a file; nil if it cannot be read.
    static func read(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The names in a folder; none if it cannot be read.
    static func list(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// The path without links; nil if nothing is there.
    static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The folder that a path without links lies in; nil at the root.
    static func folder(of path: String) -> String? {
        path.lastIndex(of: "/").flatMap { $0 > path.startIndex ? String(path[..<$0]) : nil }
    }

    /// Removes a folder with all that is in it; links are not followed.
    static func remove(_ path: String) {
        // To unlink a folder is an error, and to list what is none gives nothing.
        guard unlink(path) != 0 else { return }
        for name in list(path) {
            remove("\(path)/\(name)")
        }
        rmdir(path)
    }

    private static func failure(_ attempt: String, _ path: String) -> RabbitMQNodeError {
        RabbitMQNodeError("cannot \(attempt) \(path): \(String(cString: strerror(errno)).lowercased())")
    }
}

/// Where temporary folders go.
func temporaryDirectory() -> String {
    getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
}
