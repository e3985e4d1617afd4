/// What an acknowledgement promises.
public enum AcknowledgementClass: String, Sendable, Hashable, CaseIterable, Codable {
    /// The logger has the entry in memory.
    case recorded
    /// The logger has the entry on disk.
    case stored
    /// A message broker has the entry; the logger may not have seen it yet.
    case queued
    /// Most nodes of a message broker's cluster have the entry, so that one of them may be lost for good; the logger may not have
    /// seen it yet.
    case replicated
    /// Nothing: the entry was written, and nobody answers.
    case unacknowledged = "none"

    /// Whether the logger itself acknowledges, so that an acknowledgement says that it is there and took the entry.
    public var isGivenByLogger: Bool { self == .recorded || self == .stored }

    /// What it promises where the logger commits each entry to a database before it answers.
    package var withDatabase: AcknowledgementClass { isGivenByLogger ? .stored : self }
}

/// The answer to an entry that was accepted.
public struct Acknowledgement: Sendable, Hashable {
    /// What the answer promises.
    public var promise: AcknowledgementClass

    /// Creates an acknowledgement.
    public init(_ promise: AcknowledgementClass) {
        self.promise = promise
    }
}
