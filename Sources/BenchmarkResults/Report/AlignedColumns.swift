/// Fields under one another, for a terminal.
enum AlignedColumns {
    /// A line for each row, without spaces at its end: two spaces between columns, or one where they would be wider than a table may be.
    /// - Parameters:
    ///   - rows: as many fields each.
    ///   - left: how many columns stand at their left edge; those behind them, figures, stand at their right.
    static func lines(_ rows: [[String]], left: Int = 1) -> [String] {
        let widths = (rows.first ?? []).indices.map { index in rows.map { $0[index].count }.max() ?? 0 }
        let isWide = widths.reduce(0, +) + 2 * (widths.count - 1) > ResultTable.width
        return rows.map { fields in
            let padded = zip(fields, widths).enumerated().map { index, field in
                let space = String(repeating: " ", count: field.1 - field.0.count)
                return index < left ? field.0 + space : space + field.0
            }
            var line = padded.joined(separator: isWide ? " " : "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
