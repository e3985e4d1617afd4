/// Offered rates that are told by what a transport carries: the axis `overload`.
///
/// The warm-up of such a cell is a closed load. What the logger then has, by the time until it had it, is what was carried; the entries
/// that are measured are due at so many times that rate. Behind them comes a rate that the transport carries with ease, to see when it
/// is back.
package enum Overload {
    /// What may be asked for, in times of what was carried.
    package static let times = 0.1...10.0
    /// How many times what was carried the rate afterwards is.
    package static let timesAfterwards = 0.5
    /// How long that goes on, in seconds.
    package static let secondsAfterwards = 3.0
    /// The shortest warm-up that says what is carried, in seconds.
    package static let shortestWarmup = 0.2
}

extension Suite {
    /// How many times what was carried its cells are offered, one after the other; none where it is not about that.
    package var usedOverload: [Double] {
        get { loads.compactMap(\.overload) }
        set {
            loads = newValue.map { .overload(times: $0) }
            // What is measured beside loads that can be ranked has no meaning there.
            (coldDials, decomposition, bareLoop) = (nil, nil, nil)
        }
    }

    /// The points of its loads that are told by what was carried.
    var overloadPoints: [LoadPoint] { points.filter { $0.load.overload != nil } }
}

extension LoadPoint {
    /// Whether nothing goes wrong, and no more is asked for than somebody says: what is ranked, swept and advised from.
    var isSteady: Bool { fault == .none && load.overload == nil }
}

extension Cell {
    /// Whether nothing goes wrong, and no more is asked for than somebody says.
    package var isSteady: Bool { point.isSteady }
}

extension SuiteRules {
    /// What is carried can be told beforehand, by a load generator that goes by it.
    @Sendable static func checkOverload(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        let times = suite.usedOverload
        guard !times.isEmpty else { return }
        try check(times, "overload", in: Overload.times)
        func refuse(_ message: String) -> SuiteViolation { SuiteViolation(key: "overload", message: message) }
        guard suite.warmup >= Overload.shortestWarmup else {
            throw refuse(
                "the warm-up tells what is carried; let warmup_s be \(DecimalText.short(Overload.shortestWarmup)) or more"
            )
        }
        guard suite.usedChurn == [0] else {
            throw refuse("what connections carry that do not stay is another question; leave out churn")
        }
        guard suite.messagesPerOperation == 1 else {
            throw refuse("operations need a closed load; leave out messages_per_operation")
        }
        guard suite.usedBrokers == [.swift] else {
            throw refuse("this project's own load generator alone goes by what was carried; leave out brokers")
        }
    }
}
