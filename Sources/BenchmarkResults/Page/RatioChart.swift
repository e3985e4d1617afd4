import Foundation

/// Ratios with their intervals, a row each, on a logarithmic axis with a line at 1.
struct RatioChart: Sendable {
    /// A ratio.
    struct Row: Sendable {
        var name: String
        var ratio: Estimate
        /// The class of its mark.
        var style: String
        var text: String
    }

    private static let width = 540.0
    private static let right = 60.0
    private static let row = 26.0

    var caption: String
    var rows: [Row]

    private var left: Double { min(290, rows.map { Markup.width($0.name) }.max() ?? 0) + 12 }

    /// The chart; nothing where there is no ratio to draw.
    var markup: String {
        let values = rows.flatMap { [$0.ratio.median, $0.ratio.low, $0.ratio.high] }.compactMap { $0 }
            .filter { $0 > 0 && $0.isFinite }
        guard let low = values.min(), let high = values.max() else { return "" }
        // As far to either side, and never so near that noise looks like a change.
        let reach = max(log(max(high, 1 / low)) * 1.05, log(1.1))
        let room = Self.width - left - Self.right
        func x(_ ratio: Double) -> Double { left + (log(ratio) / reach + 1) / 2 * room }
        let height = Double(rows.count) * Self.row + 34
        let bottom = height - 26
        var body = [Markup.line(x(1), 2, x(1), bottom, style: "axis")]
        for end in [exp(-reach), exp(-reach / 2), 1, exp(reach / 2), exp(reach)] {
            body.append(Markup.text(x(end), height - 10, NumberText.significant(end), anchor: "middle", style: "small"))
        }
        for (index, row) in rows.enumerated() {
            let y = Double(index) * Self.row + 16
            body.append(Markup.text(left - 8, y + 5, row.name, anchor: "end"))
            guard row.ratio.median > 0 else { continue }
            if let low = row.ratio.low, let high = row.ratio.high, low > 0 {
                body.append(Markup.line(x(low), y, x(high), y, style: "whisker"))
                for edge in [x(low), x(high)] { body.append(Markup.line(edge, y - 4, edge, y + 4, style: "whisker")) }
            }
            body.append(Markup.box(x(row.ratio.median) - 4, y - 6, 8, 12, style: row.style))
            body.append(Markup.text(Self.width - Self.right + 8, y + 5, row.text, style: "value"))
        }
        let description = rows.map { "\($0.name) \($0.text)" }.joined(separator: ", ")
        return Markup.figure(
            caption, width: Self.width, height: height, description: "\(caption): \(description)",
            body.joined(separator: "\n"))
    }
}
