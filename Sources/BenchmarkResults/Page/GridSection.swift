/// All transports by all loads at a glance: each one's figure by the best one's, with the groups that cannot be told apart.
///
/// Colour says what the text says, so that nothing is lost in black and white.
struct GridSection: Sendable {
    let standings: [Standings]
    let page: ReportPage

    /// So many loads beside one another fit a sheet of paper; more stand below one another.
    private static let mostLoads = 7

    var html: String {
        let shown = standings.filter { !$0.places.isEmpty }
        guard !shown.isEmpty else { return "" }
        let parts = (shown.count + Self.mostLoads - 1) / Self.mostLoads
        let tables = (0..<parts).map { part in
            let loads = shown[shown.count * part / parts..<shown.count * (part + 1) / parts]
            return table(loads, label: "All transports at all loads\(parts > 1 ? ", \(part + 1) of \(parts)" : "")")
        }
        return """
            \(tables.joined(separator: "\n"))
            <p class="dim">\(legend(shown))</p>
            """
    }

    private func table(_ shown: ArraySlice<Standings>, label: String) -> String {
        let names = page.report.suite.transports.filter { name in
            shown.contains { $0.places.contains { $0.name == name } }
        }
        let heads = shown.map { one in
            "<th>\(ByteText.size(one.point.payloadBytes))<br>\(Markup.escape(Self.load(one.point)))</th>"
        }
        let rows = names.map { name in
            let cells = shown.map { one in
                one.places.first { $0.name == name }.map { cell($0, one) } ?? "<td>–</td>"
            }
            return
                "<tr><td class=\"k\"><span class=\"swatch \(page.palette.style(name))\"></span>\(Markup.escape(name))</td>"
                + cells.joined() + "</tr>"
        }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="\(label)"><table class="grid">
            <thead><tr><th class="k">by the best</th>\(heads.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>
            """
    }

    private func cell(_ place: Standings.Place, _ one: Standings) -> String {
        // A latency that is three times as long is as bad as a third of the rate.
        let value = one.point.load.decidingFigure.isLatency ? 1 / place.ratio : place.ratio
        let isBest = place.name == one.best?.name
        let style = value >= 0.9 ? "g3" : value >= 0.6 ? "g2" : value >= 0.3 ? "g1" : "g0"
        let text = isBest ? "<b>best</b>" : NumberText.ratio(place.ratio)
        let letters = place.letters.isEmpty ? "" : " <span class=\"letters\">\(place.letters)</span>"
        let promise =
            place.row.rankClass == one.best?.row.rankClass
            ? "" : "<small>\(Markup.escape(place.row.rankClass))</small>"
        return "<td class=\"\(style)\">\(text)\(letters)\(promise)</td>"
    }

    private func legend(_ shown: [Standings]) -> String {
        let figures = Set(shown.map(\.point.load.decidingFigure.meaning)).sorted()
        var text =
            "\(figures.joined(separator: ", and ")) by the best default's: the darker, the better."
        if shown.contains(where: { $0.places.contains { !$0.letters.isEmpty } }) {
            text += " Those of one promise that share a letter cannot be told apart."
        }
        if page.report.suite.transports.contains(page.report.record.floor) {
            text +=
                " \(Markup.escape(page.report.record.floor)) is the floor, no protocol that services speak."
        }
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    private static func load(_ point: LoadPoint) -> String {
        let rate = point.load.ratePerSecond.map { "\(NumberText.grouped($0))/s" }
        let spread = point.connections == 1 ? "" : ", \(point.connections) connections"
        let rest = [point.churnText, point.setting.text].compactMap(\.self).map { ", \($0)" }.joined()
        let cold = point.load == .cold ? "cold" : nil
        return (rate ?? cold ?? "\(point.inFlight) in flight\(spread)") + rest
    }
}
