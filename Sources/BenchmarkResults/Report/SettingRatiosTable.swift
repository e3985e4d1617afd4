/// What a difference in the setting comes to, as a short table for a terminal: a line a transport, a column a figure.
struct SettingRatiosTable {
    var ratios: SettingRatios

    /// The lines.
    var lines: [String] {
        let head = ["transport", "p50", "p99", "msgs/s", "CPU"]
        let body = ratios.lines.map { line in
            [line.transport]
                + [line.p50, line.p99, line.throughput, line.cpu].map { $0.map { $0.text(places: 2) } ?? "-" }
        }
        let widths = head.indices.map { index in ([head] + body).map { $0[index].count }.max() ?? 0 }
        let title = [
            "\(ratios.difference), \(ratios.load.text)",
            "(by the same transport \(ratios.contrast.usual) in the same round)",
        ]
        return title + ([head] + body).map { Self.line($0, widths) }
    }

    private static func line(_ fields: [String], _ widths: [Int]) -> String {
        var line = zip(fields, widths).map { field, width in
            field + String(repeating: " ", count: width - field.count)
        }.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }
}
