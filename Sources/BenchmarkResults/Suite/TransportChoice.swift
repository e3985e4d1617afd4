package import Broker

/// The transports that a suite can name, by their selectors: `grpc`, `grpc:stream`.
package struct TransportChoice: Sendable, Hashable {
    /// All that can be named.
    package var known: [String]
    /// Those that a suite measures when it names none.
    package var standard: [String]

    /// Creates a choice.
    package init(known: [String], standard: [String]) {
        self.known = known
        self.standard = standard
    }

    /// The choice that a registry gives.
    package init(registry: [TransportDescriptor]) {
        known = registry.map(\.selector)
        standard = registry.filter(\.isInDefaultSuite).map(\.selector)
    }
}
