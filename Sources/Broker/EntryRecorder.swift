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

/// An entry as it was received: its texts are views of the receive buffer, not copies.
///
/// The bytes of the texts are what the peer sent; a transport whose protocol asks for UTF-8 has checked it.
public struct ReceivedEntry: ~Escapable, Sendable {
    /// What the entry is about.
    public let name: RawSpan
    /// The entry's text.
    public let data: RawSpan
    /// How bad it is.
    public let severity: Severity
    /// The run's id; empty where the entry belongs to no run.
    public let run: RawSpan
    /// The sequence number in the run.
    public let sequence: UInt64
    /// When the entry was meant to be sent, in nanoseconds since 1970-01-01T00:00:00Z; 0 where the peer did not say.
    public let sentAt: Int64

    /// Creates a view of an entry.
    @_lifetime(copy name, copy data, copy run)
    @inlinable
    public init(
        name: RawSpan, data: RawSpan, severity: Severity = .info, run: RawSpan = RawSpan(), sequence: UInt64 = 0,
        sentAt: Int64 = 0
    ) {
        self.name = name
        self.data = data
        self.severity = severity
        self.run = run
        self.sequence = sequence
        self.sentAt = sentAt
    }

    /// The entry as a value of its own; bytes that are not UTF-8 are replaced by U+FFFD.
    public func copy() -> LogEntry {
        let stamp: RunStamp? =
            run.isEmpty ? nil : RunStamp(run: String(copying: run), sequence: sequence, sentAt: sentAt)
        return LogEntry(name: String(copying: name), data: String(copying: data), severity: severity, stamp: stamp)
    }
}

extension String {
    /// The text in `bytes`; what is not UTF-8 is replaced by U+FFFD.
    @inlinable
    public init(copying bytes: RawSpan) {
        self = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
