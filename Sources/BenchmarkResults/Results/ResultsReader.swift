/// Reads the rows of `results.csv` again.
///
/// A field that is not what its column holds is refused with its line and column: a number that is passed over would count
/// as not measured.
struct ResultsReader {
    /// The rows, in their order.
    let rows: [ResultRow]

    /// - Throws: ``BenchmarkError`` when it cannot be read, or is of a version that this program does not know.
    init(path: String) throws(BenchmarkError) {
        let text = try SmallFile.results(at: path)
        // Before anything else: with other separators, quotes are where CSV has none.
        guard Self.hasCommas(text) else {
            throw BenchmarkError(
                "\(path) has not the columns of a results.csv; its fields have to be separated by commas")
        }
        let records = try CSVReader.records(text, of: path)
        guard let header = records.first, header.fields.first == "schema_version" else {
            throw BenchmarkError("\(path) has not the columns of a results.csv")
        }
        let columns = Dictionary(zip(header.fields, header.fields.indices)) { first, _ in first }
        let version = String(ResultColumns.schemaVersion)
        if let other = records.dropFirst().first(where: { $0.fields.first != version }) {
            throw BenchmarkError(
                "\(path):\(other.line): schema version '\(other.fields.first ?? "")', this program reads version \(version)"
            )
        }
        var rows: [ResultRow] = []
        for (index, record) in records.enumerated().dropFirst() {
            guard record.fields.count == header.fields.count else {
                throw BenchmarkError(
                    "\(path):\(record.line): \(record.fields.count) fields, and the header has \(header.fields.count)")
            }
            let fields = Fields(path: path, record: record, columns: columns)
            rows.append(try Self.row(fields, number: index))
        }
        self.rows = rows
    }

    /// Whether the first field of a header that is ours ends with a comma, or with its line.
    private static func hasCommas(_ text: String) -> Bool {
        let opening = text.drop { $0 == "\u{FEFF}" || $0 == "\"" }
        guard opening.hasPrefix("schema_version") else { return true }
        let separator = opening.drop { $0 == "_" || $0 == "\"" || $0.isLetter }.first
        return separator == nil || separator == "," || separator?.isNewline == true
    }

    private static func row(_ fields: Fields, number: Int) throws(BenchmarkError) -> ResultRow {
        var row = ResultRow(number: number)
        for column in ResultColumns.all { try column.read(fields, &row) }
        return row
    }
}

/// A record by the names of its columns; an empty field is nil.
struct Fields {
    var path: String
    var record: CSVReader.Record
    var columns: [String: Int]

    func text(_ name: String) -> String? {
        guard let index = columns[name], !record.fields[index].isEmpty else { return nil }
        return CSV.text(of: record.fields[index])
    }

    /// A number with a decimal point.
    func double(_ name: String) throws(BenchmarkError) -> Double? {
        try value(name, "a number") { text in
            guard DecimalText.isNumber(text) else { return nil }
            return Double(text)
        }
    }

    func int(_ name: String) throws(BenchmarkError) -> Int? {
        try value(name, "a whole number") { DecimalText.isWholeNumber($0) ? Int($0) : nil }
    }

    func count(_ name: String) throws(BenchmarkError) -> UInt64? {
        try value(name, "a whole number") { DecimalText.isWholeNumber($0) ? UInt64($0) : nil }
    }

    /// `true` or `false`; spreadsheets write them in capitals.
    func flag(_ name: String) throws(BenchmarkError) -> Bool? {
        try value(name, "true or false") { Bool($0.lowercased()) }
    }

    /// One of a few words.
    func word<Value>(_ name: String, _ parse: (String) -> Value?) throws(BenchmarkError) -> Value? {
        try value(name, "a word that this program knows there", parse)
    }

    /// A value without which a row is none.
    func required<Value>(
        _ name: String, _ read: (String) throws(BenchmarkError) -> Value?
    ) throws(BenchmarkError) -> Value {
        guard let value = try read(name) else { throw BenchmarkError("\(path):\(record.line): \(name) is empty") }
        return value
    }

    private func value<Value>(
        _ name: String, _ wanted: String, _ parse: (String) -> Value?
    ) throws(BenchmarkError) -> Value? {
        guard let text = text(name) else { return nil }
        guard let value = parse(text) else {
            let hint = text.contains(",") ? "; numbers have a decimal point" : ""
            throw BenchmarkError(
                "\(path):\(record.line): \(name) (column \((columns[name] ?? 0) + 1)): '\(text)' is not \(wanted)\(hint)"
            )
        }
        return value
    }
}
