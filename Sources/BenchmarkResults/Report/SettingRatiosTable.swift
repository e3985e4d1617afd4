/// What a difference in the setting comes to, as a short table for a terminal: a line a transport, a column a figure.
struct SettingRatiosTable {
    var ratios: SettingRatios

    /// The lines.
    var lines: [String] {
        let head = ["transport", "p50", "p99", "msgs/s", "CPU"]
        let body = ratios.lines.map { line in
            [line.transport]
                + [line.p50, line.p99, line.throughput, line.cpu].map { $0.map(Self.text) ?? "-" }
        }
        let title = [
            "\(ratios.difference), \(ratios.load.text)",
            "(by the same transport \(ratios.contrast.usual) in the same round)",
        ]
        return title + AlignedColumns.lines([head] + body, left: head.count)
    }

    /// With as many decimals as are worth reading.
    private static func text(_ ratio: Estimate) -> String {
        ratio.text(places: ratio.median >= 100 ? 0 : ratio.median >= 10 ? 1 : ratio.median >= 0.1 ? 2 : 3)
    }
}
