/// Text from somebody else, made fit for a line of a terminal, a log or a table.
///
/// A peer chooses what its answers say. Shown raw, it could move the cursor, clear the screen, change the window's title
/// (ECMA-48), turn the direction of what follows (Unicode, UAX 9), or end the line and forge the next one. Every error of
/// this package passes its message through here when it is made, and whatever writes to a terminal passes its lines once
/// more: what is printable stays as it is, so that twice does not differ from once.
extension StringProtocol {
    /// The text with an escape (`\n`, `\u{1b}`) in place of each scalar that does not show as itself on one line.
    package var printable: String {
        if utf8.allSatisfy({ $0 &- 0x20 < 0x5F }) { return String(self) }
        var text = ""
        text.reserveCapacity(utf8.count)
        for scalar in unicodeScalars { text.append(printable: scalar) }
        return text
    }

    /// The same as ``printable``, of the first `limit` scalars, with `...` in place of the others.
    package func printable(limit: Int) -> String {
        let scalars = unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return printable }
        return self[..<end].printable + "..."
    }
}

extension String {
    /// ``printable`` for a text of several lines: its line ends and tabulators stay.
    ///
    /// For a text that was put together here, in which lines of somebody else are indented or marked as such.
    package var printableLines: String {
        if unicodeScalars.allSatisfy({ $0.isPrintable || $0 == "\n" || $0 == "\t" }) { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar == "\n" || scalar == "\t" {
                text.unicodeScalars.append(scalar)
            } else {
                text.append(printable: scalar)
            }
        }
        return text
    }

    /// Appends a scalar, or the escape that stands for one that does not show as itself on one line.
    package mutating func append(printable scalar: Unicode.Scalar) {
        guard !scalar.isPrintable else { return unicodeScalars.append(scalar) }
        switch scalar {
        case "\n": self += #"\n"#
        case "\t": self += #"\t"#
        default: self += "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}

extension Unicode.Scalar {
    /// Whether the scalar shows as itself on one line: it controls nothing, neither the terminal nor how the text around it is
    /// laid out.
    package var isPrintable: Bool {
        if value < 0x7F { return value >= 0x20 }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }
}
