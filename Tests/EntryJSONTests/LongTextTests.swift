import Broker
import EngineTestKit
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
                EntryJSONText(LogEntry(name: "", data: text)).write(into: &out)
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

    /// A text of nothing but small values is refused at the bound, in whatever way they are put together.
    @Test func manyValues() throws {
        let most = JSONCursor.maxValues
        let ways: [(String, String, String)] = [
            (#"{"name":"n","data":"d","x":["#, "1,", "1]}"), ("{", #""x":"\n","#, #""name":"n","data":"d"}"#),
            ("{", #""name":"n","#, #""data":"d"}"#), (#"{"name":"n","data":"d","x":{"#, #""\n":{},"#, #""x":1}}"#),
        ]
        for (before, value, behind) in ways {
            let entry = { (count: Int) in
                try read(Array((before + String(repeating: value, count: count) + behind).utf8))
            }
            #expect(try entry(most - 4).data == "d")
            let error = #expect(throws: EntryJSONError.self) { try entry(most) }
            #expect("\(error as Any)".contains("at most \(most) members and elements"))
        }
    }

    /// Every escape there is, in any order and at any place of a long text.
    @Test func escapesOfALongText() throws {
        let pieces = [
            (#"\u0041"#, "A"), (#"\u00e9"#, "é"), (#"\u20AC"#, "€"), (#"\ud83d\uDE42"#, "🙂"), (#"\n"#, "\n"),
            (#"\""#, "\""),
            (#"\/"#, "/"), (#"\u0000"#, "\0"), ("x", "x"), ("seven b", "seven b"), ("ß", "ß"), (#"\uffff"#, "\u{FFFF}"),
        ]
        var random = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            var (written, wanted) = ("", "")
            for _ in 0..<300 {
                let piece = pieces[Int.random(in: pieces.indices, using: &random)]
                written += piece.0
                wanted += piece.1
            }
            let entry = try read(Array(#"{"data":"\#(written)","name":"\#(written)"}"#.utf8))
            #expect(entry.data == wanted && entry.name == wanted)
        }
    }

    /// Texts whose strings are written where those of other long texts were, by one reader and by many.
    @Test func memoryOfLongTexts() throws {
        var reader = EntryJSONReader()
        for length in [300_000, 1_100_000, 280_000, 40, 700_000] {
            let entry = LogEntry(
                name: String(repeating: "n\n", count: length / 8), data: String(repeating: "\"d", count: length / 4))
            var out = ByteBuffer()
            EntryJSONText(entry).write(into: &out)
            #expect(try reader.read(out.readableBytesSpan) { $0.copy() == entry })
            #expect(try read(Array(out.readableBytesView)) == entry)
        }
    }

    @Test func memoryThatIsKept() {
        let memory = LongTextMemory()
        memory.giveBack([UInt8](repeating: 0, count: LongTextMemory.maxPieceBytes + 1))
        #expect(memory.take().isEmpty)
        for _ in 0...LongTextMemory.maxPieces { memory.giveBack([1, 2, 3]) }
        for _ in 0..<LongTextMemory.maxPieces { #expect(memory.take() == [1, 2, 3]) }
        #expect(memory.take().isEmpty)
    }

    /// Each escape at each place of two blocks, far from the text's end and near it.
    @Test(arguments: [#"\n"#, #"\\"#, #"\""#, #"\u00e9"#, #"\ud83d\ude42"#], [0, 1, 64, 130])
    func escapeAtEveryPlace(escape: String, behind: Int) throws {
        let character = try read(Array(#"{"name":"","data":"\#(escape)"}"#.utf8)).data
        for place in 0...130 {
            let (before, rest) = (String(repeating: "x", count: place), String(repeating: "y", count: behind))
            let entry = try read(Array(#"{"data":"\#(before)\#(escape)\#(rest)","name":"\#(escape)"}"#.utf8))
            #expect(entry.data == before + character + rest && entry.name == character)
        }
    }

    /// A damaged escape is noticed and told, with its place, far from the end of the text as well.
    @Test(arguments: [
        (#"\ud83d"#, "the second half of a surrogate pair"), (#"\udc00"#, "the first half of a surrogate pair"),
        (#"\ud83d\u0041"#, "the second half of a surrogate pair"), (#"\u00g0"#, #"\u and four hexadecimal digits"#),
        (#"\u00"#, #"\u and four hexadecimal digits"#), (#"\x41"#, "an escape sequence"),
        ("\u{1}", "an escape sequence instead of a bare control character"),
    ])
    func damagedEscape(escape: String, wanted: String) {
        let long = String(repeating: #"\u0041"#, count: 200)
        let error = #expect(throws: EntryJSONError.self) {
            try read(Array(#"{"name":"","data":"\#(long)\#(escape)\#(long)"}"#.utf8))
        }
        #expect(error?.description.hasPrefix("expected \(wanted) at byte 12") == true, "\(error?.description ?? "")")
    }
}
