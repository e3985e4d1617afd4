import Metrics
import Histogram

/// What was measured under one load: a table and its charts.
struct PointSection: Sendable {
    /// The most loads that have charts of their own; a sweep's chart shows more of them in less space.
    static let mostCharts = 6

    let page: ReportPage
    let point: LoadPoint
    let rows: [SummaryRow]

    static func all(of page: ReportPage) -> String {
        let sections = page.report.suite.steadyPoints.compactMap { point -> PointSection? in
            let rows = page.report.summary.filter { $0.cell.point == point }
            return rows.isEmpty ? nil : PointSection(page: page, point: point, rows: rows)
        }
        return sections.map { $0.html(charts: sections.count <= mostCharts) }.joined()
    }

    private func html(charts: Bool) -> String {
        let sorted = rows.sorted { left, right in
            let (first, second) = (left.rank ?? .max, right.rank ?? .max)
            return first == second ? figure.isBetter(left, right) : first < second
        }
        let noise = rows.compactMap(\.aaNoisePercent).first.map {
            " \(page.report.suite.controlTransport ?? "One transport"), measured twice in every round, differs from itself by "
                + "\(NumberText.significant($0))%: no smaller difference counts."
        }
        let ranked =
            rows.contains { $0.rank != nil }
            ? "A range of ranks: others cannot be told from it, and the true order may put it anywhere in there."
            : "Not ranked: \(Comparison.whyNotRanked(rows, rounds: page.report.suite.rounds))."
        return """
            <section><h2>\(Markup.escape(point.text))</h2>
            \(table(sorted))
            \(rates(sorted))<p class="dim">\(ranked) Figures are medians of the valid rounds; small \
            print: 95% interval, and the CPU of broker + logger + message broker + store.\(Markup.escape(noise ?? ""))</p>
            \(charts ? "<div class=\"charts\">\n\(self.charts(sorted))</div>" : "")
            </section>

            """
    }

    /// Those that did not carry the rate that they were asked for, and what a low rate costs.
    private func rates(_ rows: [SummaryRow]) -> String {
        guard let rate = point.load.ratePerSecond else { return "" }
        let missed = rows.filter { page.report.isRateKept($0) == false }.map { row in
            "\(row.cell.transport) carried \(NumberText.significant(100 * (row.rateKept?.median ?? 0)))%"
        }
        let marked =
            missed.isEmpty
            ? ""
            : "<p class=\"bad\">The rate of \(NumberText.grouped(rate)) msgs/s was not reached: "
                + "\(Markup.escape(missed.joined(separator: ", "))).</p>\n"
        return marked + """
            <p class="dim">At a rate, an entry finds nothing to be batched with: each wakes both processes once, which is most of \
            its CPU time as long as the rate is far below what the transport carries. That is what a service pays at this rate; \
            the CPU time under a closed load is that of full batches.</p>

            """
    }

    private var figure: DecidingFigure { point.load.decidingFigure }

    private func table(_ rows: [SummaryRow]) -> String {
        let baseline = Summary(suite: page.report.suite, floor: page.report.record.floor).baseline ?? ""
        let ratio = figure.isLatency ? "\(figure.word) by \(baseline)" : "by \(baseline)"
        let titles = [
            "rank", "msgs/s", ratio, "p50", "p99", "delivered p99", "CPU a message", "wire B out / in", "peak MiB",
        ]
        let heads =
            "<th class=\"k\">transport</th>" + titles.map { "<th>\(Markup.escape($0))</th>" }.joined()
            + "<th class=\"t\">ack</th><th>valid</th>"
        let body = rows.map { row in
            let whole = row.count + row.invalidCount
            let cells = [
                "<td class=\"k\"><span class=\"swatch \(page.palette.style(row.cell.transport))\"></span>"
                    + "\(Markup.escape(row.cell.transport))</td>",
                "<td>\(rank(row))</td>",
                cell(row.throughput, "throughput_msgs_per_s", row, NumberText.grouped),
                row.cell.transport == baseline ? "<td>1</td>" : cell(row.ratioToBaseline, NumberText.ratio),
                cell(row.ackP50, "ack_p50_us", row, NumberText.duration),
                cell(row.ackP99, "ack_p99_us", row, NumberText.duration),
                cell(row.deliveredP99, "delivered_p99_us", row, NumberText.duration), "<td>\(cpu(row))</td>",
                "<td>\(wire(row))</td>",
                "<td>\(memory(row))</td>", "<td class=\"t\">\(Markup.escape(row.rankClass))</td>",
                "<td\(row.invalidCount > 0 ? " class=\"bad\"" : "")>\(row.count) of \(whole)</td>",
            ]
            return "<tr>\(cells.joined())</tr>"
        }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="\(Markup.escape(point.text))"><table>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(body.joined(separator: "\n"))
            </tbody></table></div>
            """
    }

    /// All processes together, and each: broker, logger, message broker.
    private func cpu(_ row: SummaryRow) -> String {
        let parts = row.cpuParts
        guard !parts.isEmpty else {
            let columns = [
                "broker_cpu_us_per_msg", "logger_cpu_us_per_msg", "queue_cpu_us_per_msg", "store_cpu_us_per_msg",
            ]
            let values = columns.compactMap { row.untrusted[$0] }
            guard !values.isEmpty else { return "–" }
            return "<span class=\"dim\">\(NumberText.duration(microseconds: values.reduce(0, +)))</span>"
        }
        let each = parts.map(NumberText.significant).joined(separator: " + ")
        return "\(NumberText.duration(microseconds: parts.reduce(0, +)))<small>\(each)</small>"
    }

    private func rank(_ row: SummaryRow) -> String {
        row.place ?? "–"
    }

    private func wire(_ row: SummaryRow) -> String {
        guard let out = row.wireTx?.median, let back = row.wireRx?.median else { return "–" }
        return "\(NumberText.grouped(out)) / \(NumberText.grouped(back))"
    }

    private func memory(_ row: SummaryRow) -> String {
        guard let broker = row.brokerRSS?.median, let logger = row.loggerRSS?.median else { return "–" }
        return "\(NumberText.grouped(broker / 1_048_576)) + \(NumberText.grouped(logger / 1_048_576))"
    }

    /// The figure, or in grey that of the rows that are not valid where there are no others.
    private func cell(
        _ estimate: Estimate?, _ column: String, _ row: SummaryRow, _ text: (Double) -> String
    ) -> String {
        guard estimate == nil, let value = row.untrusted[column] else { return cell(estimate, text) }
        return "<td class=\"dim\" title=\"of rows that are not valid\">\(text(value))</td>"
    }

    private func cell(_ estimate: Estimate?, _ text: (Double) -> String) -> String {
        guard let estimate else { return "<td>–</td>" }
        var content = text(estimate.median)
        if let low = estimate.low, let high = estimate.high {
            content += "<small>\(Self.range(text(low), text(high)))</small>"
        }
        return "<td>\(content)</td>"
    }

    /// `21.4–25.7 us`: the unit once, where both ends have the same.
    private static func range(_ low: String, _ high: String) -> String {
        let (from, to) = (low.split(separator: " "), high.split(separator: " "))
        guard from.count == 2, to.count == 2, from[1] == to[1] else { return "\(low)–\(high)" }
        return "\(from[0])–\(high)"
    }

    private func charts(_ rows: [SummaryRow]) -> String {
        let measured = rows.filter { $0.count > 0 }
        let throughput = BarChart(
            caption: "Messages per second (line: 95% interval)",
            bars: measured.map { row in
                BarChart.Bar(
                    name: row.cell.transport,
                    parts: [(row.throughput?.median ?? 0, page.palette.style(row.cell.transport))],
                    low: row.throughput?.low, high: row.throughput?.high,
                    text: NumberText.grouped(row.throughput?.median ?? 0))
            })
        return (figure == .throughput ? throughput.markup : "") + costs(measured) + percentiles(measured)
    }

    private func costs(_ rows: [SummaryRow]) -> String {
        let hasQueue = rows.contains { $0.queueCPU != nil }
        let hasStore = rows.contains { $0.storeCPU != nil }
        let hasMiddle = rows.contains { $0.throughCPU != nil }
        let bars = rows.map { row in
            let all = [
                (row.brokerCPU, "p1"), (row.loggerCPU, "p2"), (row.queueCPU, "p3"), (row.storeCPU, "p4"),
                (row.throughCPU, "p5"),
            ]
            let parts = all.compactMap { part, style in
                part.map { (value: $0.median, style: style) }
            }
            return BarChart.Bar(
                name: row.cell.transport, parts: parts,
                text: NumberText.duration(microseconds: parts.map(\.value).reduce(0, +)))
        }
        let legend =
            [(hasMiddle ? "load generator" : "broker", "p1"), ("logger", "p2")] + (hasQueue ? [("RabbitMQ", "p3")] : [])
            + (hasStore ? [("PostgreSQL", "p4")] : []) + (hasMiddle ? [("broker in the middle", "p5")] : [])
        return BarChart(
            caption: "CPU time per message, all processes", bars: bars,
            legend: legend.map { (name: $0.0, style: $0.1) }
        ).markup
    }

    /// Latency by percentile, all valid rounds together; the axis counts nines.
    private func percentiles(_ rows: [SummaryRow]) -> String {
        let levels: [Double] = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99]
        let lines = rows.compactMap { row -> LineChart.Line? in
            guard let sum = page.report.latencies(of: row.cell) else { return nil }
            let known = levels.filter { $0 <= LatencySummary.highestPercentile(of: sum.totalCount) }
            return LineChart.Line(
                name: row.cell.transport, style: page.palette.style(row.cell.transport),
                points: known.map { (100 / (100 - $0), Double(sum.valueAtPercentile($0)) / 1000) })
        }
        let last = lines.compactMap { $0.points.last?.x }.max() ?? 0
        let ticks = [(2.0, "50%"), (10, "90%"), (100, "99%"), (1000, "99.9%"), (10_000, "99.99%")]
        return LineChart(
            caption: "Acknowledged latency by percentile", lines: lines,
            ticks: ticks.filter { $0.0 <= last }.map { (x: $0.0, text: $0.1) },
            xTitle: "percentile, from the intended send time", yText: NumberText.axisDuration
        ).markup
    }
}
