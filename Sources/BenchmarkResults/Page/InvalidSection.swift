/// The rows that must not be trusted, with the reasons.
struct InvalidSection: Sendable {
    let report: Report

    var html: String {
        let all = report.rows + report.pairs
        let invalid = all.filter { !$0.isValid }
        guard !invalid.isEmpty else {
            return
                "<section><h2>Rows that are not valid</h2><p class=\"good\">None of \(all.count).</p></section>\n"
        }
        let rows = invalid.map { row in
            "<tr><td class=\"k\">\(Markup.escape(row.planned.cell.name))</td><td>\(row.planned.block)</td>"
                + "<td class=\"t why\">\(Markup.escape(row.invalidReason))</td></tr>"
        }
        return """
            <section><h2>Rows that are not valid</h2>
            <p class="dim">\(invalid.count) of \(all.count). They are in results.csv, or overhead.csv, with valid=false, and count nowhere \
            above.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Rows that are not valid"><table class="reasons">
            <thead><tr><th class="k">cell</th><th>round</th><th class="t">why</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div></section>

            """
    }
}
