/// What a link did for a while: its audit of itself.
package struct LinkAccount: Sendable, Hashable, Codable {
    /// One way of it.
    package struct Way: Sendable, Hashable, Codable {
        /// Packets that came to it.
        package var packets: UInt64 = 0
        /// Their bytes, headers of IP included.
        package var bytes: UInt64 = 0
        /// Those of them that were lost, as the link's loss says, or because all were to be.
        package var lost: UInt64 = 0
        /// Those of them that found the queue full.
        package var queueDrops: UInt64 = 0
        /// Those that the devices had no room for, before they came or when they were handed on.
        package var deviceDrops: UInt64 = 0

        private enum CodingKeys: String, CodingKey {
            case packets, bytes, lost
            case queueDrops = "queue_drops"
            case deviceDrops = "device_drops"
        }
    }

    /// How long it was, in microseconds.
    package var elapsedUs = 0.0
    /// The CPU time that the link used, in microseconds.
    package var cpuUs = 0.0
    /// How much later than due packets were handed on, in microseconds: the median; nil where none was.
    package var latenessP50Us: Double?
    /// The 99th percentile of the same.
    package var latenessP99Us: Double?
    /// From the broker's side to the logger's.
    package var toLogger = Way()
    /// From the logger's side to the broker's.
    package var toBroker = Way()

    private enum CodingKeys: String, CodingKey {
        case elapsedUs = "elapsed_us"
        case cpuUs = "cpu_us"
        case latenessP50Us = "lateness_p50_us"
        case latenessP99Us = "lateness_p99_us"
        case toLogger = "to_logger"
        case toBroker = "to_broker"
    }

    /// Nothing has come yet.
    package init() {}

    /// A figure of both ways together.
    package func sum(_ figure: (Way) -> UInt64) -> UInt64 { figure(toLogger) + figure(toBroker) }
}
