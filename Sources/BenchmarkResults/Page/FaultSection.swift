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
            the least to the most. Times of one promise that share a letter cannot be told apart, and an a is of the shortest. A row \
            counts only if every acknowledged entry arrived, and none that was said not to be sent.</p>
            \(costs.map(section).joined())</section>

            """
    }

    private func section(_ costs: FaultCosts) -> String {
        let title = Markup.escape(costs.point.text)
        let rows = costs.lines.map { line in
            let figures: [(RoundsFigure?, ComparedFigure)] = [
                (line.firstFailed, .firstFailed), (line.firstAcknowledged, .firstAcknowledged),
                (line.recovered, .recovered), (line.largestGap, .largestGap),
            ]
            let times = figures.map { figure, time in Self.cell(figure, letters: line.letters[time], time.text) }
            let counts = [
                line.notSent, line.rejected, line.unknown, line.unknownArrived, line.retried, line.duplicated,
            ].map {
                Self.cell($0, ComparedFigure.failed.text)
            }
            let isWhole = line.valid == line.rounds
            return "<tr><td class=\"k\">\(Markup.escape(line.transport))</td>\((times + counts).joined())"
                + "<td\(isWhole ? "" : " class=\"bad\"")>\(line.valid) of \(line.rounds)</td></tr>"
        }
        let heads = [
            "a send failed", "acknowledged again", "rate is back", "longest gap", "not sent", "rejected", "unknown",
            "of them arrived", "sent again", "came twice", "valid",
        ]
        return """
            <h3>\(title)</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="What came of it, \(title)"><table>
            <thead><tr><th class="k">transport</th>\(heads.map { "<th>\($0)</th>" }.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>
            \(Self.notes(costs.notes))
            """
    }

    /// What stands below a table, in sentences.
    static func notes(_ notes: [String]) -> String {
        notes.isEmpty ? "" : "<p class=\"dim\">\(Markup.escape(notes.map { "\($0)." }.joined(separator: " ")))</p>\n"
    }

    /// A figure in a cell of a table, with its range in small print, and the letters of those that it cannot be told from.
    static func cell(_ figure: RoundsFigure?, letters: String? = nil, _ text: (Double) -> String) -> String {
        guard let figure else { return "<td>–</td>" }
        let (low, high) = (text(figure.range.lowerBound), text(figure.range.upperBound))
        let group = letters.map { " <span class=\"letters\">\($0)</span>" } ?? ""
        return "<td>\(text(figure.median))\(group)\(low == high ? "" : "<small>\(low)–\(high)</small>")</td>"
    }
}
