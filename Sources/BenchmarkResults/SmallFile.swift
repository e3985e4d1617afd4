import Foundation
import Glibc

/// Files of the kernel and of git, read to their end: they have no size that could be asked for.
package enum SmallFile {
    /// The text of a file of results.
    /// - Throws: ``BenchmarkError`` that says why it cannot be read.
    static func results(at path: String) throws(BenchmarkError) -> String {
        if let text = text(at: path) { return text }
        guard access(path, F_OK) == 0 else {
            throw BenchmarkError("there is no \(path). Name a folder that 'brokerlab bench' has made.")
        }
        let reason = access(path, R_OK) == 0 ? "it is no file" : String(cString: strerror(errno)).lowercased()
        throw BenchmarkError("cannot read \(path): \(reason)")
    }

    /// The text of a file; nil where it cannot be read.
    package static func text(at path: String) -> String? {
        (try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)).readToEnd())
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
