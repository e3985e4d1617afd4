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
    }

    var transport: String
    var point: LoadPoint
    /// The layers that were measured apart, in nanoseconds a message; one that was not is in the next.
    var layers: [(layer: Layer, nanoseconds: Double)]

    /// All layers together.
    var nanoseconds: Double { layers.map(\.nanoseconds).reduce(0, +) }

    /// - Parameter inner: the timings of that transport under that load; nothing is known without.
    init?(_ row: SummaryRow, inner: [LayerCost]) {
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

    /// `decomposition.csv`: a row a layer.
    static func file(_ all: [Decomposition]) -> String {
        let header = [
            "transport", "payload_bytes", "in_flight", "connections", "target_rate_per_s", "layer", "cpu_ns_per_msg",
            "cumulative_cpu_ns_per_msg",
        ]
        let rows = all.flatMap { one in
            var sum = 0.0
            return one.layers.map { layer, nanoseconds in
                sum += nanoseconds
                return CSV.record([
                    one.transport, "\(one.point.payloadBytes)", "\(one.point.inFlight)", "\(one.point.connections)",
                    one.point.load.ratePerSecond.map { DecimalText.format($0, places: 1) } ?? "", layer.rawValue,
                    DecimalText.format(nanoseconds, places: 0), DecimalText.format(sum, places: 0),
                ])
            }
        }
        return CSV.record(header) + rows.joined()
    }
}
