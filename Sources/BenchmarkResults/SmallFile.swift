import Foundation

/// Files of the kernel and of git, read to their end: they have no size that could be asked for.
package enum SmallFile {
    /// The text of a file; nil where it cannot be read.
    package static func text(at path: String) -> String? {
        (try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)).readToEnd())
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
