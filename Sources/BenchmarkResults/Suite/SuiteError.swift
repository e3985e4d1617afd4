/// Why a suite cannot be run: one line that says where, what is wrong, and what is allowed.
public struct SuiteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where the mistake is: `FILE.yaml:3`, `--in-flight`, or a key of the suite.
    public var source: String
    /// What is wrong, and what is allowed.
    public var message: String

    /// Creates an error.
    public init(source: String, message: String) {
        self.source = source
        self.message = message
    }

    /// Both, in one line.
    public var description: String { "\(source): \(message)" }
}
