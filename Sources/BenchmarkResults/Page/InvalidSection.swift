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
        let rows = InvalidRows(invalid).groups.map { group in
            let cells = Set(group.rows.map(\.planned.cell.name)).sorted()
            let places = group.rows.count == 1 ? ["\(cells[0]), round \(group.rows[0].planned.block)"] : cells
            let whereabouts =
                places.prefix(4).joined(separator: "; ") + (places.count > 4 ? "; \(places.count - 4) more" : "")
            return "<tr><td class=\"k\">\(group.rows.count)</td><td class=\"t why\">\(Markup.escape(group.text))</td>"
                + "<td class=\"t why\">\(Markup.escape(whereabouts))</td></tr>"
        }
        return """
            <section><h2>Rows that are not valid</h2>
            <p class="dim">\(invalid.count) of \(all.count). They are in results.csv, or overhead.csv, with valid=false, and count nowhere \
            above; figures in grey are of such rows, where a cell has no others.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Rows that are not valid"><table class="reasons">
            <thead><tr><th class="k">rows</th><th class="t">why</th><th class="t">cells</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div></section>

            """
    }
}
