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
    /// The logger's store has no room for a while.
    case diskFull = "disk-full"
    /// The network loses every packet for a while.
    case blackhole
    /// RabbitMQ is killed (SIGKILL), and started again with what it has on disk.
    case rabbitMQKill = "rabbitmq-kill"
    /// RabbitMQ takes no entries for a while, as for want of memory.
    case memoryAlarm = "memory-alarm"
    /// The node of a RabbitMQ cluster that broker and logger are connected to is killed (SIGKILL), and started again.
    case nodeKill = "node-kill"
    /// The node of a RabbitMQ cluster that leads the quorum queue, to which neither is connected, is killed (SIGKILL), and started
    /// again.
    case leaderKill = "leader-kill"

    /// How long it lasts, in seconds: until what was killed is started again, or what stands still goes on.
    package var seconds: Double {
        switch self {
        case .none, .connectionCut: 0
        case .loggerKill, .rabbitMQKill, .nodeKill, .leaderKill: 1
        case .loggerStop, .diskFull, .blackhole, .memoryAlarm: 2
        }
    }

    /// How long a cell with it is measured at the least, in seconds, where its suite has shorter ones: what follows takes time.
    var leastDuration: Double {
        switch self {
        case .none, .loggerKill, .loggerStop, .connectionCut, .diskFull, .memoryAlarm: 0
        // TCP sends again what was lost at intervals that double, so that it may be twice as long until it goes on.
        case .blackhole: 9
        // It takes some until it answers again.
        case .rabbitMQKill, .nodeKill, .leaderKill: 15
        }
    }

    /// When it comes, in seconds since a cell of that duration began to be measured.
    package static func beginning(in duration: Double) -> Double { duration / 3 }

    /// How long a cell goes on after a fault that came then, in the same unit.
    static func left(after beginning: Double) -> Double { 2 * beginning }

    /// All but none, in words.
    static var names: String { allCases.compactMap(\.column).joined(separator: ", ") }

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
        case .diskFull: "When the logger's disk is full for \(Int(seconds)) s"
        case .blackhole: "When the network loses every packet for \(Int(seconds)) s"
        case .rabbitMQKill: "When RabbitMQ is killed and started again \(Int(seconds)) s later"
        case .memoryAlarm: "When RabbitMQ has no memory for \(Int(seconds)) s"
        case .nodeKill: "When the node that both are connected to is killed and started again \(Int(seconds)) s later"
        case .leaderKill:
            "When the queue's leader, to which neither is connected, is killed and started again \(Int(seconds)) s later"
        }
    }
}

extension Fault {
    /// Whether it is done to the RabbitMQ between broker and logger, so that only transports that go through one have it.
    package var isOfRabbitMQ: Bool { [.rabbitMQKill, .memoryAlarm, .nodeKill, .leaderKill].contains(self) }

    /// Whether a process is killed and started again.
    package var takesSomebodyAway: Bool { [.loggerKill, .rabbitMQKill, .nodeKill, .leaderKill].contains(self) }

    /// Whether it means something there: a logger that is killed has to have a store, one whose disk is full an SQLite file, only
    /// connections of TCP are reset, or go to a RabbitMQ, and only a link loses packets.
    func canBeHad(in setting: Setting) -> Bool {
        switch self {
        case .none, .loggerStop: true
        case .loggerKill: setting.store.isDurable
        case .diskFull: setting.store == .sqlite
        case .connectionCut, .rabbitMQKill, .memoryAlarm, .nodeKill, .leaderKill: setting.socket == .tcp
        case .blackhole: setting.network.isLink
        }
    }
}

extension LoadPoint {
    /// The same where nothing goes wrong.
    var steady: LoadPoint {
        var point = self
        (point.fault, point.retries) = (.none, .own)
        return point
    }
}

extension Suite {
    /// What goes wrong in its cells, one after the other.
    package var usedFaults: [Fault] { faults ?? [.none] }

    /// How long a cell with that fault is measured, in seconds.
    package func duration(with fault: Fault) -> Double { max(duration, fault.leastDuration) }

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
        let longest = faults.map(suite.duration).max() ?? suite.duration
        guard most * longest <= Double(mostFates) else {
            throw refuse(
                "what became of each entry is kept, of at most \(mostFates) in a cell; "
                    + "\(DecimalText.short(most))/s for \(DecimalText.short(longest)) s are more")
        }
        guard suite.usedChurn == [0] else {
            throw refuse("connections that are closed after a number of entries come back anyway; leave out churn")
        }
        guard suite.usedPairs.allSatisfy({ $0.logger == .swift }) else {
            throw refuse(
                "who kills a logger, and looks into its store, has to know it: say loggers: swift, and pairs: all where "
                    + "there are several brokers")
        }
        if let broker = suite.usedPairs.map(\.broker).first(where: { !$0.tellsFates }) {
            let those = Party.allCases.filter(\.tellsFates).map(\.rawValue).joined(separator: ", ")
            throw refuse(
                "'\(broker.rawValue)' as the broker does not say what became of each entry; these do: \(those)")
        }
        if faults.contains(.loggerKill), !suite.usedStores.contains(where: \.isDurable) {
            throw refuse(
                "what a logger in memory has acknowledged is gone when it is killed, which 'recorded' allows, so that nothing "
                    + "could be held against it; 'logger-kill' needs store sqlite or postgres")
        }
        if faults.contains(.diskFull), !suite.usedStores.contains(.sqlite) {
            throw refuse("'disk-full' has the logger write nothing more to its SQLite file; it needs store sqlite")
        }
        if faults.contains(.connectionCut), suite.usedSockets == [.unix] {
            throw refuse("'connection-cut' resets connections of TCP; a Unix socket knows no reset")
        }
        if faults.contains(.blackhole), !suite.usedNetworks.contains(where: \.isLink) {
            throw refuse(
                "'blackhole' has the link between broker and logger lose every packet, and loopback has none; name a network, such as "
                    + "lan")
        }
        for fault in faults where fault.isOfRabbitMQ {
            let allowed = choice.transports(with: fault)
            guard suite.transports.contains(where: allowed.contains), suite.usedSockets != [.unix] else {
                throw refuse(
                    "'\(fault.rawValue)' is of transports that go over TCP through a RabbitMQ, or a cluster of several, which their "
                        + "acknowledged entries outlive; allowed: \(allowed.joined(separator: ", "))")
            }
        }
    }
}
