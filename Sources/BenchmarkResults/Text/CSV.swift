/// Comma-separated values as of RFC 4180.
enum CSV {
    /// A record with its line break.
    ///
    /// Fields with a comma, a quote or a line break are quoted (RFC 4180, 2.6 and 2.7). A text that a spreadsheet would take
    /// for a formula gets an apostrophe in front, by which spreadsheets know a text.
    static func record(_ fields: [String]) -> String {
        fields.map { quoted(isFormula($0) ? "'\($0)" : $0) }.joined(separator: ",") + "\r\n"
    }

    /// The text that a field holds, without the apostrophe that was put in front of it.
    static func text(of field: String) -> String {
        field.utf8.first == UInt8(ascii: "'") && isFormula(field.dropFirst()) ? String(field.dropFirst()) : field
    }

    /// Whether a spreadsheet may evaluate the field.
    ///
    /// OWASP, "CSV Injection". Numbers are what they are.
    private static func isFormula(_ field: some StringProtocol) -> Bool {
        switch field.utf8.first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D:
            Double(field) == nil
        default: false
        }
    }

    private static func quoted(_ field: String) -> String {
        let special = field.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
        }
        guard special else { return field }
        // By scalars: a quote and a combining mark behind it would make one character.
        var quoted = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
