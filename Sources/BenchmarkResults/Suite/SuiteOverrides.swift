/// Values given as flags, which take the place of a suite's own.
package struct SuiteOverrides: Sendable, Hashable {
    private var values: [String: SuiteValue] = [:]

    /// Creates overrides that change nothing.
    package init() {}

    /// The value of the key of that name; nil leaves the suite's own.
    package subscript(key: String) -> SuiteValue? {
        get { values[key] }
        set { values[key] = newValue }
    }
}

extension Suite {
    /// This suite with the values given as flags.
    /// - Throws: ``SuiteError`` that names the flag, what is wrong and what is allowed.
    package func applying(_ overrides: SuiteOverrides, transports choice: TransportChoice) throws(SuiteError) -> Suite {
        var suite = self
        let given = SuiteKey.all.filter { overrides[$0.name] != nil }
        for key in given {
            if let value = overrides[key.name] { key.set(value, &suite) }
        }
        // What the suite's own file compares with may be left out.
        if overrides["baseline"] == nil {
            suite.baseline = baseline.flatMap { suite.transports.contains($0) ? $0 : nil }
        }
        suite.control = control.flatMap { suite.transports.contains($0) ? $0 : nil }
        // So may slices be that nobody has asked for here.
        if overrides["slice_ms"] == nil, !suite.fitsSlices(changed: given) { suite.sliceMs = nil }
        if let (key, reason) = suite.contradiction(given) {
            throw SuiteError(source: "--\(key.flag)", message: reason)
        }
        if let (key, rate) = suite.unscheduled(given) {
            throw SuiteError(source: "--\(key.flag)", message: "a closed load has no schedule; add --\(rate.flag)")
        }
        if let violation = SuiteRules.violation(of: suite, transports: choice) {
            throw SuiteError(source: violation.flag, message: violation.message)
        }
        return suite
    }

    /// The key that another of the same file or command contradicts, or the load that the suite has, and why; nil where none does.
    func contradiction(_ given: [SuiteKey]) -> (key: SuiteKey, reason: String)? {
        if given.contains(where: { $0.name == "rounds" }), let key = given.first(where: { $0.name == "time_budget_s" })
        {
            return (key, "the number of rounds is fixed; leave out one of the two")
        }
        let others = Self.notOfOverload
        if !usedOverload.isEmpty, let key = given.first(where: { others.contains($0.name) }) {
            return (key, "overload has a rate of its own, by what was carried; leave out one of the two")
        }
        guard coldDials != nil,
            let key = given.first(where: { $0.needsRate || Self.notOfColdConnections.contains($0.name) })
        else { return nil }
        return (key, "cold_dials has one connection at a time, for one entry; leave out one of the two")
    }

    /// The keys that mean nothing where the rate is told by what was carried.
    private static let notOfOverload: Set = [
        "rate_per_s", "arrivals", "cold_dials", "churn", "messages_per_operation", "min_rate_kept", "bare_loop",
        "decomposition", "faults", "retries", "slice_ms",
    ]

    /// The keys that mean nothing where each entry has a connection of its own.
    private static let notOfColdConnections: Set = [
        "rate_per_s", "in_flight", "connections", "churn", "messages_per_operation", "timeline_ms", "decomposition",
        "bare_loop", "faults", "retries", "slice_ms",
    ]

    /// The first of the keys that means nothing without a rate, with the key of that rate; nil where all mean something.
    func unscheduled(_ given: [SuiteKey]) -> (key: SuiteKey, rate: SuiteKey)? {
        guard loads == [.closed], let rate = SuiteKey.named("rate_per_s"),
            !given.contains(where: { $0.name == rate.name }),
            let key = given.first(where: \.needsRate)
        else { return nil }
        return (key, rate)
    }
}
