public import Broker
public import Gob

/// An entry as a gob: the contract's `Name` and `Data`, and our own fields behind them.
///
/// The names are those of net/rpc's argument, so that a Go program has one struct for both. A Go peer that does not know our
/// fields passes over them, and leaves them out.
public struct GobEntry<Text: GobField>: GobStruct {
    /// What the entry is about.
    public var name: Text
    /// Its text.
    public var data: Text
    /// `INFO`, `WARNING` or `ERROR`; left out for INFO.
    public var severity: Text
    /// The run that it belongs to; left out where it belongs to none.
    public var run: Text
    /// Its number in the run.
    public var seq: UInt64
    /// When it was sent, in nanoseconds since 1970.
    public var sentAt: Int64

    /// Creates an entry of which every field is left out.
    @inlinable
    public init() {
        (name, data, severity, run) = (.gobZero, .gobZero, .gobZero, .gobZero)
        (seq, sentAt) = (0, 0)
    }

    /// The type's name in the stream.
    @inlinable public static var gobName: String { "Log" }

    /// The fields in their order on the wire.
    @inlinable @inline(__always)
    public mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Name", &name)
        field("Data", &data)
        field("Severity", &severity)
        field("Run", &run)
        field("Seq", &seq)
        field("SentAt", &sentAt)
    }
}

extension GobEntry<String> {
    /// The entry as it is to be written.
    @inlinable @inline(__always)
    public init(_ entry: LogEntry) {
        name = entry.name
        data = entry.data
        severity = entry.severity == .info ? "" : entry.severity.name
        if let stamp = entry.stamp {
            run = stamp.run
            seq = stamp.sequence
            sentAt = stamp.sentAt
        } else {
            run = ""
            seq = 0
            sentAt = 0
        }
    }
}

extension GobEntry<GobText> {
    /// The severity that was read from `bytes`; one that is not known counts as INFO.
    /// - Parameter otherwise: that of an entry which does not say any.
    @inlinable
    public func severity(in bytes: RawSpan, otherwise: Severity = .info) -> Severity {
        let text = bytes.extracting(severity.range)
        return text.isEmpty ? otherwise : Severity(name: String(copying: text)) ?? .info
    }
}

extension GobLimits {
    /// Limits that let an entry of the largest size through, with the header of a request or response in front of it.
    public static func forEntries(_ limits: EntryLimits) -> GobLimits {
        var gob = GobLimits()
        let (bytes, overflows) = limits.maxEntryBytes.addingReportingOverflow(EntryLimits.maxRunIDBytes + 1024)
        gob.messageBytes = overflows ? .max : bytes
        return gob
    }
}
