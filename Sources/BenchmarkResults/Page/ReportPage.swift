/// `report.html`: one page that needs nothing but itself, for a reader with a minute and for one with an hour.
struct ReportPage: Sendable {
    let report: Report
    let palette: Palette

    init(of report: Report) {
        self.report = report
        palette = Palette(report.suite.transports)
    }

    /// The page.
    var html: String {
        let title = "broker-lab: \(report.suite.name)"
        return Markup.page(
            title: title,
            body: """
                \(heading(title))
                \(verdict)
                \(ThresholdSection(report: report).html)\
                \(figures)
                \(TimelineSection(page: self).html)\
                \(PromiseSection(page: self).html)\
                \(ColdSection(report: report).html)\
                \(FaultSection(report: report).html)\
                \(OverloadSection(report: report).html)\
                \(GrowthSection(page: self).html)\
                \(SettingContrast.allCases.map { SettingRatiosSection(contrast: $0, report: report).html }.joined())\
                \(PartySection(report: report).html)\
                \(DecompositionSection(page: self).html)
                \(DurabilitySection(report: report).html)\
                \(InvalidSection(report: report).html)
                \(MethodSection(report: report).html)
                """)
    }

    /// Where there are many loads, how figures change from one to the next comes before the tables.
    private var figures: String {
        let points = PointSection.all(of: self)
        let sweeps = SweepSection(page: self).html
        return report.suite.steadyPoints.count > PointSection.mostCharts ? sweeps + points : points + sweeps
    }

    private func heading(_ title: String) -> String {
        let environment = report.record.environment
        let machine = [environment.cpuModel, environment.os].compactMap { $0 }.joined(separator: ", ")
        let rounds = RoundsText.of(report.summary, report.suite, "interleaved rounds")
        return """
            <header><h1>\(Markup.escape(title))</h1>
            <p class="dim">\(Markup.escape(report.record.startedAt)), \(environment.cpuCount) cores \
            (\(Markup.escape(machine))), \(report.suite.cells.count) cells, \(rounds), seed \(report.suite.seed)</p></header>
            """
    }

    /// The first sentence, all transports at all loads, and the other sentences.
    private var verdict: String {
        let verdict = Verdict(of: report)
        let items = verdict.sentences.enumerated().map { index, sentence in
            let style = [index == 0 ? "lead" : nil, sentence.isBad ? "bad" : nil].compactMap { $0 }
            return
                "<li\(style.isEmpty ? "" : " class=\"\(style.joined(separator: " "))\"")>\(Markup.escape(sentence.text))</li>"
        }
        return """
            <section class="verdict" aria-label="Verdict"><ul>
            \(items[0])
            </ul>
            \(GridSection(standings: verdict.standings, page: self).html)
            <ul>
            \(items.dropFirst().joined(separator: "\n"))
            </ul></section>
            """
    }
}
