import TransportIO

/// What connection.tune settles (AMQP 0-9-1, 1.4.2.6).
struct Negotiation: Sendable, Hashable {
    /// The first channel, and the only one unless there are to be several.
    static let channel: UInt16 = 1
    /// The frame-max that RabbitMQ proposes, and the most that is agreed to.
    static let defaultFrameMax: UInt32 = 131_072
    /// The smallest frame-max that a peer must accept.
    static let minFrameMax: UInt32 = 4096
    /// The heartbeat that is wanted where the URL does not say, in seconds.
    static let defaultHeartbeat: UInt16 = 20

    /// The largest frame, overhead included.
    var frameMax: UInt32
    /// The longest silence, in seconds; 0 for no heartbeats.
    var heartbeat: UInt16

    /// Agrees on the smaller of what either side wants, where 0 means no limit.
    /// - Throws: where RabbitMQ offers too little.
    init(
        offeredChannelMax: UInt16, offeredFrameMax: UInt32, offeredHeartbeat: UInt16, channels: UInt16, _ url: AMQPURL
    ) throws(ProtocolError) {
        guard offeredFrameMax == 0 || offeredFrameMax >= Self.minFrameMax else {
            throw ProtocolError("it proposed a frame-max of \(offeredFrameMax) bytes; AMQP 0-9-1 asks for 4096 or more")
        }
        guard offeredChannelMax == 0 || offeredChannelMax >= channels else {
            throw ProtocolError(
                "it allows \(offeredChannelMax) channels on a connection, not \(channels) (channel_max)")
        }
        let wanted = min(url.frameMax ?? Self.defaultFrameMax, Self.defaultFrameMax)
        frameMax = offeredFrameMax == 0 ? wanted : min(offeredFrameMax, wanted)
        switch (offeredHeartbeat, url.heartbeat ?? Self.defaultHeartbeat) {
        case (_, 0): heartbeat = 0
        case (0, let wanted): heartbeat = wanted
        case (let offered, let wanted): heartbeat = min(offered, wanted)
        }
    }
}
