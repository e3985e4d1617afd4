/// What a fault came to, as a short table for a terminal: a line a transport.
struct FaultTable {
    var costs: FaultCosts

    /// The lines.
    var lines: [String] {
        // What is sent again is told where it is not the transport's to decide.
        let tellsRetries = costs.point.retries != .own
        let heads = [
            ["", "first failed", "acked again", "rate is back", "longest gap", "", "", "unknown,"]
                + (tellsRetries ? ["sent", "came"] : []) + [""],
            ["transport", "ms", "ms", "ms", "ms", "", "failed", "arrived"]
                + (tellsRetries ? ["again", "twice"] : []) + ["valid"],
        ]
        let body = costs.lines.map { line in
            [line.transport]
                + [line.firstFailed, line.firstAcknowledged, line.recovered, line.largestGap].map(Self.text)
                + [line.letters[.decidingFaultTime] ?? ""] + [line.failed, line.unknownArrived].map(Self.count)
                + (tellsRetries ? [line.retried, line.duplicated].map(Self.count) : [])
                + ["\(line.valid)/\(line.rounds)"]
        }
        let title = [
            costs.point.text,
            "(from the fault on; medians of the rounds that have one, from least to most; entries a round)",
        ]
        let legend =
            costs.lines.contains { $0.letters[.decidingFaultTime] != nil }
            ? ["(longest gaps of one promise that share a letter cannot be told apart; an a is of the shortest)"] : []
        return title + legend + AlignedColumns.lines(heads + body)
    }

    /// `1203 1190-1310`.
    private static func text(_ figure: RoundsFigure?) -> String {
        guard let figure else { return "-" }
        let range = [figure.range.lowerBound, figure.range.upperBound].map(number).joined(separator: "-")
        return figure.count > 1 ? "\(number(figure.median)) \(range)" : number(figure.median)
    }

    /// Whole milliseconds, with tenths of a few.
    private static func number(_ value: Double) -> String {
        DecimalText.format(value, places: value > 0 && value < 10 ? 1 : 0)
    }

    private static func count(_ figure: RoundsFigure?) -> String {
        figure?.entries ?? "-"
    }
}
