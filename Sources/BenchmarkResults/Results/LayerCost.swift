/// One timing of an inner layer of a transport, a row of `layers.csv`.
package struct LayerCost: Sendable, Hashable {
    /// What was timed.
    package enum Layer: String, Sendable {
        /// The entry encoded and decoded.
        case codec
        /// The client's engine and the server's, memory to memory; holds the codec.
        case engines
        /// What the load generator does for an entry beyond a bare loop that sends the same one again and again.
        case loadGenerator = "load_generator"
    }

    package var transport: String
    package var payloadBytes: Int
    package var inFlight: Int
    package var layer: Layer
    package var round: Int
    /// CPU time a message, both sides together.
    package var nanoseconds: Double

    /// A timing.
    package init(
        transport: String, payloadBytes: Int, inFlight: Int, layer: Layer, round: Int, nanoseconds: Double
    ) {
        self.transport = transport
        self.payloadBytes = payloadBytes
        self.inFlight = inFlight
        self.layer = layer
        self.round = round
        self.nanoseconds = nanoseconds
    }

    /// The columns of `layers.csv`.
    static let columns: [CSVColumn<LayerCost>] = [
        .text("transport", "The transport, with its variant.") { $0.transport },
        .count("payload_bytes", in: "B", "The length of the entry's text.") { $0.payloadBytes },
        .count("in_flight", "How many entries are carried at once.") { $0.inFlight },
        .text("layer", "codec; engines, which hold the codec; or load_generator.") { $0.layer.rawValue },
        .count("round", "The round, counted from 1.") { $0.round },
        .figure("cpu_ns_per_msg", in: "ns", places: 1, "CPU time a message, both sides together.") { $0.nanoseconds },
        .text("name", "The same as transport.") { $0.transport },
    ]

    /// The file of those timings.
    package static func file(_ rows: [LayerCost]) -> String { CSVColumn.file(rows, columns) }

    /// The timings in a file; none where there is no such file.
    /// - Throws: ``BenchmarkError`` when a line is something else.
    static func read(_ path: String) throws(BenchmarkError) -> [LayerCost] {
        guard let text = SmallFile.text(at: path) else { return [] }
        let records = try CSVReader.records(text, of: path)
        return try records.dropFirst().map { record throws(BenchmarkError) in
            let fields = record.fields
            guard [6, columns.count].contains(fields.count), let payloadBytes = Int(fields[1]),
                let inFlight = Int(fields[2]),
                let layer = Layer(rawValue: fields[3]), let round = Int(fields[4]), DecimalText.isNumber(fields[5]),
                let nanoseconds = Double(fields[5])
            else { throw BenchmarkError("\(path):\(record.line): no timing of a layer") }
            return LayerCost(
                transport: CSV.text(of: fields[0]), payloadBytes: payloadBytes, inFlight: inFlight, layer: layer,
                round: round, nanoseconds: nanoseconds)
        }
    }
}
