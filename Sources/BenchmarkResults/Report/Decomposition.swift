/// What a message's CPU time goes to, layer by layer: each is what is measured with it less what is measured without.
struct Decomposition: Sendable {
    /// A layer, from the inside out.
    enum Layer: String, Sendable, CaseIterable {
        /// The entry encoded and decoded.
        case codec
        /// The protocol on both sides, memory to memory.
        case engines
        /// The lab's own: what the load generator does for an entry but to send it, timed by itself.
        case loadGenerator = "load_generator"
        /// Sockets, event loops and the logger's ledger, over loopback.
        case loopback
        /// The message broker's own process.
        case messageBroker = "message_broker"
        /// What all of it takes more over TLS than in cleartext.
        case tls
    }

    var transport: String
    var point: LoadPoint
    /// The layers that were measured apart, in nanoseconds a message; one that was not is in the next.
    var layers: [(layer: Layer, nanoseconds: Double)]

    /// All layers together.
    var nanoseconds: Double { layers.map(\.nanoseconds).reduce(0, +) }

    /// - Parameters:
    ///   - rows: where the same is in cleartext, for what was measured over TLS.
    ///   - inner: the timings of that transport under that load; nothing is known without, nor of what a store takes, and the
    ///     layer of sockets is that of TCP over loopback.
    init?(_ row: SummaryRow, among rows: [SummaryRow] = [], inner: [LayerCost]) {
        // Of what a connection takes no layer is timed by itself.
        guard row.cell.load != .cold, row.cell.churn == 0, row.cell.isSteady else { return nil }
        guard row.cell.tls == .off else {
            guard let cleartext = Self.inCleartext(row, rows, inner), let broker = row.brokerCPU?.median,
                let logger = row.loggerCPU?.median
            else { return nil }
            let whole = (broker + logger + (row.queueCPU?.median ?? 0)) * 1000
            (transport, point) = (row.cell.transport, row.cell.point)
            layers = cleartext.layers + [(.tls, whole - cleartext.nanoseconds)]
            return
        }
        guard row.cell.setting.isUsual else { return nil }
        let own = inner.filter {
            $0.transport == row.cell.transport && $0.payloadBytes == row.cell.payloadBytes
                && $0.inFlight == row.cell.inFlight
        }
        guard !own.isEmpty, let broker = row.brokerCPU?.median, let logger = row.loggerCPU?.median else { return nil }
        transport = row.cell.transport
        point = row.cell.point
        layers = []
        var within = 0.0
        func median(_ layer: LayerCost.Layer) -> Double? {
            Median.of(own.filter { $0.layer == layer }.map(\.nanoseconds))
        }
        if let codec = median(.codec) {
            layers.append((.codec, codec))
            within = codec
        }
        if let engines = median(.engines) {
            layers.append((.engines, engines - within))
            within = engines
        }
        if let generator = median(.loadGenerator) {
            layers.append((.loadGenerator, generator))
            within += generator
        }
        layers.append((.loopback, (broker + logger) * 1000 - within))
        if let queue = row.queueCPU?.median { layers.append((.messageBroker, queue * 1000)) }
    }

    /// The layers of the same transport under the same load in cleartext.
    private static func inCleartext(
        _ row: SummaryRow, _ rows: [SummaryRow], _ inner: [LayerCost]
    ) -> Decomposition? {
        var cell = row.cell
        cell.tls = .off
        return rows.first { $0.cell == cell }.flatMap { Decomposition($0, inner: inner) }
    }

    /// A row of `decomposition.csv`.
    struct Line: Sendable {
        var transport: String
        var point: LoadPoint
        var layer: Layer
        var nanoseconds: Double
        /// Of this layer and those within it.
        var cumulative: Double
    }

    /// The columns of `decomposition.csv`.
    static let columns: [CSVColumn<Line>] = [
        .text("transport", "The transport, with its variant.") { $0.transport },
        .count("payload_bytes", in: "B", "The length of an entry's text.") { $0.point.payloadBytes },
        .count("in_flight", "How many entries may be unacknowledged at once.") { $0.point.inFlight },
        .count("connections", "The connections that share them.") { $0.point.connections },
        .figure("target_rate_per_s", in: "msgs/s", places: 1, "The rate that entries of an open load are due at.") {
            $0.point.load.ratePerSecond
        },
        .text("layer", "codec, engines, load_generator, loopback, message_broker or tls.") { $0.layer.rawValue },
        .figure("cpu_ns_per_msg", in: "ns", places: 0, "CPU time a message beyond that of the layers within.") {
            $0.nanoseconds
        },
        .figure("cumulative_cpu_ns_per_msg", in: "ns", places: 0, "CPU time a message with the layers within.") {
            $0.cumulative
        },
        .text("name", "The same as transport.") { $0.transport },
        .text("tls_setting", "Whether the suite had them speak TLS: off, on or mutual.") { $0.point.tls.rawValue },
    ]

    /// `decomposition.csv`: a row a layer.
    static func file(_ all: [Decomposition]) -> String {
        let lines = all.flatMap { one in
            var sum = 0.0
            return one.layers.map { layer, nanoseconds in
                sum += nanoseconds
                return Line(
                    transport: one.transport, point: one.point, layer: layer, nanoseconds: nanoseconds, cumulative: sum)
            }
        }
        return CSVColumn.file(lines, columns)
    }
}
