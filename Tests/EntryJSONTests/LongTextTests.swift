import Broker
import NIOCore
import Testing

@testable import EntryJSON

/// Texts that are looked through in blocks.
@Suite struct LongTextTests {
    /// What differs from the rest of the text, and how JSON writes it.
    private static let parts = [
        ("\"", #"\""#), ("\\", #"\\"#), ("\n", #"\n"#), ("\u{1F}", #"\u001f"#), ("\u{7F}", "\u{7F}"), (" ", " "),
        ("ß", "ß"), ("🙂", "🙂"),
    ]

    /// One of them at every place of a block and of what is behind the last one, in texts of every remainder.
    @Test(arguments: parts) func everyPlace(part: String, written: String) throws {
        for length in [1023, 1024, 1025, 1087, 1088, 1100] {
            for place in Array(0..<80) + Array(length - 80...length) {
                let (before, behind) = (
                    String(repeating: "x", count: place), String(repeating: "y", count: length - place)
                )
                let text = before + part + behind
                #expect(JSONText.escapedLength(text) == length + written.utf8.count)
                var out = ByteBuffer()
                EntryJSON(LogEntry(name: "", data: text)).write(into: &out)
                #expect(String(buffer: out) == #"{"name":"","data":""# + before + written + behind + #""}"#)
                #expect(try read(Array(out.readableBytesView)).data == text)
            }
        }
    }

    /// A byte that is not UTF-8, or no character of a string, is noticed wherever it stands.
    @Test(arguments: [0xFF, 0x80, 0xC3, 0x00, 0x1F] as [UInt8]) func wrongByte(byte: UInt8) throws {
        let good = Array((#"{"name":"","data":""# + String(repeating: "x", count: 1200) + #""}"#).utf8)
        #expect(throws: Never.self) { try read(good) }
        for place in 19..<19 + 1200 {
            var bad = good
            bad[place] = byte
            #expect(throws: EntryJSONError.self) { try read(bad) }
        }
    }
}
