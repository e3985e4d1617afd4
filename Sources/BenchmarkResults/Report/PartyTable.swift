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
        var load = ratios.load
        load.parties = PartyPair()
        let title = [
            "who plays broker and logger: \(load.text)",
            "(\(ratios.figure) in the same round by that of \(ratios.load.parties.name), and by that of \(ratios.transport))",
        ]
        return title + AlignedColumns.lines([head] + body, left: 3)
    }
}
