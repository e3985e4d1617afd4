/// What a cold connection takes on each transport, in each setting.
struct ColdSection: Sendable {
    let report: Report

    var html: String {
        let costs = ColdCosts.all(of: report)
        guard !costs.isEmpty else { return "" }
        return """
            <section><h2>What a cold connection takes</h2>
            <p class="dim">From the beginning of the dial until the connection takes an entry, and until that is acknowledged: \
            medians, and the p99 of all valid rounds together. Round trips are those medians by the round trip of the link. Bytes are \
            those of the broker's socket, sent / received, without headers of TCP and IP. Small print: 95% interval.</p>
            \(costs.map(section).joined())</section>

            """
    }

    private func section(_ costs: ColdCosts) -> String {
        let title = Markup.escape(costs.point.text)
        let rows = costs.lines.map { line in
            let cells =
                Self.cells(line.connect) + Self.cells(line.whole, p99: line.p99Us.map(NumberText.duration) ?? "–")
            return "<tr><td class=\"k\">\(Markup.escape(line.transport))</td>\(cells)</tr>"
        }
        let heads = [
            "takes an entry after", "round trips", "bytes", "acknowledged after", "p99", "round trips", "bytes",
        ]
        return """
            <h3>\(title)</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="What a connection takes, \(title)"><table>
            <thead><tr><th class="k">transport</th>\(heads.map { "<th>\($0)</th>" }.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>
            <div class="charts">
            \(chart(costs))</div>

            """
    }

    private static func cells(_ stretch: ColdCosts.Stretch, p99: String? = nil) -> String {
        var time = "–"
        if let estimate = stretch.time {
            time = NumberText.duration(microseconds: estimate.median)
            if let low = estimate.low, let high = estimate.high {
                time +=
                    "<small>\(NumberText.duration(microseconds: low))–\(NumberText.duration(microseconds: high))</small>"
            }
        }
        let trips = stretch.roundTrips.map { DecimalText.format($0, places: 2) } ?? "–"
        let bytes =
            stretch.bytes.map { "\(NumberText.grouped($0.sent)) / \(NumberText.grouped($0.received))" } ?? "–"
        return ([time] + [p99].compactMap(\.self) + [trips, bytes]).map { "<td>\($0)</td>" }.joined()
    }

    private func chart(_ costs: ColdCosts) -> String {
        let bars = costs.lines.map { line in
            let (connect, whole) = (line.connect.time?.median ?? 0, line.whole.time?.median ?? 0)
            return BarChart.Bar(
                name: line.transport, parts: [(connect, "p1"), (max(0, whole - connect), "p2")],
                text: NumberText.duration(microseconds: whole))
        }
        return BarChart(
            caption: "From the dial to the acknowledgement, p50", bars: bars,
            legend: [(name: "until it takes an entry", style: "p1"), (name: "the entry", style: "p2")]
        ).markup
    }
}
