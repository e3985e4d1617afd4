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
        let widths = heads[0].indices.map { index in (heads + body).map { $0[index].count }.max() ?? 0 }
        let title = [
            "what a connection takes, \(costs.point.text)",
            "(from the dial until an entry is taken, and until it is acknowledged; p99 of all rounds)",
        ]
        return title + (heads + body).map { Self.line($0, widths) }
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

    private static func line(_ fields: [String], _ widths: [Int]) -> String {
        let padded = zip(fields, widths).enumerated().map { index, field in
            let space = String(repeating: " ", count: max(0, field.1 - field.0.count))
            return index == 0 ? field.0 + space : space + field.0
        }
        return padded.joined(separator: "  ")
    }
}
