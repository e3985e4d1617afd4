import Broker
import Gob

/// An entry as a gob: the contract's `Name` and `Data`, and our own fields behind them.
///
/// The names are those of net/rpc's argument, so that a Go program has one struct for both.
struct GobEntry<Text: GobField>: GobStruct {
    var name = Text.gobZero
    var data = Text.gobZero
    /// `INFO`, `WARNING` or `ERROR`; left out for INFO.
    var severity = Text.gobZero
    var run = Text.gobZero
    var seq: UInt64 = 0
    var sentAt: Int64 = 0

    static var gobName: String { "Log" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Name", &name)
        field("Data", &data)
        field("Severity", &severity)
        field("Run", &run)
        field("Seq", &seq)
        field("SentAt", &sentAt)
    }
}

extension GobLimits {
    /// Limits that let an entry of the largest size through.
    static func forEntries(_ limits: EntryLimits) -> GobLimits {
        var gob = GobLimits()
        let (bytes, overflows) = limits.maxEntryBytes.addingReportingOverflow(EntryLimits.maxRunIDBytes + 1024)
        gob.messageBytes = overflows ? .max : bytes
        return gob
    }
}
