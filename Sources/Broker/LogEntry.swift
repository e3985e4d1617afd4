/// A log entry: the message that a broker sends to a logger.
///
/// `name` and `data` are the wire contract's own fields; the rest is optional everywhere, so that a peer that does not
/// know it still works.
public struct LogEntry: Sendable, Hashable {
    /// What the entry is about, in UTF-8 on every wire.
    public var name: String
    /// The entry's text, in UTF-8 on every wire.
    public var data: String
    /// How bad it is; absent on the wire means ``Severity/info``.
    public var severity: Severity
    /// Where the entry belongs in a measured run, or nil for an ordinary entry.
    public var stamp: RunStamp?

    /// Creates an entry.
    public init(name: String, data: String, severity: Severity = .info, stamp: RunStamp? = nil) {
        self.name = name
        self.data = data
        self.severity = severity
        self.stamp = stamp
    }
}

/// What ties an entry to a measured run.
public struct RunStamp: Sendable, Hashable {
    /// The run's id, at most ``EntryLimits/maxRunIDBytes`` bytes of UTF-8; ids of up to 15 bytes cost no allocation.
    public var run: String
    /// The entry's sequence number in its run, counted from 0 on.
    public var sequence: UInt64
    /// When the entry was meant to be sent: nanoseconds since 1970-01-01T00:00:00Z.
    public var sentAt: Int64

    /// Creates a stamp.
    public init(run: String, sequence: UInt64, sentAt: Int64) {
        self.run = run
        self.sequence = sequence
        self.sentAt = sentAt
    }
}

/// How bad the event is that an entry tells of.
///
/// The raw values are the numbers used by binary encodings (protobuf, the raw TCP frame).
public enum Severity: UInt8, Sendable, Hashable, CaseIterable {
    /// An ordinary event.
    case info = 0
    /// Something that may need attention.
    case warning = 1
    /// Something that failed.
    case error = 2

    /// The name used in text encodings and AMQP routing keys: `INFO`, `WARNING` or `ERROR`.
    public var name: String {
        switch self {
        case .info: "INFO"
        case .warning: "WARNING"
        case .error: "ERROR"
        }
    }

    /// The severity of that name, whatever its case, or nil.
    public init?(name: String) {
        guard let match = Severity.allCases.first(where: { $0.name == name.uppercased() }) else { return nil }
        self = match
    }
}

/// The bounds that every transport keeps, on both sides.
public struct EntryLimits: Sendable, Hashable {
    /// The longest run id that is accepted, in bytes of UTF-8.
    public static let maxRunIDBytes = 128

    /// What ``maxEntryBytes`` may be: up to 128 MiB.
    ///
    /// An entry has to lie in memory as a whole, escaped (six bytes a byte at worst) and as it is, in buffers that hold at
    /// most 4 GiB; gRPC's and AMQP's lengths end there as well.
    public static let allowedEntryBytes = 1...(128 * 1024 * 1024)

    /// The largest accepted sum of `name` and `data`, in bytes of UTF-8.
    public let maxEntryBytes: Int

    /// Creates limits; 16 MiB an entry unless told otherwise.
    /// - Precondition: `maxEntryBytes` is one of ``allowedEntryBytes``.
    public init(maxEntryBytes: Int = 16 * 1024 * 1024) {
        precondition(Self.allowedEntryBytes.contains(maxEntryBytes), "an entry has 1 to 134217728 bytes at most")
        self.maxEntryBytes = maxEntryBytes
    }
}

extension EntryLimits {
    /// Refuses an entry that exceeds the limits.
    /// - Throws: ``TransportError`` of fate `notSent` that names the limit.
    public func check(_ entry: LogEntry) throws(TransportError) {
        let entryBytes = entry.name.utf8.count + entry.data.utf8.count
        guard entryBytes <= maxEntryBytes else {
            throw TransportError(
                .notSent,
                "an entry of \(entryBytes) bytes (name and data) exceeds the limit of \(maxEntryBytes) bytes")
        }
        guard let runBytes = entry.stamp?.run.utf8.count, runBytes > Self.maxRunIDBytes else { return }
        throw TransportError(
            .notSent, "a run id of \(runBytes) bytes exceeds the limit of \(Self.maxRunIDBytes) bytes")
    }
}
