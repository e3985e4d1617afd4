/// Rate and latency over time, with the pauses, for suites that ask for it.
struct TimelineSection: Sendable {
    /// The most points of a line: there is no room for more.
    private static let mostPoints = 300

    let page: ReportPage

    var html: String {
        let report = page.report
        let sections = report.suite.points.map { point in
            section(point, report.timelines(at: point))
        }
        guard sections.contains(where: { !$0.isEmpty }) else { return "" }
        return """
            <section><h2>Over time</h2>
            <p class="dim">A pause, which is marked, is \(NumberText.trimmed(TimelineBin.shortestPauseMs)) ms or more in which \
            nothing was acknowledged though an entry waited for it. Bins of timeline.csv that are too many for a line share \
            points: their rate, and the highest of their percentiles. Of several rounds, the one with the longest pause is drawn.\(Self.faults(report))</p>
            \(sections.joined())</section>

            """
    }

    /// What a line without a band is, where there are some.
    private static func faults(_ report: Report) -> String {
        report.suite.faultyPoints.isEmpty ? "" : " Where it says fault, one was made."
    }

    private func section(_ point: LoadPoint, _ cells: [CellTimelines]) -> String {
        guard !cells.isEmpty else { return "" }
        let sentences = cells.map { "<li>\(Markup.escape(TimelineSentence($0).text))</li>" }
        return """
            <h3>\(Markup.escape(point.text))</h3>
            <ul>\(sentences.joined(separator: "\n"))</ul>
            <div class="charts">
            \(cells.map(chart).joined())</div>

            """
    }

    private func chart(_ cell: CellTimelines) -> String {
        let timeline = cell.worst
        var bins = timeline.coarser(most: Self.mostPoints)
        // What is left at the end of a cell is too short for a rate.
        if let last = bins.last, bins.count > 1, last.widthMs < bins[0].widthMs / 2 { bins.removeLast() }
        func points(_ value: (TimelineBin) -> Double?) -> [(x: Double, y: Double)] {
            bins.compactMap { bin in value(bin).map { (x: (bin.startMs + bin.widthMs / 2) / 1000, y: $0) } }
        }
        // A low rate has too few entries in a bin for a percentile.
        let hasPercentiles = 2 * points(\.p99Us).count >= bins.count
        let round = cell.rounds.count > 1 ? ", round \(timeline.block)" : ""
        return TimeChart(
            caption: "\(cell.transport)\(round)", style: page.palette.colour(cell.transport),
            rate: points(\.messagesPerSecond), latencyName: hasPercentiles ? "p99" : "longest latency",
            latency: points { hasPercentiles ? $0.p99Us : $0.maxUs },
            pauses: timeline.pauses.map { $0.seconds...($0.seconds + max(0, $0.microseconds) / 1e6) },
            seconds: timeline.seconds, fault: timeline.faultSeconds, description: TimelineSentence(cell).text
        ).markup
    }
}
