import PrintableText

/// Why a benchmark cannot run, or had to end early.
package struct BenchmarkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was attempted, with what, why it failed and what to do about it; printable.
    package private(set) var message: String

    /// Creates an error; what is not printable in a message, such as the words of a file, is escaped.
    package init(_ message: String) {
        self.message = message.printableLines
    }

    /// The message.
    package var description: String { message }
}
