package import Broker
package import Gob

/// An entry as a gob: the contract's `Name` and `Data`, and our own fields behind them.
///
/// The names are those of net/rpc's argument, so that a Go program has one struct for both. A Go peer that does not know our
/// fields passes over them, and leaves them out.
package struct GobEntry<Text: GobField>: GobStruct {
    /// What the entry is about.
    package var name = Text.gobZero
    /// Its text.
    package var data = Text.gobZero
    /// `INFO`, `WARNING` or `ERROR`; left out for INFO.
    package var severity = Text.gobZero
    /// The run that it belongs to; left out where it belongs to none.
    package var run = Text.gobZero
    /// Its number in the run.
    package var seq: UInt64 = 0
    /// When it was sent, in nanoseconds since 1970.
    package var sentAt: Int64 = 0

    /// Creates an entry of which every field is left out.
    @inlinable package init() {}

    /// The type's name in the stream.
    @inlinable package static var gobName: String { "Log" }

    /// The fields in their order on the wire.
    @inlinable
    package mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
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
    package init(_ entry: LogEntry) {
        self.init()
        name = entry.name
        data = entry.data
        if entry.severity != .info { severity = entry.severity.name }
        guard let stamp = entry.stamp else { return }
        (run, seq, sentAt) = (stamp.run, stamp.sequence, stamp.sentAt)
    }
}

extension GobEntry<GobText> {
    /// The severity that was read from `bytes`; one that is not known counts as INFO.
    /// - Parameter otherwise: that of an entry which does not say any.
    package func severity(in bytes: RawSpan, otherwise: Severity = .info) -> Severity {
        let text = bytes.extracting(severity.range)
        return text.isEmpty ? otherwise : Severity(name: String(copying: text)) ?? .info
    }
}

extension GobLimits {
    /// Limits that let an entry of the largest size through, with the header of a request or response in front of it.
    package static func forEntries(_ limits: EntryLimits) -> GobLimits {
        var gob = GobLimits()
        let (bytes, overflows) = limits.maxEntryBytes.addingReportingOverflow(EntryLimits.maxRunIDBytes + 1024)
        gob.messageBytes = overflows ? .max : bytes
        return gob
    }
}
