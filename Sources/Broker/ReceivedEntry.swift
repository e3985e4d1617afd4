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
