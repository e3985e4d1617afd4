/// Which cells of a suite something is said of; what is left empty leaves out none.
package struct CellPattern: Sendable, Hashable, Codable {
    /// Selectors of transports, in which `*` stands for any characters: `grpc`, `grpc*`.
    package var transports: [String] = []
    /// The lengths of an entry's text, in bytes.
    package var payloadBytes: [Int] = []
    /// How many entries may be unacknowledged at once.
    package var inFlight: [Int] = []
    /// How many connections share them.
    package var connections: [Int] = []
    /// After how many entries a connection is closed; nil in records of before there was a choice.
    package var churn: [Int]?
    /// Rates, in entries per second; nil is a closed load.
    package var rates: [Double?] = []
    /// Where the logger keeps entries; nil in records of before there was a choice.
    package var stores: [StoreKind]?
    /// Over what sockets they come; nil in records of before there was a choice.
    package var sockets: [SocketKind]?
    /// What they go over; nil in records of before there was a choice.
    package var networks: [Network]?
    /// On which side of a link RabbitMQ is; nil in records of before there was a choice.
    package var rabbitMQSides: [RabbitMQSide]?
    /// Whether the two speak TLS; nil in records of before there was a choice.
    package var tls: [TLSUse]?
    /// Who plays the broker; nil in records of before there was a choice.
    package var brokers: [Party]?
    /// Who plays the logger; nil in records of before there was a choice.
    package var loggers: [Party]?
    /// How much work each entry is to the logger, in microseconds; nil in records of before there was a choice.
    package var loggerWorkUs: [Int]?
    /// What goes wrong; nil in records of before there was a choice.
    package var faults: [Fault]?
    /// Who sends again what failed; nil in records of before there was a choice.
    package var retries: [Retries]?
    /// Who is between broker and logger; nil in records of before there was a choice.
    package var through: [Through]?

    /// Creates a pattern that all cells match.
    package init() {}

    /// Whether a cell is one of those.
    package func matches(_ cell: Cell) -> Bool {
        (transports.isEmpty || transports.contains { Self.matches(cell.transport[...], $0[...]) })
            && (payloadBytes.isEmpty || payloadBytes.contains(cell.payloadBytes))
            && (inFlight.isEmpty || inFlight.contains(cell.inFlight))
            && (connections.isEmpty || connections.contains(cell.connections))
            && (churn?.contains(cell.churn) ?? true)
            && (rates.isEmpty || rates.contains(cell.load.ratePerSecond))
            && (stores?.contains(cell.store) ?? true)
            && (sockets?.contains(cell.socket) ?? true)
            && (networks?.contains(cell.network) ?? true)
            && (rabbitMQSides?.contains(cell.rabbitMQSide) ?? true)
            && (tls?.contains(cell.tls) ?? true)
            && (brokers?.contains(cell.parties.broker) ?? true)
            && (loggers?.contains(cell.parties.logger) ?? true)
            && (loggerWorkUs?.contains(cell.loggerWork.microseconds) ?? true)
            && (faults?.contains(cell.fault) ?? true)
            && (retries?.contains(cell.retries) ?? true)
            && (through?.contains(cell.through) ?? true)
    }

    /// Whether a name is of a pattern's form.
    private static func matches(_ name: Substring, _ pattern: Substring) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == "*" {
            let rest = pattern.dropFirst()
            return matches(name, rest) || (!name.isEmpty && matches(name.dropFirst(), pattern))
        }
        return name.first == first && matches(name.dropFirst(), pattern.dropFirst())
    }

    /// As in a suite's file: `transport: grpc, payload_bytes: 1000`; `every cell` of a pattern that leaves out none.
    package var text: String {
        func part(_ key: String, _ values: [String]) -> String? {
            values.isEmpty
                ? nil : "\(key): \(values.count == 1 ? values[0] : "[\(values.joined(separator: ", "))]")"
        }
        let parts = [
            part("transport", transports), part("payload_bytes", payloadBytes.map(String.init)),
            part("in_flight", inFlight.map(String.init)), part("connections", connections.map(String.init)),
            part("churn", (churn ?? []).map(String.init)),
            part("rate_per_s", rates.map { $0.map(DecimalText.short) ?? "saturation" }),
            part("store", (stores ?? []).map(\.rawValue)), part("socket", (sockets ?? []).map(\.rawValue)),
            part("network", (networks ?? []).map(\.text)),
            part("rabbitmq_side", (rabbitMQSides ?? []).map(\.rawValue)), part("tls", (tls ?? []).map(\.rawValue)),
            part("broker", (brokers ?? []).map(\.rawValue)), part("logger", (loggers ?? []).map(\.rawValue)),
            part("logger_work_us", (loggerWorkUs ?? []).map(String.init)),
            part("fault", (faults ?? []).map(\.rawValue)), part("retries", (retries ?? []).map(\.rawValue)),
            part("through", (through ?? []).map(\.rawValue)),
        ].compactMap { $0 }
        return parts.isEmpty ? "every cell" : parts.joined(separator: ", ")
    }
}
