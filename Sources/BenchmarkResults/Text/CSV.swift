import PrintableText

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

/// A column: its name, and how its field is taken from a row; an empty field means "not measured".
struct CSVColumn<Row>: Sendable {
    var name: String
    var field: @Sendable (Row) -> String

    /// A text, printable on one line.
    static func text(_ name: String, _ value: @escaping @Sendable (Row) -> String?) -> CSVColumn {
        CSVColumn(name: name) { value($0)?.printable ?? "" }
    }

    /// A count.
    static func count(_ name: String, _ value: @escaping @Sendable (Row) -> (any BinaryInteger)?) -> CSVColumn {
        CSVColumn(name: name) { row in value(row).map { String(describing: $0) } ?? "" }
    }

    /// A figure, with that many decimals.
    static func figure(
        _ name: String, places: Int = 3, _ value: @escaping @Sendable (Row) -> Double?
    ) -> CSVColumn {
        CSVColumn(name: name) { row in value(row).map { DecimalText.format($0, places: places) } ?? "" }
    }

    /// `true` or `false`.
    static func flag(_ name: String, _ value: @escaping @Sendable (Row) -> Bool) -> CSVColumn {
        CSVColumn(name: name) { value($0) ? "true" : "false" }
    }

    /// A column that later versions fill.
    static func notMeasured(_ name: String) -> CSVColumn {
        CSVColumn(name: name) { _ in "" }
    }
}
