/// What a message's CPU time goes to: a stacked bar a transport, for each load.
struct DecompositionSection: Sendable {
    let page: ReportPage

    var html: String {
        let all = page.report.decompositions
        guard !all.isEmpty else { return "" }
        let charts = page.report.suite.points.compactMap { point -> String? in
            let own = all.filter { $0.point == point }
            return own.isEmpty ? nil : chart(point, own)
        }
        return """
            <section><h2>What the CPU time goes to</h2>
            <div class="charts">
            \(charts.joined())</div>
            <p class="dim">Shares of the CPU time a message takes, both sides together; the whole stands beside. Codec: the entry encoded and decoded. \
            Protocol: what the engines of both sides need beyond that, joined memory to memory, one socket's worth of entries at \
            once. Load generator: what the lab itself does for an entry but to send it, timed by itself. Loopback: what the \
            two processes need beyond all that, for sockets, event loops and the ledger. \
            RabbitMQ: its own process. TLS: what all of it takes more than in cleartext. A layer that cannot be measured apart is in the next one: tcp has no codec beside its \
            protocol, and amqp's halves speak to RabbitMQ, not to each other. A gob is measured as one that stands alone; \
            net/rpc's stream defines its types once. All of it is in decomposition.csv.</p>
            </section>

            """
    }

    private func chart(_ point: LoadPoint, _ all: [Decomposition]) -> String {
        let bars = all.map { one in
            BarChart.Bar(
                name: one.transport,
                // A difference below zero is noise; the file has it as it was measured.
                parts: one.layers.map { (value: max(0, $0.nanoseconds), style: Self.style($0.layer)) },
                text: NumberText.duration(microseconds: one.nanoseconds / 1000))
        }
        let used = Decomposition.Layer.allCases.filter { layer in
            all.contains { $0.layers.contains { $0.layer == layer } }
        }
        return BarChart(
            caption: point.text, bars: bars,
            legend: used.map { (name: Self.name($0), style: Self.style($0)) }, showsShares: true
        ).markup
    }

    private static func name(_ layer: Decomposition.Layer) -> String {
        switch layer {
        case .codec: "codec"
        case .engines: "protocol"
        case .loadGenerator: "load generator"
        case .loopback: "loopback"
        case .messageBroker: "RabbitMQ"
        case .tls: "TLS"
        }
    }

    private static func style(_ layer: Decomposition.Layer) -> String {
        switch layer {
        case .codec: "d1"
        case .engines: "d2"
        case .loadGenerator: "d5"
        case .loopback: "d3"
        case .messageBroker: "d4"
        case .tls: "d6"
        }
    }
}
