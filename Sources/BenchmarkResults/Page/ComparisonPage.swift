/// Two runs side by side, and what changed from one to the other: a page like `report.html`.
struct ComparisonPage: Sendable {
    let comparison: RunComparison
    let old: Report
    let new: Report

    /// The page.
    var html: String {
        let title = "broker-lab: \(old.suite.name), then \(new.suite.name)"
        let subtitle = [old, new].map { "\($0.record.startedAt)\(Self.commit($0))" }.joined(separator: ", then ")
        return Markup.page(
            title: title,
            body: """
                <header><h1>\(Markup.escape(title))</h1>
                <p class="dim">\(Markup.escape(subtitle))</p></header>
                <section class="verdict" aria-label="Verdict"><ul>
                \(verdict)
                </ul></section>
                \(charts)
                \(table)
                \(runs)
                """)
    }

    /// How many figures changed, those that did, and what decides.
    private var verdict: String {
        let lines = comparison.lines
        let counts: [(Int, String)] = [
            (lines.count { $0.change == .worse }, "worse"), (lines.count { $0.change == .better }, "better"),
            (lines.count { $0.change == .changed }, "changed"), (lines.count { $0.change == .unchanged }, "unchanged"),
            (lines.count { $0.change == .undecided }, "not to be told"),
        ]
        let said = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        var items = [
            "<li class=\"lead\">Of \(lines.count) figures: \(said.isEmpty ? "none can be compared" : said).</li>"
        ]
        for line in lines where line.isChanged {
            items.append(
                "<li\(line.change == .worse ? " class=\"bad\"" : "")>\(Markup.escape("\(line.cell.name): \(line.text)"))</li>"
            )
        }
        items += comparison.remarks.map { "<li>\(Markup.escape($0))</li>" }
        return items.joined(separator: "\n")
    }

    private var charts: String {
        let figures = ComparedFigure.allCases.map { figure in
            let lines = comparison.lines.filter { $0.figure == figure }
            return RatioChart(
                caption:
                    "\(figure.rawValue): the new run by the old one\(figure == .throughput || !figure.isJudged ? "" : ", less is better")",
                rows: lines.map { line in
                    RatioChart.Row(
                        name: line.cell.name, ratio: line.ratio, style: Self.style(line.change),
                        text: NumberText.significant(line.ratio.median))
                }
            ).markup
        }.joined()
        guard !figures.isEmpty else { return "" }
        return """
            <section><h2>What changed</h2>
            <div class="charts">
            \(figures)</div>
            <p class="dim">Boxes: medians; lines: 95% intervals. Orange: worse, green: better, grey: unchanged, or not to be \
            told.\(comparison.floor.isEmpty ? "" : " Relative to \(Markup.escape(new.record.floor)) in the same round.")</p>
            </section>

            """
    }

    private var table: String {
        let rows = (comparison.floor + comparison.lines).map { line in
            let isFloor = comparison.isOfFloor(line)
            let change = line.isChanged ? "<b>\(line.change.rawValue)</b>" : line.change.rawValue
            let style = line.change == .worse ? " bad" : line.change == .better ? " good" : ""
            let cells = [
                line.medians.map { line.figure.text($0.old) } ?? Self.value(line, old),
                line.medians.map { line.figure.text($0.new) } ?? Self.value(line, new),
                NumberText.significant(line.ratio.median)
                    + "<small>\(line.ratio.interval { NumberText.significant($0) })</small>",
                line.least.map(RunComparison.percent) ?? "–",
            ]
            return "<tr><td class=\"k\">\(isFloor ? "the floor itself, " : "")\(Markup.escape(line.cell.name))</td>"
                + "<td class=\"t\">\(line.figure.rawValue)</td>"
                + cells.map { "<td>\($0)</td>" }.joined() + "<td class=\"t\(style)\">\(change)</td></tr>"
        }
        return """
            <section><h2>Side by side</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Side by side"><table>
            <thead><tr><th class="k">cell</th><th class="t">figure</th><th>old</th><th>new</th><th>new by old</th>\
            <th>least visible</th><th class="t">change</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div></section>

            """
    }

    /// What was measured with what, a column each; what differs is bold.
    private var runs: String {
        let all: [(String, (Report) -> String?)] = [
            ("suite", { $0.suite.name }), ("started", { $0.record.startedAt }),
            ("command", { $0.record.command.isEmpty ? nil : $0.record.command.joined(separator: " ") }),
            ("rounds", { "\($0.suite.rounds) of \($0.suite.duration) s, seed \($0.suite.seed)" }),
            ("placement", { $0.suite.placement.rawValue }), ("host", { $0.record.environment.host }),
            ("system", { $0.record.environment.os }),
            ("processor", { report in report.record.environment.cpuModel }),
            ("cores", { String($0.record.environment.cpuCount) }),
            ("Swift", { $0.record.environment.swiftVersion }), ("commit", { $0.record.environment.gitCommit }),
            ("valid rows", { report in "\(report.rows.count(where: \.isValid)) of \(report.rows.count)" }),
        ]
        let rows = all.map { name, value in
            let (before, after) = (value(old) ?? "–", value(new) ?? "–")
            let cells = [before, after].map { text in
                before == after ? Markup.escape(text) : "<b>\(Markup.escape(text))</b>"
            }
            return "<tr><td class=\"k\">\(name)</td>" + cells.map { "<td class=\"t why\">\($0)</td>" }.joined()
                + "</tr>"
        }
        return """
            <section><h2>The two runs</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="The two runs"><table class="reasons">
            <thead><tr><th class="k"></th><th class="t">old</th><th class="t">new</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>
            <p class="dim">Made by <code>brokerlab compare</code> from results.csv and run.json of both folders.</p></section>
            """
    }

    private static func commit(_ report: Report) -> String {
        report.record.environment.gitCommit.map { " (\($0.prefix(10)))" } ?? ""
    }

    private static func style(_ change: ComparisonLine.Change) -> String {
        switch change {
        case .better: "c3"
        case .worse: "c2"
        case .changed, .unchanged, .undecided: "rest"
        }
    }

    /// The median of a run's own values, as it stands in its summary.
    private static func value(_ line: ComparisonLine, _ report: Report) -> String {
        guard let row = report.summary.first(where: { $0.cell == line.cell }) else { return "–" }
        switch line.figure {
        case .throughput: return row.throughput.map { NumberText.grouped($0.median) } ?? "–"
        case .ackP99: return row.ackP99.map { NumberText.duration(microseconds: $0.median) } ?? "–"
        case .cpu:
            return row.cpuParts.isEmpty ? "–" : NumberText.duration(microseconds: row.cpuParts.reduce(0, +))
        default: return "–"
        }
    }
}

extension RunComparison {
    /// Writes the page that shows both runs.
    /// - Throws: ``BenchmarkError`` when it cannot be written.
    package func writePage(to file: String, old: Report, new: Report) throws(BenchmarkError) {
        try ResultsFile.replace(file, with: ComparisonPage(comparison: self, old: old, new: new).html)
    }
}
