import Broker

/// A value that breaks a suite's rules.
struct SuiteViolation: Error {
    var key: SuiteKey
    var message: String
}

/// What the values of a suite may be.
enum SuiteRules {
    static let payloadBytes = 1...(EntryLimits().maxEntryBytes - Suite.entryName.utf8.count)
    static let inFlight = 1...4096
    static let rounds = 1...1000
    static let duration = 0.05...3600.0
    static let warmup = 0.0...600.0
    static let connections = 1...256
    static let messagesPerOperation = 1...4096
    static let ratePerSecond = 0.1...10_000_000.0
    static let microseconds = 1.0...60_000_000.0
    static let spinUs = 0.0...10_000.0
    static let maxNameLength = 64

    /// The first rule that `suite` breaks, or nil.
    static func violation(of suite: Suite, transports known: [String]) -> SuiteViolation? {
        do throws(SuiteViolation) {
            try checkName(suite.name)
            try checkTransports(suite.transports, known: known)
            try check(suite.payloadBytes, .payloadBytes, in: payloadBytes)
            try check(suite.inFlight, .inFlight, in: inFlight)
            try check(suite.connections, .connections, in: connections)
            try check(suite.messagesPerOperation, .messagesPerOperation, in: messagesPerOperation)
            try checkShares(suite)
            try checkLoads(suite.loads)
            if let spin = suite.spinUs { try check(spin, .spin, in: spinUs) }
            try checkReference(suite.baseline, .baseline, suite)
            try checkReference(suite.control, .control, suite)
            try check(suite.p99LimitUs, .p99Limit, in: microseconds)
            if let least = suite.thresholds.minThroughput { try check(least, .minThroughput, in: ratePerSecond) }
            if let most = suite.thresholds.maxAckP99Us { try check(most, .maxAckP99, in: microseconds) }
            try check(suite.rounds, .rounds, in: rounds)
            try check(suite.duration, .duration, in: duration)
            try check(suite.warmup, .warmup, in: warmup)
            return nil
        } catch {
            return error
        }
    }

    private static func checkName(_ name: String) throws(SuiteViolation) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, (1...maxNameLength).contains(name.utf8.count), !name.hasPrefix(".") else {
            throw SuiteViolation(
                key: .name,
                message: "'\(name)' cannot name a folder; allowed: 1 to \(maxNameLength) letters, digits, '.', '_', '-'"
            )
        }
    }

    private static func checkTransports(_ names: [String], known: [String]) throws(SuiteViolation) {
        let allowed = "allowed: \(known.joined(separator: ", "))"
        guard !names.isEmpty else {
            throw SuiteViolation(key: .transports, message: "no transport; \(allowed)")
        }
        for (index, name) in names.enumerated() {
            guard known.contains(name) else {
                throw SuiteViolation(key: .transports, message: "unknown transport '\(name)'; \(allowed)")
            }
            guard !names[..<index].contains(name) else {
                throw SuiteViolation(key: .transports, message: "'\(name)' is named twice; name each transport once")
            }
        }
    }

    /// Each connection, and each operation, has a whole share of the entries in flight.
    private static func checkShares(_ suite: Suite) throws(SuiteViolation) {
        // A connection without an entry in flight does nothing, so that such a pair is no cell; a value without any cell is
        // a mistake.
        if let most = suite.inFlight.max(), let idle = suite.connections.first(where: { $0 > most }) {
            throw SuiteViolation(
                key: .connections, message: "\(idle) connections need as many in flight; in_flight has \(most) at most")
        }
        if let fewest = suite.connections.min(), let alone = suite.inFlight.first(where: { $0 < fewest }) {
            throw SuiteViolation(
                key: .inFlight,
                message: "\(alone) cannot be shared by \(fewest) connections; allowed: \(fewest) or more")
        }
        for inFlight in suite.inFlight {
            for connections in suite.connections where inFlight % connections != 0 && connections <= inFlight {
                throw SuiteViolation(
                    key: .connections, message: "\(connections) connections cannot share \(inFlight) in flight evenly")
            }
            let share = suite.connections.map { max(1, inFlight / $0) }.min() ?? inFlight
            guard share % suite.messagesPerOperation == 0 else {
                throw SuiteViolation(
                    key: .messagesPerOperation,
                    message: "\(share) in flight on a connection are not whole operations of "
                        + "\(suite.messagesPerOperation) messages")
            }
        }
        guard suite.messagesPerOperation == 1 || suite.loads == [.closed] else {
            throw SuiteViolation(
                key: .messagesPerOperation, message: "operations need a closed load; leave out rate_per_s")
        }
    }

    private static func checkLoads(_ loads: [LoadModel]) throws(SuiteViolation) {
        guard loads != [.closed] else { return }
        guard loads.count(where: { $0 == .closed }) < 2 else {
            throw SuiteViolation(key: .ratePerSecond, message: "'saturation' is given twice; give each value once")
        }
        let rates = loads.compactMap(\.ratePerSecond)
        try check(rates, .ratePerSecond, in: ratePerSecond)
    }

    private static func checkReference(_ name: String?, _ key: SuiteKey, _ suite: Suite) throws(SuiteViolation) {
        guard let name, !suite.transports.contains(name) else { return }
        throw SuiteViolation(
            key: key, message: "'\(name)' is not measured; allowed: \(suite.transports.joined(separator: ", "))")
    }

    private static func check<Value: Comparable>(
        _ values: [Value], _ key: SuiteKey, in range: ClosedRange<Value>
    ) throws(SuiteViolation) {
        guard !values.isEmpty else {
            throw SuiteViolation(key: key, message: "no value; allowed: one or more of \(text(range))")
        }
        for (index, value) in values.enumerated() {
            try check(value, key, in: range)
            guard !values[..<index].contains(value) else {
                throw SuiteViolation(key: key, message: "\(value) is given twice; give each value once")
            }
        }
    }

    private static func check<Value: Comparable>(
        _ value: Value, _ key: SuiteKey, in range: ClosedRange<Value>
    ) throws(SuiteViolation) {
        guard range.contains(value) else {
            throw SuiteViolation(key: key, message: "\(value) is out of range; allowed: \(text(range))")
        }
    }

    private static func text<Value>(_ range: ClosedRange<Value>) -> String {
        "\(range.lowerBound) to \(range.upperBound)"
    }
}

extension Suite {
    /// This suite, if it can be run with the transports of that registry.
    /// - Throws: ``SuiteError`` that names the suite, the key, what is wrong and what is allowed.
    public func validated(transports choice: TransportChoice) throws(SuiteError) -> Suite {
        if let violation = SuiteRules.violation(of: self, transports: choice.known) {
            throw SuiteError(source: "suite '\(name)': \(violation.key.rawValue)", message: violation.message)
        }
        return self
    }
}
