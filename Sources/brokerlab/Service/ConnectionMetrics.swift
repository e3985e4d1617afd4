import Metrics
import TransportIO

/// The connections of the servers that take entries, as metrics.
enum ConnectionMetrics {
    /// How many are open now.
    @Sendable
    static func families() -> [MetricFamily] {
        [
            MetricFamily(
                .gauge, "brokerlab_open_connections",
                "Connections that are open at the addresses that take entries; a message broker's are not among them.",
                ServerConnections.shared.openCount)
        ]
    }
}
