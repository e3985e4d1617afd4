/// What the parts of an entry's way cost, where that was measured.
struct DecompositionSection: Sendable {
    let report: Report

    private static let styles = ["codec": "p3", "engine": "p2", "loopback": "p1", "queue": "p4"]
    private static let names = [
        "codec": "codec alone", "engine": "protocol engine", "loopback": "sockets and kernel",
        "queue": "message broker",
    ]

    var html: String {
        let parts = report.record.decomposition
        guard !parts.isEmpty else { return "" }
        let sizes = Set(parts.map(\.payloadBytes)).sorted()
        let charts = sizes.map { size in chart(parts.filter { $0.payloadBytes == size }, size) }
        return """
            <section><h2>Where the CPU time goes</h2>
            <p class="dim">CPU time an entry, both halves together: the codec alone; codec and protocol engine from memory to \
            memory; over loopback, as measured above at the most entries in flight; through the message broker. Each part is \
            the difference from the one before.</p>
            <div class="charts">\(charts.joined())</div></section>

            """
    }

    private func chart(_ parts: [CostPart], _ size: Int) -> String {
        let transports = report.suite.transports.filter { name in parts.contains { $0.transport == name } }
        let bars = transports.map { transport -> BarChart.Bar in
            var before = 0.0
            var pieces: [(value: Double, style: String)] = []
            for part in parts where part.transport == transport {
                pieces.append((max(0, part.cumulativeUs - before), Self.styles[part.part] ?? "p1"))
                before = max(before, part.cumulativeUs)
            }
            return BarChart.Bar(name: transport, parts: pieces, text: NumberText.duration(microseconds: before))
        }
        let used = ["codec", "engine", "loopback", "queue"].filter { name in parts.contains { $0.part == name } }
        return BarChart(
            caption: "\(ByteText.size(size)), CPU time per message", bars: bars,
            legend: used.map { (name: Self.names[$0] ?? $0, style: Self.styles[$0] ?? "p1") }
        ).markup
    }
}
