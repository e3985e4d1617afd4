import PrintableText

/// Text that may hold anything, made fit for a terminal.
enum Printable {
    /// The text without what would move the cursor, change colours or forge input; its line breaks stay.
    static func text(_ text: String) -> String { text.printableLines }
}
