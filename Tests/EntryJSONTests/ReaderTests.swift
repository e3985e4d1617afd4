import Broker
import EntryJSON
import Foundation
import Testing

@Suite struct ReaderTests {
    @Test(arguments: Case.goodTexts)
    func accepts(text: Case) throws {
        #expect(try read(text.json) == text.entry)
    }

    @Test(arguments: Case.badTexts)
    func refuses(text: Case) {
        let error = #expect(throws: EntryJSONError.self) { try read(text.json) }
        #expect(error?.description.isEmpty == false)
    }

    /// One reader for all texts, so that nothing of one is left in the next.
    @Test func oneReaderForMany() throws {
        var reader = EntryJSONReader()
        for text in zip(Case.goodTexts, Case.badTexts).flatMap({ [$0, $1] }) + Case.goodTexts {
            let entry = try? read(text.json, with: &reader)
            #expect(entry == text.entry, "\(text.reason)")
        }
    }

    /// Foundation's decoder agrees, but for what RFC 8259 leaves open, and where it is kinder than we and Go are.
    @Test(arguments: Case.goodTexts + Case.badTexts)
    func agreesWithFoundation(text: Case) {
        let foundation = try? JSONDecoder().decode(FoundationEntry.self, from: Data(text.json)).entry
        #expect((foundation == text.entry) != Self.differences.contains(text.reason))
    }

    private static let differences: Set<String> = [
        // Of a key given twice Foundation takes the first.
        "the last of two names counts", "the last of two data counts", "a null name, then one", "a name taken back",
        "a run given twice", "a run taken back",
        // Numbers with a fraction of zero, a comma at the end, a mark at the start.
        "seq 1.0", "seq 1e2", "seq 1E2", "a comma at the end", "a byte order mark",
        // Foundation has no such limits.
        "a run over the limit", "a run over the limit in bytes", "65 arrays in each other",
        // Foundation does not look closely at what nobody asked for.
        "an unknown array with a comma", "an unknown 01", "an unknown 1.", "an unknown 1e", "an unknown 1e+",
        "an unknown -",
        "an unknown bad escape", "an unknown lone surrogate",
    ]

    @Test(arguments: [
        (#"{"name":"a","data":1}"#, #"expected '"' at byte 19"#),
        (#"{"name":"a""#, "expected '}' at byte 11, where the text ends"),
        (#"{"name":"a"}"#, #""data" is missing: a string"#), (#"{"data":"a"}"#, #""name" is missing: a string"#),
        (#"{"name":"a"#, "expected the end of the string that starts at byte 8 at byte 10, where the text ends"),
        (#"{"seq":-1}"#, "expected an integer between 0 and 18446744073709551615 at byte 9"),
        (#"{"severity":"X"}"#, #""severity" has to be INFO, WARNING or ERROR"#),
        (#"{"x":[[}"#, "expected a value at byte 7"), ("{} ", #""name" is missing: a string"#),
    ])
    func says(json: String, message: String) {
        let error = #expect(throws: EntryJSONError.self) { try read(Array(json.utf8)) }
        #expect(error?.description == message)
    }

    @Test func severityThatWasNotGiven() throws {
        var reader = EntryJSONReader()
        let read = { (json: String, severity: Severity) in
            try reader.read(json.utf8.span.bytes, defaultSeverity: severity) { $0.severity }
        }
        #expect(try read(#"{"name":"a","data":"b"}"#, .error) == .error)
        #expect(try read(#"{"name":"a","data":"b","severity":null}"#, .warning) == .warning)
        #expect(try read(#"{"name":"a","data":"b","severity":"INFO"}"#, .error) == .info)
    }
}

/// An entry as Foundation reads it.
private struct FoundationEntry: Decodable {
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

    /// Nil for a severity that there is not.
    var entry: LogEntry? {
        guard let severity = Severity.allCases.first(where: { $0.name == self.severity ?? "INFO" }) else { return nil }
        let stamp = (run ?? "").isEmpty ? nil : RunStamp(run: run ?? "", sequence: seq ?? 0, sentAt: sentAt ?? 0)
        return LogEntry(name: name, data: data, severity: severity, stamp: stamp)
    }
}
