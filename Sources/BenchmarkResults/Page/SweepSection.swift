/// How figures change along an axis, with the crossovers and the knees.
struct SweepSection: Sendable {
    let page: ReportPage
    private var report: Report { page.report }

    init(page: ReportPage) {
        self.page = page
    }

    var html: String {
        let sweeps = report.sweeps.filter { $0.sweep.points.count > 2 }
        guard !sweeps.isEmpty else { return "" }
        return "<section><h2>Sweeps</h2>\n\(sweeps.map(section).joined())\(knees)</section>\n"
    }

    private func section(_ sweep: Sweep, _ crossovers: [Crossover]) -> String {
        let marks = crossovers.map { LineChart.Mark(x: $0.value.median, low: $0.value.low, high: $0.value.high) }
        let ticks = sweep.points.compactMap { point in
            sweep.axis.value(point).map { (x: $0, text: short($0, sweep.axis)) }
        }
        let step = max(1, (ticks.count + 5) / 6)
        let shown = ticks.enumerated().filter { $0.offset % step == 0 }.map(\.element)
        func chart(
            _ caption: String, _ value: @escaping (SummaryRow) -> Estimate?, marks: [LineChart.Mark],
            _ text: @escaping @Sendable (Double) -> String
        ) -> String {
            LineChart(
                caption: caption, lines: lines(sweep, value), ticks: shown, xTitle: sweep.axis.rawValue, yText: text,
                marks: marks, place: { sweep.axis.place(of: $0) }
            ).markup
        }
        let items = crossovers.map { crossover in
            "<li>\(Markup.escape(crossover.below)) below, \(Markup.escape(crossover.above)) above "
                + "<b>\(sweep.axis.text(crossover.value.median))</b>"
                + "\(crossover.value.interval { sweep.axis.text($0) })</li>"
        }
        let throughput =
            sweep.axis == .rate
            ? "" : chart("Throughput, messages per second", \.throughput, marks: marks, NumberText.axisCount)
        return """
            <h3>By \(sweep.axis.rawValue) (\(Markup.escape(sweep.constants)))</h3>
            <div class="charts">
            \(throughput)\(chart("Acknowledged p99", \.ackP99, marks: sweep.axis == .rate ? marks : [], NumberText.axisDuration))\
            \(chart("CPU time per message, all processes", cpu, marks: [], NumberText.axisDuration))</div>
            \(items.isEmpty ? "" : "<p>Where the winner changes:</p><ul>\(items.joined())</ul>")

            """
    }

    private func cpu(_ row: SummaryRow) -> Estimate? {
        guard row.brokerCPU != nil, row.loggerCPU != nil else { return nil }
        return Estimate(median: row.cpuParts.reduce(0, +), low: nil, high: nil)
    }

    private func lines(_ sweep: Sweep, _ value: (SummaryRow) -> Estimate?) -> [LineChart.Line] {
        report.suite.transports.compactMap { transport in
            var line = LineChart.Line(name: transport, style: page.palette.style(transport), points: [])
            for point in sweep.points {
                guard let x = sweep.axis.value(point),
                    let row = report.summary.first(where: {
                        $0.cell.point == point && $0.cell.transport == transport
                    }), let estimate = value(row)
                else { continue }
                line.points.append((x, estimate.median))
                if let low = estimate.low, let high = estimate.high { line.intervals.append((x, low, high)) }
            }
            return line.points.isEmpty ? nil : line
        }
    }

    private func short(_ value: Double, _ axis: Sweep.Axis) -> String {
        switch axis {
        case .payloadBytes:
            value >= 1_048_576
                ? "\(NumberText.trimmed(value / 1_048_576))M"
                : value >= 1024 ? "\(NumberText.trimmed(value / 1024))K" : "\(Int(value))"
        case .inFlight, .connections: "\(Int(value))"
        case .rate: NumberText.axisCount(value)
        case .roundTrip: axis.text(value)
        case .loss: "\(NumberText.trimmed(value))%"
        }
    }

    private var knees: String {
        guard !report.knees.isEmpty else { return "" }
        let limit = NumberText.axisDuration(report.suite.p99LimitUs)
        let rows = report.knees.map { knee in
            let rate = knee.rate.map { (knee.isBeyondSweep ? "at least " : "") + NumberText.grouped($0) } ?? "none"
            let range = knee.range.map(Knee.text) ?? "–"
            let name = [knee.transport, knee.setting.text].compactMap(\.self).joined(separator: ", ")
            return "<tr><td class=\"k\">\(Markup.escape(name))</td><td>\(rate)</td><td>\(range)</td></tr>"
        }
        return """
            <h3>Highest rate carried: p99 below \(limit), nothing lost, backlog bounded</h3>
            <div class="scroll"><table><thead><tr><th class="k">transport</th><th>msgs/s</th><th>single rounds</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table></div>

            """
    }
}
