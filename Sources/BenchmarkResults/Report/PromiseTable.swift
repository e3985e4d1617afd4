/// What each promise costs, as a short table for a terminal: a line a transport, a column a promise.
struct PromiseTable {
    var costs: PromiseCosts

    /// The lines.
    var lines: [String] {
        let promises = Set(costs.steps.map(\.row.promise)).sorted()
        var names: [String] = []
        for step in costs.steps where !names.contains(step.row.cell.transport) { names.append(step.row.cell.transport) }
        let heads = [
            [""] + promises.map(\.acknowledgementClass), ["transport"] + promises.map { "in \($0.store.rawValue)" },
        ]
        let body = names.map { name in
            [name]
                + promises.map { promise in
                    costs.steps.first { $0.row.cell.transport == name && $0.row.promise == promise }.map(field) ?? "-"
                }
        }
        return title + AlignedColumns.lines(heads + body)
    }

    private var title: [String] {
        let deciding = costs.load.load.decidingFigure
        let figure = deciding.isLatency ? "\(deciding.word) us" : "msgs/s"
        return [
            "what each promise costs, \(costs.load.text)",
            "(\(figure), and by that of the same transport when recorded)",
        ]
    }

    private func field(_ step: PromiseCosts.Step) -> String {
        let deciding = step.row.cell.load.decidingFigure
        let figure = deciding.estimate(step.row)?.median
        let value =
            deciding.isLatency
            ? figure.map(DecimalText.short) ?? "-" : DecimalText.format(figure ?? 0, places: 0)
        return value + (step.ratio.map { " \(DecimalText.format($0.median, places: 2))" } ?? "     ")
    }
}
