import Foundation

/// Lines over an axis: latency by percentile, or a figure along a sweep.
///
/// The vertical axis is logarithmic.
struct LineChart: Sendable {
    /// A line with its points, and their intervals.
    struct Line: Sendable {
        var name: String
        var style: String
        var points: [(x: Double, y: Double)]
        var intervals: [(x: Double, low: Double, high: Double)] = []
    }

    /// A place on the horizontal axis that is marked: a crossover, with its interval.
    struct Mark: Sendable {
        var x: Double
        var low: Double?
        var high: Double?
    }

    private static let width = 440.0
    private static let height = 270.0
    private static let left = 58.0
    private static let top = 10.0
    private static let bottom = 40.0

    /// The room for the lines' names.
    private var right: Double { max(72, lines.map { Markup.width($0.name) }.max() ?? 0) + 22 }

    var caption: String
    var lines: [Line]
    /// The horizontal axis: where ticks are, and what they say.
    var ticks: [(x: Double, text: String)]
    var xTitle: String
    var yText: @Sendable (Double) -> String
    var marks: [Mark] = []
    /// Where a value lies on the horizontal axis, which is logarithmic unless told otherwise.
    var place: @Sendable (Double) -> Double = { log($0) }

    var markup: String {
        let xs = lines.flatMap { $0.points.map(\.x) } + ticks.map(\.x)
        let ys = lines.flatMap { line in
            line.points.map(\.y) + line.intervals.flatMap { [$0.low, $0.high] }
        }.filter { $0 > 0 }
        guard let x0 = xs.min(), let x1 = xs.max(), x1 > x0, let y0 = ys.min(), let y1 = ys.max() else { return "" }
        let axis = VerticalAxis(low: y0, high: y1)
        func x(_ value: Double) -> Double {
            Self.left + (place(value) - place(x0)) / (place(x1) - place(x0)) * (Self.width - Self.left - right)
        }
        func y(_ value: Double) -> Double {
            Self.height - Self.bottom - axis.part(value) * (Self.height - Self.top - Self.bottom)
        }
        var body: [String] = []
        for tick in axis.ticks {
            body.append(Markup.line(Self.left, y(tick), Self.width - right, y(tick), style: "grid"))
            body.append(Markup.text(Self.left - 6, y(tick) + 4, yText(tick), anchor: "end", style: "small"))
        }
        for tick in ticks {
            body.append(
                Markup.text(x(tick.x), Self.height - Self.bottom + 16, tick.text, anchor: "middle", style: "small"))
        }
        body.append(
            Markup.text(
                (Self.left + Self.width - right) / 2, Self.height - 6, xTitle, anchor: "middle", style: "small"))
        for mark in marks {
            let bottom = Self.height - Self.bottom
            if let low = mark.low, let high = mark.high {
                body.append(
                    Markup.box(
                        x(max(low, x0)), Self.top, x(min(high, x1)) - x(max(low, x0)), bottom - Self.top, style: "band")
                )
            }
            body.append(Markup.line(x(mark.x), Self.top, x(mark.x), bottom, style: "mark"))
        }
        for line in lines {
            for interval in line.intervals {
                body.append(
                    Markup.line(
                        x(interval.x), y(interval.low), x(interval.x), y(interval.high), style: "\(line.style) range"))
            }
            let path = line.points.filter { $0.y > 0 }.map { "\(Markup.place(x($0.x))),\(Markup.place(y($0.y)))" }
            body.append("<polyline points=\"\(path.joined(separator: " "))\" class=\"\(line.style) curve\"/>")
        }
        body += labels(y)
        let description = lines.map(\.name).joined(separator: ", ")
        return Markup.figure(
            caption, width: Self.width, height: Self.height, description: "\(caption): \(description)", isTall: true,
            body.joined(separator: "\n"))
    }

    /// The lines' names at their right ends, moved apart where they would lie on each other.
    private func labels(_ y: (Double) -> Double) -> [String] {
        var ends = lines.compactMap { line in
            line.points.last.map { (name: line.name, style: line.style, y: y(max($0.y, .leastNormalMagnitude))) }
        }.sorted { $0.y < $1.y }
        let gap = 15.0
        for index in ends.indices.dropFirst() { ends[index].y = max(ends[index].y, ends[index - 1].y + gap) }
        if let last = ends.last, last.y > Self.height - Self.bottom {
            ends[ends.count - 1].y = Self.height - Self.bottom
            for index in ends.indices.dropLast().reversed() {
                ends[index].y = min(ends[index].y, ends[index + 1].y - gap)
            }
        }
        let x = Self.width - right
        return ends.map { end in
            Markup.line(x + 4, end.y, x + 14, end.y, style: "\(end.style) curve")
                + Markup.text(x + 18, end.y + 4, end.name, style: "small")
        }
    }
}

/// A logarithmic axis from one round number to another.
struct VerticalAxis: Sendable {
    private let low: Double
    private let high: Double
    /// Where lines are drawn: powers of ten, or 1, 2 and 5 times those where there are few.
    let ticks: [Double]

    init(low: Double, high: Double) {
        let steps = high / low > 300 ? [1.0] : [1.0, 2, 5]
        var found: [Double] = []
        for exponent in Int(floor(log10(low))) - 1...Int(ceil(log10(high))) + 1 {
            found += steps.map { $0 * pow(10, Double(exponent)) }
        }
        let start = found.last { $0 <= low * 1.000001 } ?? low
        let end = found.first { $0 >= high * 0.999999 && $0 > start } ?? high
        self.low = start
        self.high = end
        ticks = found.filter { $0 >= start && $0 <= end }
    }

    /// Where a value lies: 0 at the bottom, 1 at the top.
    func part(_ value: Double) -> Double {
        min(1, max(0, (log(max(value, low)) - log(low)) / (log(high) - log(low))))
    }
}
