import Glibc

/// `results.csv` while it grows: each row is in the file before the next cell starts, whatever happens then.
package struct ResultsFile: Sendable {
    private var path: String

    /// Makes the file, with its header.
    /// - Throws: ``BenchmarkError`` when it cannot be made, or exists already.
    package init(path: String) throws(BenchmarkError) {
        self.path = path
        try Self.write(CSV.record(ResultColumns.header), to: path, flags: O_CREAT | O_EXCL)
    }

    /// Appends a row.
    /// - Throws: ``BenchmarkError`` when it cannot be written.
    package func append(_ result: ReportedResult) throws(BenchmarkError) {
        try Self.write(CSV.record(ResultColumns.fields(of: result)), to: path, flags: O_APPEND)
    }

    /// Appends to a file.
    package static func append(_ text: String, to path: String) throws(BenchmarkError) {
        try write(text, to: path, flags: O_APPEND)
    }

    /// Writes a whole file, in place of one of that name.
    package static func replace(_ path: String, with text: String) throws(BenchmarkError) {
        try write(text, to: path, flags: O_CREAT | O_TRUNC)
    }

    /// Writes a text to a file that is opened with `flags` beside `O_WRONLY`.
    private static func write(_ text: String, to path: String, flags: Int32) throws(BenchmarkError) {
        let file = open(path, O_WRONLY | O_CLOEXEC | flags, 0o644)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw failure(path) }
            bytes = bytes.dropFirst(max(0, count))
        }
    }

    private static func failure(_ path: String) -> BenchmarkError {
        BenchmarkError("cannot write \(path): \(String(cString: strerror(errno)))")
    }
}
