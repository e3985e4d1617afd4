/// What is due to the protocol, and what to who speaks it: every transport by who played broker and logger.
struct PartySection: Sendable {
    let report: Report

    var html: String {
        let tables = PartyRatios.all(of: report).map(table)
        guard !tables.isEmpty else { return "" }
        return """
            <section><h2>What is due to the protocol, and what to who speaks it</h2>
            <p class="dim">The same entries, ledger and rounds for each. A ratio is of one round: down a transport's rows it tells the \
            parties apart, along one pair's rows the protocols. Small print: 95% interval. A logger is no slower than what its load \
            generator lets it show, so that each was measured by each where pairs are all.</p>
            \(tables.joined())</section>

            """
    }

    private func table(_ ratios: PartyRatios) -> String {
        var load = ratios.load
        load.parties = PartyPair()
        let title = Markup.escape(load.text)
        let rows = ratios.lines.map { line in
            let names = [line.parties.broker.rawValue, line.parties.logger.rawValue].map {
                "<td class=\"t\">\($0)</td>"
            }
            let figures = [
                line.row.throughput.map { NumberText.grouped($0.median) },
                line.row.ackP50.map { NumberText.duration(microseconds: $0.median) },
                line.row.ackP99.map { NumberText.duration(microseconds: $0.median) },
                line.row.brokerCPU.map { NumberText.significant($0.median) },
                line.row.loggerCPU.map { NumberText.significant($0.median) },
            ].map { "<td>\($0 ?? "–")</td>" }
            let cells = names + figures + [line.byPair, line.byTransport].map(Markup.ratioCell)
            return "<tr><td class=\"k\">\(Markup.escape(line.transport))</td>\(cells.joined())</tr>"
        }
        let sentences = ratios.sentences.map { "<li>\(Markup.escape($0))</li>" }
        return """
            <h3>\(title)</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="Who played broker and logger, \(title)"><table>
            <thead><tr><th class="k">transport</th><th class="t">broker</th><th class="t">logger</th><th>msgs/s</th><th>p50</th>\
            <th>p99</th><th>broker's CPU, us</th><th>logger's CPU, us</th><th>\(ratios.figure) by \(ratios.load.parties.name)</th>\
            <th>\(ratios.figure) by \(Markup.escape(ratios.transport))</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>
            \(sentences.isEmpty ? "" : "<ul>\(sentences.joined())</ul>")

            """
    }
}
