import Foundation

/// The rows of a results.csv, each by column name.
///
/// No field but the last one, `invalid_reason`, is expected to hold a comma.
struct ResultsCSV {
    var rows: [[String: String]]

    init(contentsOf url: URL) throws {
        let text = try String(contentsOf: url, encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline)
        let columns = lines.first?.split(separator: ",").map(String.init) ?? []
        rows = lines.dropFirst().map { line in
            let fields = line.split(separator: ",", maxSplits: columns.count - 1, omittingEmptySubsequences: false)
            return Dictionary(zip(columns, fields.map(String.init))) { first, _ in first }
        }
    }

    /// The different values of a column.
    func values(of column: String) -> Set<String> {
        Set(rows.compactMap { $0[column] })
    }
}
