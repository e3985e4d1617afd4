import Testing

@testable import Terminal

@Suite struct PrintableTests {
    @Test(arguments: [
        ("plain, žluťoučký 🐎\n\tand so on", "plain, žluťoučký 🐎\n\tand so on"),
        ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
        ("a\rb\u{0}\u{7f}\u{9b}1m", "a\\u{d}b\\u{0}\\u{7f}\\u{9b}1m"),
        ("abc\u{202e}def", "abc\\u{202e}def"),
    ])
    func showsControlCharacters(_ text: String, _ shown: String) {
        #expect(Printable.text(text) == shown)
    }
}
