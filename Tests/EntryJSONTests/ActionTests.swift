import Broker
import EntryJSON
import Testing

@Suite struct ActionTests {
    @Test(arguments: [
        #"{"action":"log","log":{"name":"a","data":"b"}}"#,
        #" { "log" : { "data":"b", "name":"a" } , "action" : "log" } "#,
        #"{"action":"l\u006fg","log":{"name":"a","data":"b"}}"#,
        #"{"auth":{"email":"x","log":[1]},"action":"log","log":{"name":"a","data":"b"},"mail":null}"#,
        #"{"action":"log","log":{"name":"x","data":"b"},"log":{"name":"a"}}"#,
    ])
    func accepts(json: String) throws {
        #expect(try readAction(json) == LogEntry(name: "a", data: "b"))
    }

    @Test func allMembers() throws {
        let json = #"{"action":"log","log":{"name":"a","data":"b","severity":"WARNING","run":"r","seq":1,"sent_at":2}}"#
        let stamp = RunStamp(run: "r", sequence: 1, sentAt: 2)
        #expect(try readAction(json) == LogEntry(name: "a", data: "b", severity: .warning, stamp: stamp))
    }

    /// A text and what is said against it.
    @Test(arguments: [
        ("{}", #""action" is missing; the only action is "log""#),
        (#"{"log":{"name":"a","data":"b"}}"#, #""action" is missing; the only action is "log""#),
        (#"{"action":"log"}"#, #""log" is missing: the entry, as an object with name and data"#),
        (#"{"action":"mail","log":{"name":"a","data":"b"}}"#, #"the only action is "log""#),
        (#"{"action":"","log":{"name":"a","data":"b"}}"#, #"the only action is "log""#),
        (#"{"action":null,"log":{"name":"a","data":"b"}}"#, #"expected '"' at byte 10"#),
        (#"{"action":"log","log":null}"#, "expected '{' at byte 22"),
        (#"{"action":"log","log":{"name":"a"}}"#, #""data" is missing: a string"#),
        (#"{"action":"log","log":{"name":"a","data":"b"}"#, "expected '}' at byte 45, where the text ends"),
        (#"{"action":"log","log":{"name":"a","data":"b"}}}"#, "expected the end of the text at byte 46"),
        (#"{"name":"a","data":"b"}"#, #""action" is missing; the only action is "log""#),
        ("[]", "expected '{' at byte 0"), ("", "expected '{' at byte 0, where the text ends"),
    ])
    func refuses(json: String, message: String) {
        let error = #expect(throws: EntryJSONError.self) { try readAction(json) }
        #expect(error?.description == message)
    }

    @Test func truncationsAndChangesNeverTrap() {
        let json = Array(#"{"action":"log","log":{"name":"a\n","data":"b","run":"r","seq":1},"x":[{}]}"#.utf8)
        var reader = EntryJSONReader()
        for count in json.indices {
            let cut = Array(json.prefix(count))
            #expect(throws: EntryJSONError.self) { try reader.readAction(cut.span.bytes) { $0.copy() } }
        }
        for index in json.indices {
            for value in UInt8.min...UInt8.max {
                var changed = json
                changed[index] = value
                _ = try? reader.readAction(changed.span.bytes) { $0.copy() }
            }
        }
    }
}
