public import Broker

/// The transports that a suite can name, by their selectors: `grpc`, `grpc:stream`.
public struct TransportChoice: Sendable, Hashable {
    /// All that can be named.
    public var known: [String]
    /// Those that a suite measures when it names none.
    public var standard: [String]

    /// Creates a choice.
    public init(known: [String], standard: [String]) {
        self.known = known
        self.standard = standard
    }

    /// The choice that a registry gives.
    public init(registry: [TransportDescriptor]) {
        known = registry.map(\.selector)
        standard = registry.filter(\.isInDefaultSuite).map(\.selector)
    }
}
