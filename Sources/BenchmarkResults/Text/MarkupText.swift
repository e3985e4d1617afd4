import PrintableText

extension StringProtocol {
    /// The text between tags or in an attribute of HTML or XML, on one line; attributes have double quotes.
    var markup: String {
        var escaped = ""
        // By scalars: a quote and a combining mark behind it would make one character, which is no quote.
        for scalar in unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            // What XML has no place for (1.0, 2.2 "Char") beside control characters, which do not print.
            case "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.append(printable: scalar)
            }
        }
        return escaped
    }

    /// The text in a line or a table's cell of Markdown: no scalar of it starts a link, code, a tag or the next cell.
    var markdown: String {
        var escaped = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case "\\", "`", "|", "[", "]", "*", "_", "~", "@": escaped += "\\\(scalar)"
            default: escaped.append(printable: scalar)
            }
        }
        return escaped
    }
}
