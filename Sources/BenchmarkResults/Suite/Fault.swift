/// What goes wrong in a cell, at a third of its time: a value of the axis `faults`.
package enum Fault: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nothing.
    case none
    /// The logger is killed (SIGKILL), and started again at the same addresses.
    case loggerKill = "logger-kill"
    /// The logger stands still for a while (SIGSTOP, SIGCONT).
    case loggerStop = "logger-stop"
    /// Every connection of the load is reset.
    case connectionCut = "connection-cut"

    /// How long it lasts, in seconds: until a logger is started again, or goes on.
    package var seconds: Double {
        switch self {
        case .none, .connectionCut: 0
        case .loggerKill: 1
        case .loggerStop: 2
        }
    }

    /// When it comes, in seconds since a cell of that duration began to be measured.
    package static func beginning(in duration: Double) -> Double { duration / 3 }

    /// As it stands in a file; nil for none.
    var column: String? { self == .none ? nil : rawValue }

    /// `with logger-kill`; nil for none, which is meant where nothing is said.
    package var text: String? { self == .none ? nil : "with \(rawValue)" }

    /// What a sentence of it begins with; nil for none.
    var clause: String? {
        switch self {
        case .none: nil
        case .loggerKill: "When the logger is killed and started again \(Int(seconds)) s later"
        case .loggerStop: "When the logger stands still for \(Int(seconds)) s"
        case .connectionCut: "When all connections are reset"
        }
    }
}

extension Fault {
    /// Whether it means something there: a logger that is killed has to have a store, and only connections of TCP are reset.
    func canBeHad(in setting: Setting) -> Bool {
        switch self {
        case .none, .loggerStop: true
        case .loggerKill: setting.store.isDurable
        case .connectionCut: setting.socket == .tcp
        }
    }
}

extension Suite {
    /// What goes wrong in its cells, one after the other.
    package var usedFaults: [Fault] { faults ?? [.none] }

    /// The points of its loads that are ranked, swept and advised from: nothing goes wrong in them.
    var steadyPoints: [LoadPoint] { points.filter(\.isSteady) }

    /// Those in which something does.
    var faultyPoints: [LoadPoint] { points.filter { $0.fault != .none } }
}

extension SuiteRules {
    /// The shortest cell with a fault, in seconds: two before, and twice as many for what follows.
    static let shortestFaultyCell = 6.0
    /// The most entries of such a cell: what became of each is kept.
    package static let mostFates = 100_000

    /// There is a load that goes on while something goes wrong, time for it, and somebody it can be done to.
    @Sendable static func checkFaults(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        let faults = suite.usedFaults.filter { $0 != .none }
        guard let first = faults.first else { return }
        func refuse(_ message: String) -> SuiteViolation { SuiteViolation(key: "faults", message: message) }
        guard suite.loads.allSatisfy({ $0.ratePerSecond != nil }) else {
            throw refuse(
                "'\(first.rawValue)' needs a rate that goes on meanwhile, below what is carried; give rate_per_s alone, and "
                    + "without saturation")
        }
        guard suite.duration >= shortestFaultyCell else {
            throw refuse(
                "'\(first.rawValue)' comes at a third of a cell, and what follows takes time; let duration_s be "
                    + "\(DecimalText.short(shortestFaultyCell)) or more")
        }
        let most = suite.loads.compactMap(\.ratePerSecond).max() ?? 0
        guard most * suite.duration <= Double(mostFates) else {
            throw refuse(
                "what became of each entry is kept, of at most \(mostFates) in a cell; "
                    + "\(DecimalText.short(most))/s for \(DecimalText.short(suite.duration)) s are more")
        }
        guard suite.usedChurn == [0] else {
            throw refuse("connections that are closed after a number of entries come back anyway; leave out churn")
        }
        guard suite.usedPairs == [PartyPair()] else {
            throw refuse("faults are of this project's own halves alone; leave out brokers and loggers, or faults")
        }
        if faults.contains(.loggerKill), !suite.usedStores.contains(where: \.isDurable) {
            throw refuse(
                "what a logger in memory has acknowledged is gone when it is killed, which 'recorded' allows, so that nothing "
                    + "could be held against it; 'logger-kill' needs store sqlite or postgres")
        }
        if faults.contains(.connectionCut), suite.usedSockets == [.unix] {
            throw refuse("'connection-cut' resets connections of TCP; a Unix socket knows no reset")
        }
    }
}
