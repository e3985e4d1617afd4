/// What each step of promise costs on each transport: recorded, stored, queued and replicated side by side.
struct PromiseSection: Sendable {
    let page: ReportPage

    var html: String {
        let costs = PromiseCosts.all(of: page.report)
        guard !costs.isEmpty else { return "" }
        let sections = costs.map { one in
            "<h3>\(Markup.escape(one.load.text))</h3>\n<div class=\"charts\">\n\(charts(one))</div>\n"
        }
        return """
            <section><h2>What each promise costs</h2>
            <p class="dim">Behind each figure: by that of the same transport when its logger has the entry in memory only \
            (recorded), in the same round. What is stored was committed before it was acknowledged. Behind a queue, the logger \
            stores what RabbitMQ has acknowledged before.</p>
            \(sections.joined())</section>

            """
    }

    private func charts(_ costs: PromiseCosts) -> String {
        let deciding = costs.load.load.decidingFigure
        let figure = BarChart(
            caption: "\(deciding.title), by promise",
            bars: costs.steps.compactMap { step in
                deciding.estimate(step.row).map {
                    bar(step, $0, step.ratio, deciding.isLatency ? NumberText.duration : NumberText.grouped)
                }
            })
        let cpu = BarChart(
            caption: "CPU time per message, all processes, by promise",
            bars: costs.steps.filter { !$0.row.cpuParts.isEmpty }.map { step in
                let sum = Estimate(median: step.row.cpuParts.reduce(0, +), low: nil, high: nil)
                return bar(step, sum, step.cpuRatio, NumberText.duration)
            })
        return figure.markup + cpu.markup
    }

    private func bar(
        _ step: PromiseCosts.Step, _ value: Estimate, _ ratio: Estimate?, _ text: (Double) -> String
    ) -> BarChart.Bar {
        BarChart.Bar(
            name: "\(step.row.cell.transport) \(step.row.promise.text)",
            parts: [(value.median, page.palette.style(step.row.cell.transport))], low: value.low, high: value.high,
            text: text(value.median) + (ratio.map { " (\(NumberText.ratio($0.median)))" } ?? ""))
    }
}
