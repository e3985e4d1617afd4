/// What keeps RabbitMQ from taking messages at present.
struct Obstacles {
    /// Why the whole connection is blocked: connection.blocked.
    var connection: String?
    private var stoppedChannels: Set<UInt16> = []

    /// What to call it; nil where nothing is in the way.
    var reason: String? { connection ?? (stoppedChannels.isEmpty ? nil : "channel.flow") }

    /// A channel is to be silent, or may speak again: channel.flow.
    mutating func set(_ channel: UInt16, isStopped: Bool) {
        if isStopped { stoppedChannels.insert(channel) } else { stoppedChannels.remove(channel) }
    }
}
