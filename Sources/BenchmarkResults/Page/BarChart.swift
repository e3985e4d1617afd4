/// Horizontal bars, one a transport, each with its value and its 95% interval.
struct BarChart: Sendable {
    /// A bar: parts that follow each other, and the interval of their sum.
    struct Bar: Sendable {
        var name: String
        /// The parts' lengths, each with its class.
        var parts: [(value: Double, style: String)]
        var low: Double?
        var high: Double?
        var text: String
    }

    private static let width = 440.0
    private static let right = 92.0
    private static let row = 30.0
    private static let top = 6.0

    /// Where the bars begin: behind the longest name.
    private var left: Double { max(72, bars.map { Markup.width($0.name) }.max() ?? 0) + 16 }

    var caption: String
    var bars: [Bar]
    /// Names of the parts, where there is more than one.
    var legend: [(name: String, style: String)] = []
    /// Whether every bar is drawn as long as the others, so that its parts are shares of it.
    var showsShares = false

    var markup: String {
        let largest = bars.map { max($0.parts.map(\.value).reduce(0, +), $0.high ?? 0) }.max() ?? 0
        guard largest > 0 else { return "" }
        let room = Self.width - left - Self.right
        var body: [String] = []
        for (index, bar) in bars.enumerated() {
            let y = Self.top + Double(index) * Self.row
            body.append(Markup.text(left - 8, y + 17, bar.name, anchor: "end"))
            let whole = showsShares ? bar.parts.map(\.value).reduce(0, +) : largest
            let scale = whole > 0 ? room / whole : 0
            var x = left
            for part in bar.parts {
                body.append(Markup.box(x, y + 4, part.value * scale, 18, style: part.style))
                x += part.value * scale
            }
            var end = x
            if let low = bar.low, let high = bar.high {
                let (from, to) = (left + low * scale, left + high * scale)
                body.append(Markup.line(from, y + 13, to, y + 13, style: "whisker"))
                for edge in [from, to] { body.append(Markup.line(edge, y + 9, edge, y + 17, style: "whisker")) }
                end = max(end, to)
            }
            body.append(Markup.text(end + 6, y + 17, bar.text, style: "value"))
        }
        var height = Self.top + Double(bars.count) * Self.row + 4
        body.append(Markup.line(left, Self.top, left, height - 4, style: "axis"))
        if !legend.isEmpty {
            var x = left
            for part in legend {
                let length = 34 + Double(part.name.count) * 7.5
                if x > left, x + length > Self.width {
                    x = left
                    height += 20
                }
                body.append(Markup.box(x, height + 4, 11, 11, style: part.style))
                body.append(Markup.text(x + 16, height + 14, part.name, style: "small"))
                x += length
            }
            height += 22
        }
        let description = bars.map { "\($0.name) \($0.text)" }.joined(separator: ", ")
        return Markup.figure(
            caption, width: Self.width, height: height, description: "\(caption): \(description)",
            body.joined(separator: "\n"))
    }
}
