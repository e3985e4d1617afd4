/// What the receiving half of a transport gives entries to: the logger, or a broker that forwards them.
public protocol EntryRecorder: Sendable {
    /// Takes an entry.
    ///
    /// Called on the event loop that read the entry, so it must not block; for a large one on a thread beside it.
    /// - Parameters:
    ///   - entry: the entry as it lies in the receive buffer, valid for this call only.
    ///   - reply: makes the way to tell the entry's fate later, for a recorder that returns ``RecordResult/later``.
    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult

    /// Counts a message that was received and could not be decoded as an entry.
    func countUndecodable()

    /// Counts an entry that is known, by the id of its message, to have been recorded before; it is not recorded again.
    func countRepeated(_ entry: borrowing ReceivedEntry)
}

extension EntryRecorder {
    /// Not every recorder counts them.
    public func countRepeated(_ entry: borrowing ReceivedEntry) {}
}

/// What became of an entry that a recorder was given.
public enum RecordResult: Sendable, Hashable {
    /// It is recorded and can be acknowledged.
    case recorded
    /// It is not taken; the sender is told why.
    case rejected(String)
    /// Its fate will be told through the ``EntryReply``.
    case later
}

/// Tells, once and from any thread, what became of an entry whose result was ``RecordResult/later``.
public struct EntryReply: Sendable {
    private let deliver: @Sendable (RecordResult) -> Void

    /// Creates a reply.
    public init(_ deliver: @escaping @Sendable (RecordResult) -> Void) {
        self.deliver = deliver
    }

    /// Tells the entry's fate: `recorded` or `rejected`.
    public func callAsFunction(_ result: RecordResult) {
        deliver(result)
    }
}
