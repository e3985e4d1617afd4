import HTTP2
import NIOCore
import TransportIO

/// What a connection is not allowed to go on for ever with.
extension GRPCServerEngine {
    var keepAliveInterval: TimeAmount? { ConnectionWatch.interval }

    func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        guard let loop else { return }
        let now = loop.now
        let end = connection.look(at: now, isBusy: streams.areAnyOpen) {
            connection.stalledStream(of: streams, at: now, owes: owes)
        }
        send(into: &out)
        if let end { throw ProtocolError(end) }
    }

    /// Whether bytes wait for the client to open its window.
    private func owes(_ slot: Int) -> Bool {
        guard let call = streams[slot].call else { return streams[slot].isAnswered }
        return call.hasSubmittedHeaders && call.unsent.readableBytes > 0
    }
}
