import PrintableText

/// Why a gob could not be written or read.
public struct GobError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Hashable, Sendable {
        /// The bytes are not a gob.
        case corrupted
        /// A limit of ``GobLimits`` was exceeded.
        case limitExceeded
        /// The stream's type and the local type do not fit.
        case typeMismatch
        /// The number does not fit into the local type.
        case outOfRange
        /// The local value cannot be sent.
        case unsupportedValue
        /// Not a failure: the value goes on in a message that has not arrived yet.
        case incomplete
    }

    /// What kind of failure it is.
    public var code: Code
    /// What was attempted and what is wrong.
    public var message: String
    /// Where the stream goes on after the value that was refused, counted in bytes from the start of the input.
    ///
    /// Nil where the stream cannot be used any more.
    public var resumeOffset: Int?
    /// What Go's decoder says of types that do not fit, without naming the stream's; nil for every other failure.
    ///
    /// A local struct is named without a package, which Swift does not have.
    public var goMessage: String?

    /// Creates an error; what is not printable in a message, such as a stream's names, is escaped.
    public init(_ code: Code, _ message: String) {
        self.init(code, message, goMessage: nil)
    }

    init(_ code: Code, _ message: String, goMessage: String?) {
        self.code = code
        self.message = message.printable
        self.goMessage = goMessage
    }

    /// The message.
    public var description: String { "gob: \(message)" }
}
