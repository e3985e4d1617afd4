/// A value that breaks a suite's rules.
struct SuiteViolation: Error {
    /// The key's name.
    var key: String
    var message: String

    /// The flag that sets the same, or would.
    var flag: String { "--\(SuiteKey.named(key)?.flag ?? key)" }
}

/// What the values of a suite may be.
package enum SuiteRules {
    /// A rate, in entries a second.
    package static let ratePerSecond = 0.1...10_000_000.0
    static let coldDials = 1...100_000
    /// After how many entries a connection is closed; 0 is for never.
    package static let churn = 0...1_000_000
    static let microseconds = 1.0...60_000_000.0
    static let rounds = 1...1000
    static let seconds = 1.0...86_400.0
    static let binMilliseconds = 10.0...60_000.0
    /// The most bins of a timeline: those of 100 ms in an hour.
    package static let mostBins = 36_000
    static let maxNameLength = 64
    /// The most connections of a cell, and entries in flight: an address has some 28,000 source ports to one other, and a process
    /// 20,000 file descriptors on many machines.
    package static let mostConnections = 10_000

    /// The first rule that `suite` breaks, or nil.
    static func violation(of suite: Suite, transports choice: TransportChoice) -> SuiteViolation? {
        do throws(SuiteViolation) {
            for key in SuiteKey.all { try key.check(suite, choice) }
            return nil
        } catch {
            return error
        }
    }

    static func checkName(_ name: String) throws(SuiteViolation) {
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
                key: "name",
                message: "'\(name)' cannot name a folder; allowed: 1 to \(maxNameLength) letters, digits, '.', '_', '-'"
            )
        }
    }

    static func checkTransports(_ names: [String], known: [String]) throws(SuiteViolation) {
        let allowed = "allowed: \(known.joined(separator: ", "))"
        guard !names.isEmpty else {
            throw SuiteViolation(key: "transports", message: "no transport; \(allowed)")
        }
        for (index, name) in names.enumerated() {
            guard known.contains(name) else {
                throw SuiteViolation(key: "transports", message: "unknown transport '\(name)'; \(allowed)")
            }
            guard !names[..<index].contains(name) else {
                throw SuiteViolation(key: "transports", message: "'\(name)' is named twice; name each transport once")
            }
        }
    }

    /// Each connection, and each operation, has a whole share of the entries in flight.
    @Sendable static func checkShares(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        guard suite.usedAxes == .crossed else { return try checkSharesAroundBase(suite) }
        // A connection without an entry in flight does nothing, so that such a pair is no cell; a value without any cell is
        // a mistake.
        if let most = suite.inFlight.max(), let idle = suite.connections.first(where: { $0 > most }) {
            throw SuiteViolation(
                key: "connections", message: "\(idle) connections need as many in flight; in_flight has \(most) at most"
            )
        }
        if let fewest = suite.connections.min(), let alone = suite.inFlight.first(where: { $0 < fewest }) {
            throw SuiteViolation(
                key: "in_flight",
                message: "\(alone) cannot be shared by \(fewest) connections; allowed: \(fewest) or more")
        }
        for inFlight in suite.inFlight {
            for connections in suite.connections where inFlight % connections != 0 && connections <= inFlight {
                throw SuiteViolation(
                    key: "connections", message: "\(connections) connections cannot share \(inFlight) in flight evenly")
            }
            let share = suite.connections.map { max(1, inFlight / $0) }.min() ?? inFlight
            guard share % suite.messagesPerOperation == 0 else {
                throw SuiteViolation(
                    key: "messages_per_operation",
                    message: "\(share) in flight on a connection are not whole operations of "
                        + "\(suite.messagesPerOperation) messages")
            }
        }
        guard suite.messagesPerOperation == 1 || suite.loads == [.closed] else {
            throw SuiteViolation(
                key: "messages_per_operation", message: "operations need a closed load; leave out rate_per_s")
        }
    }

    /// The same where the values are measured one axis after the other.
    private static func checkSharesAroundBase(_ suite: Suite) throws(SuiteViolation) {
        for size in suite.sizesAroundBase {
            guard size.inFlight >= size.connections, size.inFlight % size.connections == 0 else {
                throw SuiteViolation(
                    key: "connections",
                    message: "\(size.connections) connections cannot share \(size.inFlight) in flight evenly")
            }
            guard (size.inFlight / size.connections) % suite.messagesPerOperation == 0 else {
                throw SuiteViolation(
                    key: "messages_per_operation",
                    message:
                        "\(size.inFlight / size.connections) in flight on a connection are not whole operations of "
                        + "\(suite.messagesPerOperation) messages")
            }
        }
        guard suite.messagesPerOperation == 1 || suite.loads == [.closed] else {
            throw SuiteViolation(
                key: "messages_per_operation", message: "operations need a closed load; leave out rate_per_s")
        }
    }

    static func checkLoads(_ loads: [LoadModel]) throws(SuiteViolation) {
        guard loads != [.closed], loads != [.cold], loads.allSatisfy({ $0.overload == nil }) else { return }
        guard loads.count(where: { $0 == .closed }) < 2 else {
            throw SuiteViolation(key: "rate_per_s", message: "'saturation' is given twice; give each value once")
        }
        let rates = loads.compactMap(\.ratePerSecond)
        try check(rates, "rate_per_s", in: ratePerSecond)
    }

    /// The bins of a cell are neither too narrow nor too many.
    @Sendable static func checkTimeline(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        guard let width = suite.timelineMs, width != 0 else { return }
        let longest = suite.usedFaults.map(suite.duration).max() ?? suite.duration
        if let fault = faultOfTimeline(width, duration: longest) {
            throw SuiteViolation(key: "timeline_ms", message: fault)
        }
    }

    /// Why the cells of that duration, in seconds, cannot be told in bins of that many milliseconds; nil where they can.
    package static func faultOfTimeline(_ width: Double, duration: Double) -> String? {
        guard binMilliseconds.contains(width) else {
            return "\(width) is out of range; allowed: 0, or \(text(binMilliseconds))"
        }
        let count = (duration * 1000 / width).rounded(.up)
        return count > Double(mostBins)
            ? "\(DecimalText.short(duration)) s in bins of \(DecimalText.short(width)) ms are more than \(mostBins) bins; take "
                + "wider ones"
            : nil
    }

    static func checkNetworks(_ suite: Suite) throws(SuiteViolation) {
        guard let networks = suite.networks else { return }
        guard !networks.isEmpty else {
            let names = Network.named.map(\.text).joined(separator: ", ")
            throw SuiteViolation(key: "network", message: "no value; allowed: \(names), or \(LinkProperties.form)")
        }
        for (index, network) in networks.enumerated() where networks[..<index].contains(network) {
            throw SuiteViolation(key: "network", message: "'\(network.text)' is named twice; give each value once")
        }
        guard !suite.settings.isEmpty else {
            throw SuiteViolation(key: "network", message: "Unix sockets go over no network; leave out one of the two")
        }
        if let link = networks.first(where: \.isLink), suite.usedStores.contains(.postgres) {
            throw SuiteViolation(
                key: "network",
                message:
                    "a logger behind '\(link.text)' does not reach the PostgreSQL on loopback; leave out one of the two"
            )
        }
    }

    /// A side is one of a link that has RabbitMQ at an end.
    @Sendable static func checkSides(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        guard !suite.usedNetworks.contains(where: suite.hasRabbitMQ) else { return }
        throw SuiteViolation(
            key: "rabbitmq_side",
            message: "RabbitMQ is behind no link here, which takes a network and one of "
                + "\((choice.behindLinks ?? []).joined(separator: ", ")); leave it out")
    }

    static func checkReference(_ name: String?, _ key: String, _ suite: Suite) throws(SuiteViolation) {
        guard let name, !suite.transports.contains(name) else { return }
        throw SuiteViolation(
            key: key, message: "'\(name)' is not measured; allowed: \(suite.transports.joined(separator: ", "))")
    }

    /// A suite of nothing but what can be had over TCP only has no cell over Unix sockets.
    @Sendable static func checkSockets(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        guard suite.sockets == [.unix], suite.transports.allSatisfy((choice.tcpOnly ?? []).contains) else { return }
        throw SuiteViolation(
            key: "socket", message: "\(suite.transports.joined(separator: ", ")) can be had over tcp only")
    }

    /// One or more words, each once.
    static func check(_ words: [String], _ key: String, allowed: [String]) throws(SuiteViolation) {
        guard !words.isEmpty else {
            throw SuiteViolation(key: key, message: "no value; allowed: \(allowed.joined(separator: ", "))")
        }
        for (index, word) in words.enumerated() where words[..<index].contains(word) {
            throw SuiteViolation(key: key, message: "'\(word)' is named twice; give each value once")
        }
    }

    static func check<Value: Comparable>(
        _ values: [Value], _ key: String, in range: ClosedRange<Value>
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

    static func check<Value: Comparable>(
        _ value: Value, _ key: String, in range: ClosedRange<Value>
    ) throws(SuiteViolation) {
        guard range.contains(value) else {
            throw SuiteViolation(key: key, message: "\(value) is out of range; allowed: \(text(range))")
        }
    }

    static func text<Value>(_ range: ClosedRange<Value>) -> String {
        "\(range.lowerBound) to \(range.upperBound)"
    }
}

extension Suite {
    /// This suite, if it can be run with the transports of that registry.
    /// - Throws: ``SuiteError`` that names the suite, the key, what is wrong and what is allowed.
    package func validated(transports choice: TransportChoice) throws(SuiteError) -> Suite {
        if let violation = SuiteRules.violation(of: self, transports: choice) {
            throw SuiteError(source: "suite '\(name)': \(violation.key)", message: violation.message)
        }
        return self
    }
}
