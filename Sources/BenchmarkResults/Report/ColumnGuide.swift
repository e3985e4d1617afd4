/// What stands in the files of a run, column by column.
package enum ColumnGuide {
    private struct Line {
        var name: String
        var unit: String
        var meaning: String
    }

    private static var files: [(title: String, lines: [Line])] {
        [
            ("results.csv and overhead.csv: a row for each cell and round", lines(ResultColumns.all.map(\.column))),
            ("summary.csv: a row for each cell", lines(SummaryColumns.all)),
            ("timeline.csv: a row for each bin of each cell", lines(TimelineColumns.all.map(\.column))),
            ("layers.csv: a row for each transport, load, layer and round", lines(LayerCost.columns)),
            ("decomposition.csv: a row for each transport, load and layer", lines(Decomposition.columns)),
            ("growth.csv: a row for each axis, transport and cost", lines(Growth.columns)),
        ]
    }

    /// A section a file, a line a column: its name, its unit, and what it says; an empty field means "not measured".
    package static var text: String {
        let files = files
        let width = files.flatMap(\.lines).map(\.name.count).max() ?? 0
        return files.map { file in
            let lines = file.lines.map { line in
                "  \(padded(line.name, width))  \(padded(line.unit, 6))  \(line.meaning)\n"
            }
            return "\(file.title)\n\n\(lines.joined())"
        }.joined(separator: "\n")
    }

    /// The same as an article.
    package static var markdown: String {
        let sections = files.map { file in
            let rows = file.lines.map { "| `\($0.name)` | \($0.unit) | \($0.meaning) |\n" }.joined()
            return "\n## \(file.title.prefix { $0 != ":" })\n\n\(file.title.drop { $0 != ":" }.dropFirst(2)).\n\n"
                + "| column | unit | what it says |\n| --- | --- | --- |\n\(rows)"
        }
        return "# Columns\n\nWhat stands in the files of a run, as `brokerlab columns --markdown` prints it.\n"
            + "\nAn empty field means \u{201c}not measured\u{201d}, never zero. Rows are grouped by `name`.\n"
            + sections.joined()
    }

    private static func lines<Row>(_ columns: [CSVColumn<Row>]) -> [Line] {
        columns.map { Line(name: $0.name, unit: $0.unit, meaning: $0.meaning) }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
