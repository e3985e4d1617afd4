/// What connection.tune settles (AMQP 0-9-1, 1.4.2.6).
struct Negotiation: Sendable, Hashable {
    /// The only channel that is used.
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
    init(offeredFrameMax: UInt32, offeredHeartbeat: UInt16, wantedFrameMax: UInt32?, wantedHeartbeat: UInt16?) {
        let wanted = min(wantedFrameMax ?? Self.defaultFrameMax, Self.defaultFrameMax)
        frameMax = offeredFrameMax == 0 ? wanted : min(offeredFrameMax, wanted)
        switch (offeredHeartbeat, wantedHeartbeat ?? Self.defaultHeartbeat) {
        case (_, 0): heartbeat = 0
        case (0, let wanted): heartbeat = wanted
        case (let offered, let wanted): heartbeat = min(offered, wanted)
        }
    }
}
