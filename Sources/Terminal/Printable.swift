/// Text that may hold anything, made fit for a terminal.
enum Printable {
    /// The text without what would move the cursor, change colours or forge input: control characters other than line
    /// breaks and tabulators are shown as `\u{1b}`.
    static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var printable = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar) {
                printable += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                printable.unicodeScalars.append(scalar)
            }
        }
        return printable
    }

    /// Whether a scalar is in C0, DEL or C1, or turns the direction of what follows it.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a: false
        case ..<0x20, 0x7f..<0xa0, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
