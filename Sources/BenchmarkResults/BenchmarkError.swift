/// Why a benchmark cannot run, or had to end early.
public struct BenchmarkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was attempted, with what, why it failed and what to do about it.
    public var message: String

    /// Creates an error.
    public init(_ message: String) {
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
