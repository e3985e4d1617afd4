/// Values given as flags, which take the place of a suite's own.
public struct SuiteOverrides: Sendable, Hashable {
    /// From `--transport`.
    public var transports: [String]?
    /// From `--payload-bytes`.
    public var payloadBytes: [Int]?
    /// From `--in-flight`.
    public var inFlight: [Int]?
    /// From `--connections`.
    public var connections: [Int]?
    /// From `--rate`, in entries per second; makes the load open.
    public var ratesPerSecond: [Double]?
    /// From `--arrivals`.
    public var arrivals: Arrivals?
    /// From `--spin-us`.
    public var spinUs: Double?
    /// From `--baseline`.
    public var baseline: String?
    /// From `--placement`.
    public var placement: Placement?
    /// From `--rounds`.
    public var rounds: Int?
    /// From `--duration`, in seconds.
    public var duration: Double?
    /// From `--warmup`, in seconds.
    public var warmup: Double?
    /// From `--seed`.
    public var seed: UInt64?

    /// Creates overrides that change nothing.
    public init() {}
}

extension Suite {
    /// This suite with the values given as flags.
    /// - Throws: ``SuiteError`` that names the flag, what is wrong and what is allowed.
    public func applying(_ overrides: SuiteOverrides, transports choice: TransportChoice) throws(SuiteError) -> Suite {
        var suite = self
        suite.transports = overrides.transports ?? transports
        suite.payloadBytes = overrides.payloadBytes ?? payloadBytes
        suite.inFlight = overrides.inFlight ?? inFlight
        suite.connections = overrides.connections ?? connections
        suite.loads = try loads(overrides)
        suite.spinUs = overrides.spinUs ?? spinUs
        suite.baseline = overrides.baseline ?? baseline.flatMap { suite.transports.contains($0) ? $0 : nil }
        suite.control = control.flatMap { suite.transports.contains($0) ? $0 : nil }
        suite.placement = overrides.placement ?? placement
        suite.rounds = overrides.rounds ?? rounds
        suite.duration = overrides.duration ?? duration
        suite.warmup = overrides.warmup ?? warmup
        suite.seed = overrides.seed ?? seed
        if let violation = SuiteRules.violation(of: suite, transports: choice.known) {
            throw SuiteError(source: violation.key.flag, message: violation.message)
        }
        return suite
    }

    private func loads(_ overrides: SuiteOverrides) throws(SuiteError) -> [LoadModel] {
        let arrivals = overrides.arrivals ?? loads.lazy.compactMap(\.arrivals).first ?? .constant
        if let rates = overrides.ratesPerSecond { return rates.map { .open(ratePerSecond: $0, arrivals: arrivals) } }
        for (value, key) in [(overrides.arrivals as Any?, SuiteKey.arrivals), (overrides.spinUs, .spin)]
        where value != nil && loads == [.closed] {
            throw SuiteError(source: key.flag, message: "a closed load has no schedule; add --rate")
        }
        return loads.map { load in
            load.ratePerSecond.map { .open(ratePerSecond: $0, arrivals: arrivals) } ?? .closed
        }
    }
}
