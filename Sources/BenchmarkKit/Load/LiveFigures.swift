import Synchronization

/// What a load that is under way has come to so far, for whoever waits for it.
///
/// Of the connections of an event loop, one puts the figures of all here ten times a second; a message costs nothing for it.
package final class LiveFigures: Sendable {
    /// What all connections have come to.
    package struct SoFar: Sendable, Hashable {
        /// Acknowledged entries a second.
        package var messagesPerSecond: Double
        /// In microseconds; that of the slowest event loop where there are several.
        package var p99Us: Double
    }

    /// How often figures are put here, in nanoseconds.
    static let interval: UInt64 = 100_000_000

    private let connections = Mutex<[Int: SoFar]>([:])

    /// Puts what the connections have come to that this one tells of.
    func put(_ figures: SoFar, connection: Int) {
        connections.withLock { $0[connection] = figures }
    }

    /// What was put last; nil before anything was.
    var soFar: SoFar? {
        connections.withLock { connections in
            guard !connections.isEmpty else { return nil }
            return SoFar(
                messagesPerSecond: connections.values.map(\.messagesPerSecond).reduce(0, +),
                p99Us: connections.values.map(\.p99Us).max() ?? 0)
        }
    }
}
