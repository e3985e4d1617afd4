import ArgumentParser
import Broker
import TransportIO

/// What clients may take of a command that listens.
struct ServerLimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The most open connections; one more is closed at once. (default: what the limit of file descriptors leaves, at "
                + "most 16384)", valueName: "n"))
    var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "The most open connections from one address, or over Unix sockets from one user. (default: three quarters of "
                + "--max-connections)", valueName: "n"))
    var maxConnectionsPerAddress: Int?

    @Option(
        help: ArgumentHelp(
            "End a connection on which nothing has happened for so long. (default: 1800)", valueName: "seconds"))
    var idleTimeout: Int?

    @Option(
        help: ArgumentHelp(
            "How long a message may take to arrive; each KiB that comes gives it a second more. (default: 20)",
            valueName: "seconds"))
    var messageTimeout: Int?

    @Option(
        help: ArgumentHelp(
            "The memory for messages that have not all come and answers that are not read, of all connections together; when "
                + "it is used up, the connection that holds the most is closed. (default: 256)", valueName: "mib"))
    var maxHeldMib: Int?

    func validate() throws {
        try Self.check("--max-connections", maxConnections, 1...1_000_000)
        try Self.check("--max-connections-per-address", maxConnectionsPerAddress, 1...1_000_000)
        try Self.check("--idle-timeout", idleTimeout, 1...31_536_000)
        try Self.check("--message-timeout", messageTimeout, 1...86_400)
        try Self.check("--max-held-mib", maxHeldMib, 1...1_048_576)
    }

    private static func check(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
        guard let value, !range.contains(value) else { return }
        throw ValidationError("\(name) takes \(range.lowerBound) to \(range.upperBound).")
    }

    /// What was told, and the defaults for the rest.
    var limits: ServerLimits {
        var limits = ServerLimits()
        limits.maxConnections = maxConnections
        limits.maxConnectionsPerAddress = maxConnectionsPerAddress
        if let idleTimeout { limits.idle = .seconds(idleTimeout) }
        if let messageTimeout { limits.message = .seconds(messageTimeout) }
        if let maxHeldMib { limits.maxHeldBytes = maxHeldMib << 20 }
        return limits
    }
}
