import Broker

/// What the acknowledgements of a run's transports say, and what they survive.
struct DurabilitySection: Sendable {
    let report: Report

    var html: String {
        let groups = Durability.allCases.reversed().compactMap { durability -> String? in
            let names = report.suite.transports.filter { name in
                report.summary.contains { $0.cell.transport == name && $0.durability == durability }
            }
            guard !names.isEmpty else { return nil }
            let cells = [durability.meaning] + Durability.Failure.allCases.map(durability.outcome)
            return "<tr><td class=\"k\">\(Markup.escape(names.joined(separator: ", ")))</td>"
                + cells.map { "<td class=\"t\">\(Markup.escape($0))</td>" }.joined() + "</tr>"
        }
        guard !groups.isEmpty else { return "" }
        return """
            <section><h2>What an acknowledgement is worth</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="What an acknowledgement is worth"><table class="reasons">
            <thead><tr><th class="k">transport</th><th class="t">it says</th><th class="t">the logger ends</th>\
            <th class="t">RabbitMQ restarts</th><th class="t">the host restarts</th></tr></thead>
            <tbody>
            \(groups.joined(separator: "\n"))
            </tbody></table></div></section>

            """
    }
}
