/// What a difference in the setting comes to, transport by transport.
struct SettingRatiosSection: Sendable {
    let contrast: SettingContrast
    let report: Report

    var html: String {
        let all = SettingRatios.all(contrast, of: report)
        guard !all.isEmpty else { return "" }
        // One thing may differ in several ways.
        let isNamed = contrast == .churn || contrast == .loggerWork || Set(all.map(\.difference)).count > 1
        let tables = all.map { table($0, isNamed: isNamed) }
        return """
            <section><h2>\(contrast.question)</h2>
            <p class="dim">Each figure by that of the same transport \(contrast.usual), in the same round: below 1 is less. Small print: 95% \
            interval. \(contrast.remark(isCold: report.suite.coldDials != nil))</p>
            \(tables.joined())</section>

            """
    }

    private func table(_ ratios: SettingRatios, isNamed: Bool) -> String {
        let load = Markup.escape(ratios.load.text)
        let title = isNamed ? "\(load): \(ratios.difference)" : load
        let rows = ratios.lines.map { line in
            let cells = [line.p50, line.p99, line.throughput, line.cpu].map(Markup.ratioCell).joined()
            return "<tr><td class=\"k\">\(Markup.escape(line.transport))</td>\(cells)</tr>"
        }
        return """
            <h3>\(title)</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="\(ratios.difference), \(load)"><table>
            <thead><tr><th class="k">transport</th><th>p50</th><th>p99</th><th>msgs/s</th><th>CPU a message</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>

            """
    }
}
