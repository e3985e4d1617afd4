/// What became of more than is carried, as a short table for a terminal: a line for each transport and each rate.
struct OverloadTable {
    var costs: OverloadCosts

    /// The lines.
    var lines: [String] {
        let heads = [
            ["", "", "carried", "acked,", "held", "", "", "gone", "normal", "broker", "logger", "queue", ""],
            [
                "transport", "offered", "msgs/s", "times", "back", "failed", "backlog", "ms", "ms", "MiB", "MiB", "MiB",
                "valid",
            ],
        ]
        let body = costs.lines.map { line in
            [
                line.transport, "\(NumberText.trimmed(line.times))x", Self.text(line.carried, NumberText.grouped),
                Self.text(line.acknowledged) { DecimalText.format($0, places: 2) },
                Self.text(line.heldBack) { "\(DecimalText.format(100 * $0, places: 0))%" }, Self.count(line.failed),
                Self.count(line.backlog), Self.text(line.drain, Self.milliseconds),
                Self.text(line.normalAgain, Self.milliseconds), Self.text(line.memory.broker, Self.mebibytes),
                Self.text(line.memory.logger, Self.mebibytes), Self.text(line.memory.queue, Self.mebibytes),
                "\(line.valid)/\(line.rounds)",
            ]
        }
        let title = [
            "offered in times of what was carried: \(costs.title)",
            "(since the last was due: gone, the backlog; normal, half of what was carried; medians)",
        ]
        return title + AlignedColumns.lines(heads + body)
    }

    private static func text(_ figure: RoundsFigure?, _ text: (Double) -> String) -> String {
        figure.map { text($0.median) } ?? "-"
    }

    private static func count(_ figure: RoundsFigure?) -> String { figure?.entries ?? "-" }

    private static func milliseconds(_ value: Double) -> String {
        DecimalText.format(value, places: value > 0 && value < 10 ? 1 : 0)
    }

    private static func mebibytes(_ value: Double) -> String { DecimalText.format(value / 1_048_576, places: 0) }
}
