/// What became of more than is carried, on each transport, in each setting.
struct OverloadSection: Sendable {
    let report: Report

    var html: String {
        let costs = OverloadCosts.all(of: report)
        guard !costs.isEmpty else { return "" }
        return """
            <section><h2>When there is more than is carried</h2>
            <p class="dim">Offered in times of what the same transport carried just before, in the warm-up, which is a closed load then. \
            Entries that find in_flight unanswered until the end are held back in the sender; those that the logger has not recorded when \
            the last is answered are the backlog. Times are from the end of the schedule on: until the logger has all, and until half of \
            what was carried, which is offered afterwards, is acknowledged. Memory is the largest resident set of each process. Figures are \
            medians of the valid rounds; small print: from the least to the most. Figures of one promise that share a letter cannot be \
            told apart, and an a is of the least.</p>
            \(costs.map(section).joined())</section>

            """
    }

    private func section(_ costs: OverloadCosts) -> String {
        let title = Markup.escape(costs.title)
        func percent(_ part: Double) -> String { "\(DecimalText.format(100 * part, places: 0))%" }
        let rows = costs.lines.map { line in
            let figures: [(RoundsFigure?, ComparedFigure)] = [
                (line.failed, .failed), (line.backlog, .backlog), (line.drain, .drain),
                (line.normalAgain, .normalAgain),
                (line.memory.broker, .brokerMemory), (line.memory.logger, .loggerMemory),
                (line.memory.queue, .queueMemory),
            ]
            let compared = figures.map { FaultSection.cell($0, letters: line.letters[$1], $1.text) }
            let cells = [
                FaultSection.cell(line.carried) { "\(NumberText.grouped($0))/s" },
                FaultSection.cell(line.acknowledged) { "\(DecimalText.format($0, places: 2)) times" },
                FaultSection.cell(line.heldBack, percent),
            ]
            let isWhole = line.valid == line.rounds
            return "<tr><td class=\"k\">\(Markup.escape(line.transport))</td>"
                + "<td>\(NumberText.trimmed(line.times)) times</td>\((cells + compared).joined())"
                + "<td\(isWhole ? "" : " class=\"bad\"")>\(line.valid) of \(line.rounds)</td></tr>"
        }
        let heads = [
            "offered", "carried", "acknowledged", "held back", "failed", "backlog", "until it is gone",
            "until all is normal", "broker", "logger", "RabbitMQ", "valid",
        ]
        return """
            <h3>\(title)</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="More than is carried, \(title)"><table>
            <thead><tr><th class="k">transport</th>\(heads.map { "<th>\($0)</th>" }.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>

            """
    }
}
