import PrintableText

/// Why a receiving half cannot serve.
public struct ServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was attempted, with what, why it failed and what to do about it: one printable line.
    public private(set) var message: String

    /// Creates an error; what is not printable in a message, such as a peer's words, is escaped.
    public init(_ message: String) {
        self.message = message.printable
    }

    /// The message.
    public var description: String { message }
}
