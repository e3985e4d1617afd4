import HTTP2
import NIOCore
import TransportIO

/// What a connection is not allowed to go on for ever with.
extension GRPCServerEngine {
    var keepAliveInterval: TimeAmount? { ConnectionWatch.interval }

    func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        guard let loop else { return }
        let now = loop.now
        let end = connection.look(at: now, isBusy: streams.areAnyOpen) { stalledStream(at: now) }
        send(into: &out)
        if let end { throw ProtocolError(end) }
    }

    /// A stream of which the client takes nothing of what waits for it.
    private func stalledStream(at now: NIODeadline) -> Int32? {
        guard streams.areAnyOpen else { return nil }
        for slot in 0..<streams.count where streams[slot].id != 0 {
            let owes = owes(slot)
            if connection.isStalled(&streams[slot].owesSince, owes: owes, now: now) { return streams[slot].id }
        }
        return nil
    }

    /// Whether bytes wait for the client to open its window.
    private func owes(_ slot: Int) -> Bool {
        guard let call = streams[slot].call else { return streams[slot].isAnswered }
        return call.hasSubmittedHeaders && call.unsent.readableBytes > 0
    }
}
