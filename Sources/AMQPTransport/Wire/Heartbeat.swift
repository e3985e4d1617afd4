import NIOCore
import TransportIO

/// The sign of life that either side gives, and the silence of the peer (AMQP 0-9-1, 4.2.7).
struct Heartbeat {
    /// How often it is looked at before there is an interval, as a bound on the handshake.
    private static let handshakePatience = TimeAmount.seconds(5)

    /// The agreed interval, in seconds; 0 for no heartbeats, nil before the handshake has come to it.
    var interval: UInt16?
    /// How often it was looked at since something came.
    private var silentLooks = 0

    /// Half of the interval.
    var lookInterval: TimeAmount? {
        guard let interval else { return Self.handshakePatience }
        return interval == 0 ? nil : .milliseconds(Int64(interval) * 500)
    }

    /// Something came from the peer.
    mutating func heard() {
        silentLooks = 0
    }

    /// Sends a heartbeat; gives up a peer that was silent for two intervals.
    mutating func look(into out: inout ByteBuffer) throws(ProtocolError) {
        silentLooks += 1
        guard let interval else {
            guard silentLooks < 2 else {
                throw ProtocolError("no answer to the AMQP handshake; is it RabbitMQ's AMQP port?")
            }
            return
        }
        if silentLooks > 4 {
            throw ProtocolError("nothing came for two heartbeat intervals of \(interval) s; it is taken for dead")
        }
        out.writeHeartbeat()
    }
}
