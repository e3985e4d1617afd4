/// What cold connections take, as a short table for a terminal: a line a transport.
struct ColdTable {
    var costs: ColdCosts

    /// The lines.
    var lines: [String] {
        let heads = [
            ["", "connect", "round", "bytes", "to the ack", "", "round", "bytes"],
            ["transport", "p50 us", "trips", "out/in", "p50 us", "p99 us", "trips", "out/in"],
        ]
        let body = costs.lines.map { line in
            [line.transport] + Self.fields(line.connect) + Self.whole(line)
        }
        let title = [
            "what a connection takes, \(costs.point.text)",
            "(from the dial until an entry is taken, and until it is acknowledged; p99 of all rounds)",
        ]
        return title + AlignedColumns.lines(heads + body)
    }

    private static func fields(_ stretch: ColdCosts.Stretch) -> [String] {
        [
            stretch.time.map { DecimalText.short($0.median) } ?? "-",
            stretch.roundTrips.map { DecimalText.format($0, places: 2) } ?? "-",
            stretch.bytes.map {
                "\(DecimalText.format($0.sent, places: 0))/\(DecimalText.format($0.received, places: 0))"
            } ?? "-",
        ]
    }

    private static func whole(_ line: ColdCosts.Line) -> [String] {
        var fields = fields(line.whole)
        fields.insert(line.p99Us.map(DecimalText.short) ?? "-", at: 1)
        return fields
    }
}
