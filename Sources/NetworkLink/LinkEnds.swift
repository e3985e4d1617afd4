/// How the two ends of a link that runs are entered: what it says of itself when it is ready, a line of JSON.
package struct LinkEnds: Sendable, Hashable, Codable {
    /// That the link carries packets.
    package var ready = true
    /// The link's process, with which its ends are gone.
    package var pid: Int32
    /// The file of the user namespace that the others are in.
    package var user: String
    /// The file of the broker's network namespace.
    package var broker: String
    /// The file of the logger's network namespace.
    package var logger: String
    /// The broker's address.
    package var brokerAddress: String
    /// The logger's address.
    package var loggerAddress: String
    /// Where connections within the logger's network namespace are to be had: see ``EndSockets``.
    package var sockets: String
    /// Where those within the broker's are.
    package var brokerSockets: String

    private enum CodingKeys: String, CodingKey {
        case ready, pid, user, broker, logger, sockets
        case brokerAddress = "broker_address"
        case loggerAddress = "logger_address"
        case brokerSockets = "broker_sockets"
    }
}
