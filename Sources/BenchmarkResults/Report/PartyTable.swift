/// What is due to the protocol and what to who speaks it, as a table for a terminal: a line for a transport with a pair of parties.
struct PartyTable {
    var ratios: PartyRatios

    /// The lines; those of sentences are not wrapped.
    var lines: [String] {
        let head = [
            "transport", "broker", "logger", "msgs/s", "p50 us", "p99 us", "CPU broker", "CPU logger",
            "by \(ratios.load.parties.name)", "by \(ratios.transport)",
        ]
        let body = ratios.lines.map { line in
            [line.transport, line.parties.broker.rawValue, line.parties.logger.rawValue]
                + [
                    line.row.throughput.map { DecimalText.format($0.median, places: 0) },
                    line.row.ackP50.map { DecimalText.short($0.median) },
                    line.row.ackP99.map { DecimalText.short($0.median) },
                    line.row.brokerCPU.map { DecimalText.short($0.median) },
                    line.row.loggerCPU.map { DecimalText.short($0.median) },
                    line.byPair.map { DecimalText.format($0.median, places: 2) },
                    line.byTransport.map { DecimalText.format($0.median, places: 2) },
                ].map { $0 ?? "-" }
        }
        let widths = head.indices.map { index in ([head] + body).map { $0[index].count }.max() ?? 0 }
        let isWide = widths.reduce(0, +) + 2 * (widths.count - 1) > ResultTable.width
        var load = ratios.load
        load.parties = PartyPair()
        let title = [
            "who plays broker and logger: \(load.text)",
            "(\(ratios.figure) in the same round by that of \(ratios.load.parties.name), and by that of \(ratios.transport))",
        ]
        return title + ([head] + body).map { Self.line($0, widths, gap: isWide ? " " : "  ") }
    }

    private static func line(_ fields: [String], _ widths: [Int], gap: String) -> String {
        zip(fields, widths).enumerated().map { index, field in
            let space = String(repeating: " ", count: field.1 - field.0.count)
            return index < 3 ? field.0 + space : space + field.0
        }.joined(separator: gap)
    }
}
