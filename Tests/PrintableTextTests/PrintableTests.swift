import PrintableText
import Testing

@Suite("Printable text")
struct PrintableTests {
    @Test(
        "what controls a terminal or the layout of a line becomes an escape",
        arguments: [
            ("plain, with \"quotes\" and \\ as they are", "plain, with \"quotes\" and \\ as they are"),
            ("\u{1b}[2J\u{1b}]0;pwned\u{07}", #"\u{1b}[2J\u{1b}]0;pwned\u{7}"#),
            ("one\nsent 1, acknowledged 1\r\n\tx", #"one\nsent 1, acknowledged 1\u{d}\n\tx"#),
            ("\u{9b}31m \u{85} \u{7f} \0", #"\u{9b}31m \u{85} \u{7f} \u{0}"#),
            ("\u{202e}gnp.exe \u{200b}\u{feff}", #"\u{202e}gnp.exe \u{200b}\u{feff}"#),
            ("\u{2028} \u{2029}", #"\u{2028} \u{2029}"#),
            ("é ü 漢字 … €", "é ü 漢字 … €"),
            ("", ""),
        ])
    func escapes(text: String, wanted: String) {
        #expect(text.printable == wanted)
        #expect(text.printable.printable == wanted)
    }

    @Test("a text of several lines keeps them")
    func lines() {
        #expect("one\n  \u{1b}two\n".printableLines == "one\n  \\u{1b}two\n")
        #expect("one\r\n\ttwo".printableLines == "one\\u{d}\n\ttwo")
    }

    @Test("a limit counts scalars, however many make a character")
    func limit() {
        #expect("abc".printable(limit: 3) == "abc")
        #expect("abcd".printable(limit: 3) == "abc...")
        let accents = "e" + String(repeating: "\u{301}", count: 1000)
        #expect(accents.printable(limit: 10).unicodeScalars.count == 13)
        #expect("\u{1b}\u{1b}".printable(limit: 1) == #"\u{1b}..."#)
    }
}
