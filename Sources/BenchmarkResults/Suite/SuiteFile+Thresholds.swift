import Yams

extension SuiteFile {
    /// The keys of a threshold beside its limits.
    private static let placeKeys = [
        "transport", "payload_bytes", "in_flight", "connections", "churn", "rate_per_s", "store", "socket", "network",
        "rabbitmq_side", "tls", "broker", "logger", "logger_work_us", "fault",
        "retries", "through",
    ]

    /// A list of `{where: {transport: grpc}, relative_to: tcp, min_msgs_per_s: 0.5}`.
    func thresholds(
        _ node: Node, _ key: SuiteKey, _ choice: TransportChoice
    ) throws(SuiteError) -> [Threshold] {
        try list(node).map { node throws(SuiteError) in try threshold(node, key, choice) }
    }

    private func threshold(
        _ node: Node, _ key: SuiteKey, _ choice: TransportChoice
    ) throws(SuiteError) -> Threshold {
        guard let mapping = node.mapping else {
            throw wrongType(node, key, wanted: "a mapping, such as {where: {transport: grpc}, max_ack_p99_us: 2000}")
        }
        let figures = Threshold.Figure.allCases.map(\.rawValue)
        var threshold = Threshold(bounds: [])
        for (name, value) in mapping {
            switch name.string ?? "" {
            case "where": threshold.place = try place(value, key)
            case "relative_to":
                let other = try string(value, key)
                threshold.relativeTo = other == "floor" ? choice.references.floor ?? other : other
            case let word:
                guard let figure = Threshold.Figure(rawValue: word) else {
                    throw error(
                        at: name.mark?.line,
                        "\(key.name): unknown key '\(word)'; allowed: where, relative_to, \(figures.joined(separator: ", "))"
                    )
                }
                threshold.bounds.append(.init(figure: figure, limit: try number(value, key)))
            }
        }
        guard !threshold.bounds.isEmpty else {
            throw error(
                at: node.mark?.line,
                "\(key.name): a threshold without a limit; one of: \(figures.joined(separator: ", "))")
        }
        return threshold
    }

    private func place(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> CellPattern {
        guard let mapping = node.mapping else {
            throw wrongType(node, key, wanted: "a mapping, such as {transport: grpc, payload_bytes: 1000}")
        }
        var pattern = CellPattern()
        for (name, value) in mapping {
            switch name.string ?? "" {
            case "transport":
                pattern.transports = try list(value).map { node throws(SuiteError) in try string(node, key) }
            case "payload_bytes": pattern.payloadBytes = try integers(value, key)
            case "in_flight": pattern.inFlight = try integers(value, key)
            case "connections": pattern.connections = try integers(value, key)
            case "churn": pattern.churn = try integers(value, key)
            case "rate_per_s": pattern.rates = try rates(value, key)
            case "store":
                pattern.stores = try words(value, key, of: StoreKind.allCases.map(\.rawValue))
                    .compactMap(StoreKind.init)
            case "socket":
                pattern.sockets = try words(value, key, of: SocketKind.allCases.map(\.rawValue))
                    .compactMap(SocketKind.init)
            case "network": pattern.networks = try networks(value, key)
            case "rabbitmq_side":
                pattern.rabbitMQSides = try words(value, key, of: RabbitMQSide.allCases.map(\.rawValue))
                    .compactMap(RabbitMQSide.init)
            case "tls":
                pattern.tls = try words(value, key, of: TLSUse.allCases.map(\.rawValue)).compactMap(TLSUse.init)
            case "broker": pattern.brokers = try parties(value, key)
            case "logger": pattern.loggers = try parties(value, key)
            case "logger_work_us": pattern.loggerWorkUs = try integers(value, key)
            case "fault":
                pattern.faults = try words(value, key, of: Fault.allCases.map(\.rawValue)).compactMap(Fault.init)
            case "retries":
                pattern.retries = try words(value, key, of: Retries.allCases.map(\.rawValue)).compactMap(Retries.init)
            case "through":
                pattern.through = try words(value, key, of: Through.allCases.map(\.rawValue)).compactMap(Through.init)
            case let word:
                throw error(
                    at: name.mark?.line,
                    "\(key.name): unknown key '\(word)' in where; allowed: \(Self.placeKeys.joined(separator: ", "))")
            }
        }
        return pattern
    }

    private func parties(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> [Party] {
        try words(node, key, of: Party.allCases.map(\.rawValue)).compactMap(Party.init)
    }
}
