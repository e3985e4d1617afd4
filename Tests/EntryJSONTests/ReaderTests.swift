import Broker
import EntryJSON
import Testing

@Suite struct ReaderTests {
    @Test(arguments: Case.corpus.filter { $0.entry != nil })
    func accepts(text: Case) throws {
        #expect(try read(text.json) == text.entry)
    }

    @Test(arguments: Case.corpus.filter { $0.entry == nil })
    func refuses(text: Case) {
        let error = #expect(throws: EntryJSONError.self) { try read(text.json) }
        #expect(error?.description.isEmpty == false)
    }

    /// One reader for all texts, so that nothing of one is left in the next.
    @Test func oneReaderForMany() throws {
        var reader = EntryJSONReader()
        let (good, bad) = (Case.corpus.filter { $0.entry != nil }, Case.corpus.filter { $0.entry == nil })
        for text in zip(good, bad).flatMap({ [$0, $1] }) + bad + good {
            let entry = try? read(text.json, with: &reader)
            #expect(entry == text.entry, "\(text.reason)")
        }
    }

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
