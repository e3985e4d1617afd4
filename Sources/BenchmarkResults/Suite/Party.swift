/// Who plays a half of a benchmark: a value of the axes `brokers` and `loggers`, and all that there is to know of it.
///
/// One more is a case here and a program in `Benchmarks/peers` that keeps the party contract.
package enum Party: String, Sendable, Hashable, CaseIterable, Codable {
    /// This project's own halves.
    case swift
    /// A program in Go, at its best.
    case go
    /// The same with everything as the libraries have it.
    case goDefaults = "go-defaults"
    /// A program in Python, at its best.
    case python
    /// The same with everything as the libraries have it.
    case pythonDefaults = "python-defaults"
    /// A program of bare epoll loops: what no other is to beat.
    case c
    /// A program in C++, at its best.
    case cpp
    /// The same with everything as the library has it.
    case cppDefaults = "cpp-defaults"
    /// A program in Java, at its best.
    case java
    /// The same with everything as Java and the libraries have it.
    case javaDefaults = "java-defaults"
    /// A program in Rust, at its best.
    case rust
    /// The same with everything as the libraries have it.
    case rustDefaults = "rust-defaults"

    /// A half of a benchmark: the word that a program is told to play it with.
    package enum Half: String, Sendable {
        /// The load generator.
        case broker
        /// The logger.
        case logger
    }

    /// The program that plays it; nil for this project's own halves.
    package var program: String? {
        switch self {
        case .swift: nil
        case .go, .goDefaults: "party-go"
        case .python, .pythonDefaults: "party-python"
        case .c: "party-c"
        case .cpp, .cppDefaults: "party-cpp"
        case .java, .javaDefaults: "party-java"
        case .rust, .rustDefaults: "party-rust"
        }
    }

    /// What its program is told before all else.
    package func arguments(playing half: Half) -> [String] {
        switch self {
        case .swift: []
        case .go, .python, .c, .cpp, .java, .rust: [half.rawValue]
        case .goDefaults, .pythonDefaults, .cppDefaults, .javaDefaults, .rustDefaults: [half.rawValue, "--defaults"]
        }
    }

    /// Whether it goes on behind an entry that has failed, and says what became of each: without that a fault tells nothing.
    var tellsFates: Bool {
        switch self {
        case .swift, .go, .goDefaults: true
        default: false
        }
    }

    /// The command that builds its program, and installs what that takes; nil for this project's own halves.
    package var buildCommand: String? { program.map { "Benchmarks/peers/build \($0)" } }
}

/// Who plays the broker, and who the logger.
package struct PartyPair: Sendable, Hashable {
    /// Who generates the load.
    package var broker = Party.swift
    /// Who records it.
    package var logger = Party.swift

    /// Creates a pair; this project's own halves where nothing is said.
    package init(broker: Party = .swift, logger: Party = .swift) {
        (self.broker, self.logger) = (broker, logger)
    }

    /// Whether both are this project's own.
    package var isOwn: Bool { self == PartyPair() }

    /// The same for names: `go`, or `go-to-swift`.
    var name: String { broker == logger ? broker.rawValue : "\(broker.rawValue)-to-\(logger.rawValue)" }

    /// The flags of `bench` that ask for it; nil for this project's own halves.
    var flags: String? {
        isOwn
            ? nil
            : "--brokers \(broker.rawValue) --loggers \(logger.rawValue)" + (broker == logger ? "" : " --pairs all")
    }

    /// `played by go`, or `from go to swift`; nil for this project's own halves, which are meant where nothing is said.
    var text: String? {
        guard !isOwn else { return nil }
        return broker == logger ? "played by \(broker.rawValue)" : "from \(broker.rawValue) to \(logger.rawValue)"
    }
}

/// Which brokers are put together with which loggers: the key `pairs`.
package enum PartyPairing: String, Sendable, Hashable, CaseIterable, Codable {
    /// Each with the one of its own name.
    case alike
    /// Each with each.
    case all
}

extension Suite {
    /// Who plays the broker, one after the other.
    package var usedBrokers: [Party] { brokers ?? [.swift] }

    /// Who plays the logger, one after the other.
    package var usedLoggers: [Party] { loggers ?? [.swift] }

    /// Which of them are put together.
    package var usedPairing: PartyPairing {
        get { pairs ?? .alike }
        set { pairs = newValue }
    }

    /// Who plays broker and logger, one pair after the other.
    package var usedPairs: [PartyPair] {
        usedBrokers.flatMap { broker in
            usedLoggers.filter { usedPairing == .all || $0 == broker }.map { PartyPair(broker: broker, logger: $0) }
        }
    }

    /// Whether both of a pair speak a transport: this project's own halves speak all, and others what they have said.
    func speaks(_ transport: String, _ pair: PartyPair) -> Bool {
        [pair.broker, pair.logger].allSatisfy { spoken?[$0.rawValue]?.contains(transport) ?? true }
    }

    /// The suite without what some parties would play; nil where nothing is left.
    package func without(_ missing: Set<Party>) -> Suite? {
        var suite = self
        suite.brokers = usedBrokers.filter { !missing.contains($0) }
        suite.loggers = usedLoggers.filter { !missing.contains($0) }
        return suite.usedPairs.isEmpty ? nil : suite
    }
}

extension SuiteRules {
    /// Everybody has somebody to play with, and nothing is asked that other programs are not told.
    @Sendable static func checkPairs(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        if suite.usedPairing == .alike {
            for (key, own, other, others) in [
                ("brokers", suite.usedBrokers, "loggers", suite.usedLoggers),
                ("loggers", suite.usedLoggers, "brokers", suite.usedBrokers),
            ] {
                guard let alone = own.first(where: { !others.contains($0) }) else { continue }
                throw SuiteViolation(
                    key: key,
                    message: "'\(alone.rawValue)' is none of the \(other); name it there as well, or set pairs to all")
            }
        }
        guard let other = suite.usedPairs.flatMap({ [$0.broker, $0.logger] }).first(where: { $0 != .swift }) else {
            return
        }
        if suite.loads == [.cold], suite.usedBrokers != [.swift] {
            throw SuiteViolation(
                key: "brokers",
                message: "cold connections are dialed by this project's own load generator alone; leave out one of the "
                    + "two")
        }
        if suite.usedChurn != [0], suite.usedBrokers != [.swift] {
            throw SuiteViolation(
                key: "brokers",
                message:
                    "connections are closed after a number of entries by this project's own load generator alone; leave "
                    + "out brokers or churn")
        }
        if suite.usedLoggerWork != [0], suite.usedLoggers != [.swift] {
            throw SuiteViolation(
                key: "loggers",
                message:
                    "this project's own logger alone is told to work on entries; leave out loggers or logger_work_us")
        }
        guard suite.usedSockets == [.tcp], suite.usedTLS == [.off] else {
            throw SuiteViolation(
                key: suite.usedBrokers.contains(other) ? "brokers" : "loggers",
                message: "'\(other.rawValue)' is measured over TCP and in cleartext; leave out socket and tls")
        }
        if suite.usedStores != [.memory], let other = suite.usedLoggers.first(where: { $0 != .swift }) {
            throw SuiteViolation(
                key: "loggers",
                message: "'\(other.rawValue)' keeps entries in memory; leave out store, or say loggers: swift")
        }
    }
}
