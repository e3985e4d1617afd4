package import Broker

/// The transports that a suite can name, by their selectors: `grpc`, `grpc:stream`.
package struct TransportChoice: Sendable, Hashable {
    /// All that can be named.
    package var known: [String]
    /// Those that a suite measures when it names none.
    package var standard: [String]
    /// What the others are compared with.
    package var references: References
    /// Those that can be had over TCP only, since a message broker between their halves has no Unix domain socket; nil for none.
    package var tcpOnly: [String]?
    /// Those of them whose message broker can be at an end of a link; nil for none.
    package var behindLinks: [String]?
    /// Those whose message broker can be killed and started again without an entry being lost that was acknowledged; nil for none.
    package var killable: [String]?
    /// Those whose message broker is a cluster, most nodes of which have an entry when it is acknowledged; nil for none.
    package var replicated: [String]?

    /// Creates a choice.
    package init(
        known: [String], standard: [String], references: References = References(), tcpOnly: [String]? = nil,
        behindLinks: [String]? = nil, killable: [String]? = nil, replicated: [String]? = nil
    ) {
        self.known = known
        self.standard = standard
        self.references = references
        self.tcpOnly = tcpOnly
        self.behindLinks = behindLinks
        self.killable = killable
        self.replicated = replicated
    }

    /// The choice that a registry gives.
    package init(registry: [TransportDescriptor]) {
        known = registry.map(\.selector)
        standard = registry.filter(\.isInDefaultSuite).map(\.selector)
        references = References(
            floor: registry.first { $0.reference == .floor }?.selector,
            baseline: registry.first { $0.reference == .baseline }?.selector)
        tcpOnly = registry.filter { $0.companion != nil }.map(\.selector)
        behindLinks = registry.filter { $0.companion?.runsBehindLinks ?? false }.map(\.selector)
        killable = registry.filter { $0.companion?.canBeKilled ?? false && $0.durability.survives(.rabbitmq) }
            .map(\.selector)
        replicated = registry.filter { $0.durability == .queueReplicas }.map(\.selector)
    }

    /// Those that a fault can be done to.
    func transports(with fault: Fault) -> [String] {
        switch fault {
        case .rabbitMQKill, .memoryAlarm: killable ?? []
        case .nodeKill, .leaderKill: replicated ?? []
        case .none, .loggerKill, .loggerStop, .connectionCut, .diskFull, .blackhole: known
        }
    }
}

/// The transports that others are compared with, by their selectors.
package struct References: Sendable, Hashable, Codable {
    /// The one that others are divided by.
    package var floor: String?
    /// The one that a report's sentences compare others with, where the suite measures it and says nothing else.
    package var baseline: String?

    /// Creates references.
    package init(floor: String? = nil, baseline: String? = nil) {
        self.floor = floor
        self.baseline = baseline
    }
}
