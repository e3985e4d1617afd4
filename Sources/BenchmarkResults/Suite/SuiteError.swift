import PrintableText

/// Why a suite cannot be run: one line that says where, what is wrong, and what is allowed.
package struct SuiteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where the mistake is: `FILE.yaml:3`, `--in-flight`, or a key of the suite.
    package private(set) var source: String
    /// What is wrong, and what is allowed.
    package private(set) var message: String

    /// Creates an error; what is not printable, such as the words of a file, is escaped.
    package init(source: String, message: String) {
        self.source = source.printable
        self.message = message.printable
    }

    /// Both, in one line.
    package var description: String { "\(source): \(message)" }
}
