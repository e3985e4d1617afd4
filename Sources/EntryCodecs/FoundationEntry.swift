import Broker
import Foundation

/// The contract's JSON as Foundation's coders see it.
struct FoundationEntry: Codable {
    var name: String
    var data: String
    var severity: String?
    var run: String?
    var seq: UInt64?
    var sentAt: Int64?

    enum CodingKeys: String, CodingKey {
        case name, data, severity, run, seq
        case sentAt = "sent_at"
    }

    init(_ entry: LogEntry) {
        name = entry.name
        data = entry.data
        severity = entry.severity == .info ? nil : entry.severity.name
        run = entry.stamp?.run
        seq = entry.stamp?.sequence
        sentAt = entry.stamp?.sentAt
    }

    /// Reads an entry with Foundation's decoder, made anew each time, as services do.
    static func decode<R>(
        _ body: RawSpan, _ defaultSeverity: Severity, _ take: (borrowing ReceivedEntry) -> R
    ) throws(EntryCodecError) -> R {
        let entry: FoundationEntry
        do {
            let json = body.withUnsafeBytes { Data($0) }
            entry = try JSONDecoder().decode(FoundationEntry.self, from: json)
        } catch {
            throw EntryCodecError("Foundation does not read an entry in JSON here: \(error)")
        }
        guard let severity = Severity.allCases.first(where: { $0.name == entry.severity ?? defaultSeverity.name })
        else {
            throw EntryCodecError("\"severity\" has to be INFO, WARNING or ERROR")
        }
        let run = entry.run ?? ""
        try EntryDecoder.checkRun(run.utf8.count)
        return take(
            ReceivedEntry(
                name: entry.name.utf8.span.bytes, data: entry.data.utf8.span.bytes, severity: severity,
                run: run.utf8.span.bytes, sequence: entry.seq ?? 0, sentAt: entry.sentAt ?? 0))
    }
}
