import Foundation

/// The rows of a CSV file (RFC 4180), each by column name.
struct ResultsCSV {
    var rows: [[String: String]]

    init(contentsOf url: URL) throws {
        let records = Self.records(try String(contentsOf: url, encoding: .utf8))
        let columns = records.first ?? []
        rows = records.dropFirst().map { fields in
            Dictionary(zip(columns, fields)) { first, _ in first }
        }
    }

    /// The different values of a column.
    func values(of column: String) -> Set<String> {
        Set(rows.compactMap { $0[column] })
    }

    private static func records(_ text: String) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field = ""
        var isQuoted = false
        for character in text {
            switch character {
            // A quote within quotes is written twice: the second one opens the field again.
            case "\"":
                if !isQuoted && !field.isEmpty { field.append(character) }
                isQuoted.toggle()
            case "," where !isQuoted:
                record.append(field)
                field = ""
            case _ where character.isNewline && !isQuoted:
                records.append(record + [field])
                record = []
                field = ""
            default:
                field.append(character)
            }
        }
        return records
    }
}
