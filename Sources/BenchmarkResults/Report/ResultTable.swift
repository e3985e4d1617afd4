/// The table at the end of a benchmark, for a terminal of 100 columns.
struct ResultTable {
    static let width = 100

    var suite: Suite
    var rows: [SummaryRow]
    var floor: String
    /// The rows that must not be trusted.
    var invalid: [ResultRow]
    /// What the lab itself costs, where it was measured.
    var overhead: [Overhead] = []
    /// How each threshold ended, a line each.
    var thresholds: [String] = []
    /// What each promise costs, where more than one was measured.
    var promises: [PromiseCosts] = []
    /// What cold connections take, where they were measured.
    var cold: [ColdCosts] = []
    /// What came of faults, where there were some.
    var faults: [FaultCosts] = []
    /// What came of more than is carried, where it was offered.
    var overloads: [OverloadCosts] = []
    /// How costs grow, where one axis was measured after the other.
    var growth: [Growth] = []
    /// What Unix sockets come to beside TCP, and TLS beside cleartext, where both were measured.
    var settings: [SettingRatios] = []
    /// What is due to who played broker and logger, where several did.
    var parties: [PartyRatios] = []
    /// What the run says, in sentences.
    var verdict: [String] = []
    /// Whether a cell's rate was carried; nil where it has none.
    var isRateKept: (SummaryRow) -> Bool? = { _ in nil }
    /// The comparisons of a load.
    var comparisons: (LoadPoint) -> [Comparison] = { _ in [] }
    /// The transports under a load over time, where they were told so.
    var timelines: (LoadPoint) -> [CellTimelines] = { _ in [] }

    private struct Column {
        var title: String
        /// What stands above the title, and above those to its left as far as it is long.
        var above = ""
        var isText = false
        var field: (SummaryRow) -> String
    }

    /// The table, with a line break behind each line.
    var text: String {
        let columns = columns
        let cells = rows.map { row in columns.map { $0.field(row) } }
        // As wide as what stands in them, so that no digit is ever cut off.
        let widths = columns.indices.map { index in
            max(columns[index].title.count, cells.map { $0[index].count }.max() ?? 0)
        }
        let total = widths.reduce(0, +)
        let gap = total + 2 * (widths.count - 1) <= Self.width ? "  " : " "
        var lines: [String] = []
        for point in suite.steadyPoints {
            let block = zip(rows, cells).filter { $0.0.cell.point == point }
            guard !block.isEmpty else { continue }
            lines.append(title(of: point))
            lines += headings(columns, widths, gap)
            lines += block.sorted { point.load.decidingFigure.isBetter($0.0, $1.0) }.map {
                Self.line($0.1, columns, widths, gap)
            }
            lines += notes(block.map(\.0))
            lines.append("")
        }
        for point in suite.points { lines += overTime(point) }
        for costs in promises { lines += PromiseTable(costs: costs).lines + [""] }
        for costs in cold { lines += ColdTable(costs: costs).lines + [""] }
        for costs in faults {
            lines += FaultTable(costs: costs).lines + costs.notes.flatMap { Self.wrapped($0) } + [""]
        }
        for costs in overloads { lines += OverloadTable(costs: costs).lines + [""] }
        for one in growth { lines += GrowthTable(growth: one).lines + [""] }
        for ratios in settings { lines += SettingRatiosTable(ratios: ratios).lines + [""] }
        for ratios in parties {
            lines += PartyTable(ratios: ratios).lines + ratios.sentences.flatMap { Self.wrapped($0) } + [""]
        }
        lines += overheadLines
        if !thresholds.isEmpty { lines += ["thresholds:"] + thresholds.map { "  \($0)" } + [""] }
        if !verdict.isEmpty { lines += ["verdict:"] + verdict.flatMap { Self.wrapped($0) } + [""] }
        lines += InvalidRows(invalid).lines.flatMap { Self.wrapped("INVALID: \($0)", indent: 9) }
        return lines.map { $0 + "\n" }.joined()
    }

    private func title(of point: LoadPoint) -> String {
        let rounds = RoundsText.of(rows.filter { $0.cell.point == point }, suite)
        let figures = rounds == "1 round" ? rounds : "medians of \(rounds)"
        return "\(point.text), placement \(suite.placement.rawValue), \(figures)"
    }

    private func overTime(_ point: LoadPoint) -> [String] {
        let sentences = timelines(point).map { TimelineSentence($0).text }
        guard !sentences.isEmpty else { return [] }
        return ["over time, \(point.text):"] + sentences.flatMap { Self.wrapped($0) } + [""]
    }

    private var overheadLines: [String] {
        guard let transport = overhead.first?.transport else { return [] }
        let title = "the lab itself, by a bare loop of sends over \(transport), both processes on one core:"
        let loads = overhead.map { one in
            "  \(one.point.text): rate \(one.rate.text(places: 3)), CPU \(one.cpu.text(places: 3))"
        }
        return [title] + loads + [""]
    }

    private var columns: [Column] {
        [
            Column(title: "#") { $0.place ?? "-" },
            Column(title: "transport", isText: true) { $0.cell.transport },
            Column(title: "msgs/s") { row in
                (isRateKept(row) == false ? "!" : "")
                    + Self.figure(row, "throughput_msgs_per_s", row.throughput) { DecimalText.format($0, places: 0) }
            },
            Column(title: "p50 us") { Self.figure($0, "ack_p50_us", $0.ackP50) },
            Column(title: "p99 us") { Self.figure($0, "ack_p99_us", $0.ackP99) },
            Column(title: "p99 us", above: "delivered") { Self.figure($0, "delivered_p99_us", $0.deliveredP99) },
            Column(title: "broker") { Self.figure($0, "broker_cpu_us_per_msg", $0.brokerCPU) },
            Column(title: "logger") { Self.figure($0, "logger_cpu_us_per_msg", $0.loggerCPU) },
        ] + middle + [
            Column(title: "queue", above: "CPU us per message") {
                Self.figure($0, "queue_cpu_us_per_msg", $0.queueCPU)
            },
            Column(title: "by \(floor)") {
                Self.number($0.ratioToFloor?.median) { DecimalText.format($0, places: 2) }
            },
            Column(title: "ack", isText: true) { $0.rankClass },
            Column(title: "valid", isText: true) { "\($0.count)/\($0.count + $0.invalidCount)" },
        ]
    }

    /// The broker in the middle, where there is one.
    private var middle: [Column] {
        guard rows.contains(where: { $0.throughCPU != nil }) else { return [] }
        return [Column(title: "middle") { Self.figure($0, "through_cpu_us_per_msg", $0.throughCPU) }]
    }

    /// What the ranks mean, or why there are none; and what marks mean.
    private func notes(_ rows: [SummaryRow]) -> [String] {
        var notes: [String] = []
        if rows.contains(where: { $0.rank != nil }) {
            if let noise = rows[0].aaNoisePercent {
                notes.append(
                    "noise: \(suite.controlTransport ?? floor) against itself differs by "
                        + "\(NumberText.significant(noise))%; nothing smaller counts")
            }
            notes += DecisionNotes(comparisons(rows[0].cell.point)).sentences.flatMap { Self.wrapped($0) }
        } else {
            notes.append("not ranked: \(Comparison.whyNotRanked(rows, rounds: suite.rounds))")
        }
        for row in rows where isRateKept(row) == false {
            let rate = DecimalText.short(row.cell.load.ratePerSecond ?? 0)
            let part = NumberText.significant(100 * (row.rateKept?.median ?? 0))
            notes.append("! \(row.cell.transport) did not carry the rate: \(part)% of \(rate) msgs/s")
        }
        if rows.contains(where: { $0.count == 0 && !$0.untrusted.isEmpty }) {
            notes.append("(in brackets): of rows that are not valid, for what they are worth; they are not ranked")
        }
        return notes
    }

    private func headings(_ columns: [Column], _ widths: [Int], _ gap: String) -> [String] {
        var above = ""
        var rightEdge = 0
        for (column, width) in zip(columns, widths) {
            rightEdge += width + (rightEdge > 0 ? gap.count : 0)
            guard !column.above.isEmpty else { continue }
            above += String(repeating: " ", count: max(0, rightEdge - column.above.count - above.count)) + column.above
        }
        return [above, Self.line(columns.map(\.title), columns, widths, gap)]
    }

    private static func line(_ fields: [String], _ columns: [Column], _ widths: [Int], _ gap: String) -> String {
        let padded = zip(fields, zip(columns, widths)).map { field, shape in
            let space = String(repeating: " ", count: max(0, shape.1 - field.count))
            return shape.0.isText ? field + space : space + field
        }
        var line = padded.joined(separator: gap)
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func number(_ value: Double?, _ format: (Double) -> String = DecimalText.short) -> String {
        value.map(format) ?? "-"
    }

    /// The figure, or in brackets that of the rows that are not valid where there are no others.
    private static func figure(
        _ row: SummaryRow, _ column: String, _ estimate: Estimate?, _ format: (Double) -> String = DecimalText.short
    ) -> String {
        if let estimate { return format(estimate.median) }
        return row.untrusted[column].map { "(\(format($0)))" } ?? "-"
    }

    /// Lines of at most the table's width, of which those behind the first are indented.
    private static func wrapped(_ text: String, indent: Int = 2) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            if !lines[lines.count - 1].isEmpty, lines[lines.count - 1].count + 1 + word.count > width {
                // The space before the next word is the last one of the indentation.
                lines.append(String(repeating: " ", count: indent - 1))
            }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines
    }
}
