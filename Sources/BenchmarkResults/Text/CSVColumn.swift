import PrintableText

/// A column: what it is called and holds, and how its field is taken from a row; an empty field means "not measured".
struct CSVColumn<Row>: Sendable {
    var name: String
    /// What a number counts; nothing for texts, and where the name of the column says all.
    var unit: String
    /// What the field says, in a sentence.
    var meaning: String
    var field: @Sendable (Row) -> String

    /// A text, printable on one line.
    static func text(
        _ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> String?
    ) -> CSVColumn {
        CSVColumn(name: name, unit: "", meaning: meaning) { value($0)?.printable ?? "" }
    }

    /// A count.
    static func count(
        _ name: String, in unit: String = "", _ meaning: String,
        _ value: @escaping @Sendable (Row) -> (any BinaryInteger)?
    ) -> CSVColumn {
        CSVColumn(name: name, unit: unit, meaning: meaning) { row in value(row).map { String(describing: $0) } ?? "" }
    }

    /// A figure, with that many decimals.
    static func figure(
        _ name: String, in unit: String = "", places: Int = 3, _ meaning: String,
        _ value: @escaping @Sendable (Row) -> Double?
    ) -> CSVColumn {
        CSVColumn(name: name, unit: unit, meaning: meaning) { row in
            value(row).map { DecimalText.format($0, places: places) } ?? ""
        }
    }

    /// `true` or `false`.
    static func flag(_ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> Bool) -> CSVColumn {
        CSVColumn(name: name, unit: "", meaning: meaning) { value($0) ? "true" : "false" }
    }

    /// A whole file of such rows.
    static func file(_ rows: [Row], _ columns: [CSVColumn]) -> String {
        CSV.record(columns.map(\.name)) + rows.map { row in CSV.record(columns.map { $0.field(row) }) }.joined()
    }
}
