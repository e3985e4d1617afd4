/// What the suite's thresholds came to.
struct ThresholdSection: Sendable {
    let report: Report

    var html: String {
        let results = report.thresholds.filter { !$0.isImplied || $0.verdict == .fail }
        guard !results.isEmpty else { return "" }
        let rows = results.map { result in
            let style = result.verdict == .pass ? "good" : "bad"
            return "<tr><td class=\"k \(style)\">\(result.verdict.rawValue)</td>"
                + "<td class=\"t why\">\(Markup.escape(result.text))</td></tr>"
        }
        return """
            <section><h2>Thresholds</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Thresholds"><table class="reasons">
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div></section>

            """
    }
}
