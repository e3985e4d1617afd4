/// What the receiving half of a transport gives entries to: the logger, or a broker that forwards them.
public protocol EntryRecorder: Sendable {
    /// Takes an entry.
    ///
    /// Called on the event loop that read the entry, so it must not block; for a large one on a thread beside it.
    /// - Parameters:
    ///   - entry: the entry as it lies in the receive buffer, valid for this call only.
    ///   - reply: makes the way to tell the entry's fate later, for a recorder that returns ``RecordResult/later``.
    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult

    /// Takes an entry that came in a message with an id.
    /// - Parameters:
    ///   - messageID: the id of the message.
    ///   - mayRepeat: whether an entry of the same id, name and data is the same message: its id is unique, or it is known
    ///     to have been delivered before.
    func record(
        _ entry: borrowing ReceivedEntry, messageID: RawSpan, mayRepeat: Bool, reply: () -> EntryReply
    ) -> RecordResult

    /// The recorder for the connections of one of the event loops that a server has, which are counted from 0.
    ///
    /// Who keeps apart what each loop brings gives each one its own, so that no loop waits for another.
    func recorder(forLoop number: Int) -> any EntryRecorder

    /// Whether so much waits to be recorded that connections are not read from before what they have brought is.
    var isBehind: Bool { get }

    /// Counts a message that was received and could not be decoded as an entry.
    func countUndecodable()

    /// Counts an entry that is known, by the id of its message, to have been recorded before; it is not recorded again.
    func countRepeated(_ entry: borrowing ReceivedEntry)
}

extension EntryRecorder {
    /// Most recorders do not look at ids.
    public func record(
        _ entry: borrowing ReceivedEntry, messageID: RawSpan, mayRepeat: Bool, reply: () -> EntryReply
    ) -> RecordResult {
        record(entry, reply: reply)
    }

    /// Most recorders are the same for all loops.
    public func recorder(forLoop number: Int) -> any EntryRecorder { self }

    /// Most recorders bound what waits by themselves.
    public var isBehind: Bool { false }

    /// Not every recorder counts them.
    public func countRepeated(_ entry: borrowing ReceivedEntry) {}
}

/// What became of an entry that a recorder was given.
public enum RecordResult: Sendable, Hashable {
    /// It is recorded and can be acknowledged.
    case recorded
    /// It is not taken; the sender is told why.
    case rejected(String)
    /// It is not taken now, through no fault of its own, as by a store whose disk is full; the sender is told why.
    case unavailable(String)
    /// Whether it is taken is not known, as of a store that was lost while it committed, and why; told through the
    /// ``EntryReply``. What has brought it is not answered: its connection ends, so that its sender does not know, either.
    case unknown(String)
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

    /// Tells the entry's fate: anything but `later`.
    public func callAsFunction(_ result: RecordResult) {
        deliver(result)
    }
}
