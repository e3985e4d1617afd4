/// A cell over time, in two panels on one axis: its rate from zero on, and a latency on a logarithmic axis.
///
/// Pauses are marked through both.
struct TimeChart: Sendable {
    var caption: String
    /// The class of the lines.
    var style: String
    /// Seconds, and messages a second.
    var rate: [(x: Double, y: Double)]
    /// What the lower panel shows: `p99`.
    var latencyName: String
    /// Seconds, and microseconds.
    var latency: [(x: Double, y: Double)]
    /// When nothing was acknowledged: from when to when, in seconds.
    var pauses: [ClosedRange<Double>]
    /// How long the time was, in seconds.
    var seconds: Double
    /// When something was made to go wrong, in seconds; nil where nothing was.
    var fault: Double?
    /// What it shows, in words.
    var description: String

    private static let width = 440.0
    private static let left = 58.0
    private static let right = 12.0
    /// Where the panel of the rate begins.
    private static let upper = 24.0
    /// Where the panel of the latency begins.
    private static let lower = 144.0
    /// How high a panel is.
    private static let height = 84.0
    private static let whole = 268.0
    /// The most pauses that are marked, the longest first: more would be a wall.
    static let mostPauses = 40

    var markup: String {
        let largest = rate.map(\.y).max() ?? 0
        // Of a file that says so, too: what has no end has no axis.
        guard seconds > 0, seconds.isFinite, largest > 0, largest.isFinite else { return "" }
        func x(_ value: Double) -> Double {
            Self.left + min(1, max(0, value / seconds)) * (Self.width - Self.left - Self.right)
        }
        var body = marks(x)
        if let fault {
            body.append(
                Markup.line(x(fault), Self.upper - 4, x(fault), Self.lower + Self.height, style: "mark"))
            body.append(Markup.text(x(fault), Self.upper - 8, "fault", anchor: "middle", style: "small"))
        }
        body.append(Markup.text(Self.left, Self.upper - 8, "msgs/s", style: "small"))
        let step = Self.step(upTo: largest, lines: 3)
        let top = (largest / step).rounded(.up) * step
        func rateY(_ value: Double) -> Double { Self.upper + Self.height * (1 - value / top) }
        for line in stride(from: 0, through: top * 1.001, by: step) {
            body += Self.gridLine(rateY(line), NumberText.axisCount(line))
        }
        body.append(curve(rate.map { (x($0.x), rateY($0.y)) }))
        let known = latency.filter { $0.y > 0 && $0.y.isFinite }
        if let low = known.map(\.y).min(), let high = known.map(\.y).max() {
            body.append(Markup.text(Self.left, Self.lower - 8, latencyName, style: "small"))
            let axis = VerticalAxis(low: low, high: high)
            func latencyY(_ value: Double) -> Double { Self.lower + Self.height * (1 - axis.part(value)) }
            // As many as have room.
            let every = (axis.ticks.count + 4) / 5
            for (index, tick) in axis.ticks.enumerated() where index % every == 0 {
                body += Self.gridLine(latencyY(tick), NumberText.axisDuration(tick))
            }
            body.append(curve(known.map { (x($0.x), latencyY($0.y)) }))
        }
        for tick in stride(from: 0, through: seconds, by: Self.step(upTo: seconds, lines: 5)) {
            body.append(
                Markup.text(
                    x(tick), Self.lower + Self.height + 16, NumberText.trimmed(tick), anchor: "middle", style: "small"))
        }
        body.append(
            Markup.text(
                (Self.left + Self.width - Self.right) / 2, Self.whole - 6, "seconds", anchor: "middle", style: "small"))
        return Markup.figure(
            caption, width: Self.width, height: Self.whole, description: description, isTall: true,
            body.joined(separator: "\n"))
    }

    /// A band for each pause, as wide as it lasted, and a line where it began.
    private func marks(_ x: (Double) -> Double) -> [String] {
        let longest = pauses.sorted { $0.upperBound - $0.lowerBound > $1.upperBound - $1.lowerBound }
        return longest.prefix(Self.mostPauses).flatMap { pause in
            let (from, to) = (x(pause.lowerBound), x(pause.upperBound))
            let bottom = Self.lower + Self.height
            return [
                Markup.box(from, Self.upper, max(2, to - from), bottom - Self.upper, style: "band"),
                Markup.line(from, Self.upper, from, bottom, style: "mark"),
            ]
        }
    }

    private func curve(_ points: [(Double, Double)]) -> String {
        let places = points.map { "\(Markup.place($0.0)),\(Markup.place($0.1))" }
        return "<polyline points=\"\(places.joined(separator: " "))\" class=\"\(style) curve\"/>"
    }

    private static func gridLine(_ y: Double, _ text: String) -> [String] {
        [
            Markup.line(left, y, width - right, y, style: "grid"),
            Markup.text(left - 6, y + 4, text, anchor: "end", style: "small"),
        ]
    }

    /// 1, 2 or 5 times a power of ten, of which at most about so many lie below a value.
    private static func step(upTo value: Double, lines: Double) -> Double {
        var step = 1.0
        while value / step > lines * 10 { step *= 10 }
        while value / step <= lines { step /= 10 }
        return [1, 2, 5, 10].map { $0 * step }.first { value / $0 <= lines } ?? step * 10
    }
}
