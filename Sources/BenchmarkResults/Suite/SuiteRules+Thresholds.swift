extension SuiteRules {
    /// Thresholds that a cell can meet: what none could, or what is of no cell, is a mistake of the suite.
    @Sendable static func checkThresholds(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        let cells = suite.cells.filter { $0.role == .cell }
        if let limit = suite.thresholds.minThroughput {
            try checkReachable(limit, of: cells, key: "min_msgs_per_s")
        }
        for threshold in suite.thresholds.rules ?? [] {
            let own = cells.filter(threshold.place.matches)
            guard !own.isEmpty else {
                throw SuiteViolation(key: "thresholds", message: "no cell has \(threshold.place.text)")
            }
            if let other = threshold.relativeTo {
                guard suite.transports.contains(other) else {
                    throw SuiteViolation(
                        key: "thresholds",
                        message: "relative_to: '\(other)' is not measured; allowed: "
                            + suite.transports.joined(separator: ", "))
                }
                // amqp has cells over TCP only.
                let places = Set(cells.filter { $0.transport == other }.map(\.point))
                if let lone = own.first(where: { !places.contains($0.point) }) {
                    throw SuiteViolation(
                        key: "thresholds",
                        message: "relative_to: '\(other)' has no cell at \(lone.point.text)")
                }
                guard own.contains(where: { $0.transport != other }) else {
                    throw SuiteViolation(
                        key: "thresholds", message: "\(threshold.place.text) is \(other) only, by itself always 1")
                }
            }
            for bound in threshold.bounds {
                let range = bound.figure.range(isRelative: threshold.relativeTo != nil)
                guard range.contains(bound.limit) else {
                    throw SuiteViolation(
                        key: "thresholds",
                        message: "\(bound.figure.rawValue): \(bound.limit) is out of range; allowed: \(text(range))")
                }
                if bound.figure == .rateKept, own.allSatisfy({ $0.load.ratePerSecond == nil }) {
                    throw SuiteViolation(
                        key: "thresholds",
                        message: "min_rate_kept: \(threshold.place.text) has no rate that could be kept; add rate_per_s"
                    )
                }
                if bound.figure == .throughput, threshold.relativeTo == nil {
                    try checkReachable(bound.limit, of: own, key: "thresholds")
                }
            }
        }
    }

    /// A cell of an open load carries its rate and no more.
    private static func checkReachable(
        _ limit: Double, of cells: [Cell], key: String
    ) throws(SuiteViolation) {
        for cell in cells {
            guard let rate = cell.load.ratePerSecond, limit > rate * Thresholds.usualRateKept else { continue }
            throw SuiteViolation(
                key: key,
                message:
                    "no cell that is sent \(DecimalText.short(rate)) msgs/s can carry \(DecimalText.short(limit)); "
                    + "ask for min_rate_kept there, and for msgs/s where: {rate_per_s: saturation} in thresholds")
        }
    }
}
