/// What came of each fault on each transport, in each setting.
struct FaultSection: Sendable {
    let report: Report

    var html: String {
        let costs = FaultCosts.all(of: report)
        guard !costs.isEmpty else { return "" }
        return """
            <section><h2>When things break</h2>
            <p class="dim">From the fault on: until a send failed, until an entry was acknowledged that was sent after it, and until 90% \
            of the rate before were acknowledged again, in bins of 100 ms and for half a second; and the longest time without an \
            acknowledgement. Entries are those of a round. Figures are medians of the valid rounds that have one; small print: from \
            the least to the most. A row counts only if every acknowledged entry arrived, and none that was said not to be sent.</p>
            \(costs.map(section).joined())</section>

            """
    }

    private func section(_ costs: FaultCosts) -> String {
        let title = Markup.escape(costs.point.text)
        let rows = costs.lines.map { line in
            let times = [line.firstFailed, line.firstAcknowledged, line.recovered, line.largestGap].map {
                Self.cell($0) { NumberText.duration(microseconds: $0 * 1000) }
            }
            let counts = [line.notSent, line.rejected, line.unknown, line.unknownArrived, line.duplicated].map {
                Self.cell($0) { NumberText.whole(UInt64(max(0, $0).rounded())) }
            }
            let isWhole = line.valid == line.rounds
            return "<tr><td class=\"k\">\(Markup.escape(line.transport))</td>\((times + counts).joined())"
                + "<td\(isWhole ? "" : " class=\"bad\"")>\(line.valid) of \(line.rounds)</td></tr>"
        }
        let heads = [
            "a send failed", "acknowledged again", "rate is back", "longest gap", "not sent", "rejected", "unknown",
            "of them arrived", "came twice", "valid",
        ]
        return """
            <h3>\(title)</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="What came of it, \(title)"><table>
            <thead><tr><th class="k">transport</th>\(heads.map { "<th>\($0)</th>" }.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>

            """
    }

    /// A figure in a cell of a table, with its range in small print.
    static func cell(_ figure: RoundsFigure?, _ text: (Double) -> String) -> String {
        guard let figure else { return "<td>–</td>" }
        let (low, high) = (text(figure.range.lowerBound), text(figure.range.upperBound))
        return "<td>\(text(figure.median))\(low == high ? "" : "<small>\(low)–\(high)</small>")</td>"
    }
}
