import PrintableText

/// What went wrong on the way to the logger, and what is known of the entry.
///
/// A caller decides on a retry by ``fate``: an entry that was ``Fate/notSent`` can be sent again without risk of a
/// duplicate, one whose fate is ``Fate/unknown`` may have arrived, one that was ``Fate/rejected`` will be rejected again.
public struct TransportError: Error, Sendable, Hashable {
    /// What is known of the entry.
    public enum Fate: Sendable, Hashable {
        /// No byte of the entry can have been acted upon.
        case notSent
        /// The entry, or part of it, was written, and no answer came.
        case unknown
        /// The peer answered that it does not take the entry.
        case rejected
    }

    /// What is known of the entry.
    public var fate: Fate
    /// Whether it is of no use to send the entry again, by a transport that does so by itself, though its outcome is unknown.
    package var isFinal = false
    /// What was attempted, with what, why it failed and what to do about it: one printable line.
    public private(set) var message: String

    /// Creates an error; what is not printable in a message, such as a peer's words, is escaped.
    public init(_ fate: Fate, _ message: String) {
        self.fate = fate
        self.message = message.printable
    }

    /// Creates an error that no transport mends by itself.
    package init(final fate: Fate, _ message: String) {
        self.init(fate, message)
        isFinal = true
    }
}

extension TransportError: CustomStringConvertible {
    /// The message, with the entry's fate behind it where that is not plain.
    public var description: String {
        switch fate {
        case .notSent: message
        case .unknown: "\(message) (outcome unknown: the entry may have arrived)"
        case .rejected: "rejected: \(message)"
        }
    }
}
