/// The table at the end of a benchmark, for a terminal of 100 columns.
struct ResultTable: Sendable {
    static let width = 100
    private static let gap = "  "

    var suite: Suite
    var rows: [SummaryRow]
    var floor: String
    /// The rows that must not be trusted.
    var invalid: [ResultRow]

    private struct Column {
        var title: String
        /// What stands above the title, and above those to its left as far as it is long.
        var above = ""
        var width: Int
        var isText = false
        var field: (SummaryRow) -> String
    }

    /// The table, with a line break behind each line.
    var text: String {
        var lines: [String] = []
        for payload in suite.payloadBytes {
            for inFlight in suite.inFlight {
                let block = rows.filter { $0.cell.payloadBytes == payload && $0.cell.inFlight == inFlight }
                guard !block.isEmpty else { continue }
                lines += ["\(payload) B, \(inFlight) in flight, \(loadText)"]
                lines += headings + block.sorted(by: Self.isFaster).map { line(columns.map(\.field), of: $0) } + [""]
            }
        }
        lines += invalid.map(Self.complaint)
        return lines.map { $0 + "\n" }.joined()
    }

    private var loadText: String {
        let load =
            switch suite.load {
            case .closed: "closed loop"
            case .open(let rate): "open loop at \(DecimalText.short(rate)) msgs/s"
            }
        let rounds = suite.rounds == 1 ? "1 round" : "medians of \(suite.rounds) rounds"
        return "\(load), placement \(suite.placement.rawValue), \(rounds)"
    }

    private var columns: [Column] {
        [
            Column(title: "transport", width: 13, isText: true) { $0.cell.transport },
            Column(title: "msgs/s", width: 8) {
                Self.number($0.throughput?.median) { DecimalText.format($0, places: 0) }
            },
            Column(title: "p50 us", width: 7) { Self.number($0.ackP50Us) },
            Column(title: "p99 us", width: 7) { Self.number($0.ackP99Us) },
            Column(title: "p99 us", above: "delivered", width: 8) { Self.number($0.deliveredP99Us) },
            Column(title: "broker", width: 6) { Self.number($0.brokerCPUUsPerMessage) },
            Column(title: "logger", width: 6) { Self.number($0.loggerCPUUsPerMessage) },
            Column(title: "queue", above: "CPU us per message", width: 6) { Self.number($0.queueCPUUsPerMessage) },
            Column(title: "by \(floor)".prefixed(6), width: 6) {
                Self.number($0.ratioToFloor?.median) { DecimalText.format($0, places: 2) }
            },
            Column(title: "ack", width: 8, isText: true) { $0.acknowledgementClass },
            Column(title: "valid", width: 5, isText: true) { "\($0.count)/\($0.count + $0.invalidCount)" },
        ]
    }

    private var headings: [String] {
        let columns = columns
        var above = ""
        var rightEdge = 0
        for column in columns {
            rightEdge += column.width + (rightEdge > 0 ? Self.gap.count : 0)
            guard !column.above.isEmpty else { continue }
            above += String(repeating: " ", count: max(0, rightEdge - column.above.count - above.count)) + column.above
        }
        return [above, Self.joined(columns.map { ($0, $0.title) })]
    }

    private func line(_ fields: [(SummaryRow) -> String], of row: SummaryRow) -> String {
        Self.joined(zip(columns, fields).map { ($0, $1(row)) })
    }

    private static func joined(_ fields: [(Column, String)]) -> String {
        let padded = fields.map { column, field in
            let text = field.prefixed(column.width)
            let space = String(repeating: " ", count: column.width - text.count)
            return column.isText ? text + space : space + text
        }
        var line = padded.joined(separator: gap)
        while line.last == " " { line.removeLast() }
        return line
    }

    /// Cells without a valid row come last.
    private static func isFaster(_ left: SummaryRow, _ right: SummaryRow) -> Bool {
        (left.throughput?.median ?? -1) > (right.throughput?.median ?? -1)
    }

    private static func number(_ value: Double?, _ format: (Double) -> String = DecimalText.short) -> String {
        value.map(format) ?? "-"
    }

    private static func complaint(_ row: ResultRow) -> String {
        let cell = row.planned.cell
        let load = "\(cell.payloadBytes) B, \(cell.inFlight) in flight, round \(row.planned.block)"
        let line = "INVALID: \(cell.transport), \(load): \(row.invalidReason)"
        return line.count <= width ? line : line.prefixed(width - 3) + "..."
    }
}

extension StringProtocol {
    /// At most that many characters from the start.
    fileprivate func prefixed(_ count: Int) -> String {
        String(prefix(count))
    }
}
