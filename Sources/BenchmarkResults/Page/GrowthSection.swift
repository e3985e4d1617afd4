/// How the costs of each transport grow, axis by axis, with both scales logarithmic.
struct GrowthSection: Sendable {
    let page: ReportPage

    var html: String {
        let all = Growth.all(of: page.report)
        guard !all.isEmpty else { return "" }
        return """
            <section><h2>How costs grow</h2>
            <p class="dim">One axis after the other, from the base on, each cell in processes of its own. Both scales are logarithmic, \
            so that a slope of 1 is a cost that grows as the axis does. The slopes are those of the least squares over the whole axis, and \
            over its upper half, where what an entry costs in any case hides less; the steepest is that from one value to the next that is twice as large or \
            more, the median of the rounds; small print: from the least to the most. It is marked where it is above \
            \(NumberText.trimmed(Growth.steepest)) in every round.</p>
            \(all.map(section).joined())</section>

            """
    }

    private func section(_ growth: Growth) -> String {
        """
        <h3>\(Markup.escape(growth.title.prefix(1).uppercased() + growth.title.dropFirst()))</h3>
        <div class="charts">
        \(chart(growth, .cpu, "CPU time per message, all processes", scale: 1, NumberText.axisDuration))\
        \(chart(growth, .memory, "Peak memory, broker and logger", scale: 1_048_576) { "\(NumberText.trimmed($0)) MiB" })</div>
        \(table(growth))
        """
    }

    private func chart(
        _ growth: Growth, _ cost: Growth.Cost, _ caption: String, scale: Double,
        _ text: @escaping @Sendable (Double) -> String
    ) -> String {
        let curves = growth.curves.filter { $0.cost == cost }
        let values = Set(curves.flatMap { $0.points.map(\.x) }).sorted()
        let lines = curves.map { curve in
            LineChart.Line(
                name: curve.transport, style: page.palette.style(curve.transport),
                points: curve.points.map { ($0.x, $0.y / scale) })
        }
        let step = max(1, (values.count + 5) / 6)
        let ticks = values.enumerated().filter { $0.offset % step == 0 }.map(\.element)
        return LineChart(
            caption: caption, lines: lines, ticks: ticks.map { (x: $0, text: growth.axis.short($0)) },
            xTitle: growth.axis.title, yText: text
        ).markup
    }

    private func table(_ growth: Growth) -> String {
        let rows = growth.curves.map { curve in
            let step = curve.steepestStep
            let place = step.map { " from \(growth.axis.text($0.from)) to \(growth.axis.text($0.to))" } ?? ""
            let steepest = FaultSection.cell(step?.slope) { DecimalText.format($0, places: 2) }
            let ends = [curve.points.first, curve.points.last].map {
                "<td>\($0.map { curve.cost.text($0.y) } ?? "–")</td>"
            }
            let slopes = [curve.slope, curve.upperSlope].map { "<td>\(GrowthTable.slope($0))</td>" }
            return "<tr><td class=\"k\">\(Markup.escape(curve.transport))</td><td>\(curve.cost.title)</td>"
                + "\((ends + slopes).joined())\(steepest)<td\(curve.isSuperlinear ? " class=\"bad\"" : "")>"
                + "\(curve.isSuperlinear ? "faster than \(growth.axis.title)," : "")\(place)</td></tr>"
        }
        let heads = ["cost", "at the least", "at the most", "slope", "upper half", "steepest", "where"]
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="Growth \(Markup.escape(growth.title))"><table>
            <thead><tr><th class="k">transport</th>\(heads.map { "<th>\($0)</th>" }.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>

            """
    }
}
