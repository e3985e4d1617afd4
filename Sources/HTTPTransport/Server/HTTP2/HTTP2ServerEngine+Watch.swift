import HTTP2
import NIOCore
import TransportIO

/// What a connection, or a request, is not allowed to go on for ever with.
extension HTTP2ServerEngine {
    var keepAliveInterval: TimeAmount? { ConnectionWatch.interval }

    func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        guard let loop else { return }
        let now = loop.now
        endSlowRequests()
        let end = connection.look(at: now, isBusy: streams.areAnyOpen) {
            connection.stalledStream(of: streams, at: now) { streams[$0].isAnswered }
        }
        connection.send(into: &out)
        if let end { throw ProtocolError(end) }
    }

    /// A slow sender does not hold a stream; one whose entry is with the recorder is not a slow one.
    private func endSlowRequests() {
        guard streams.areAnyOpen else { return buffers.value.releaseIdle() }
        let limit = connection.watch.value.limits.messageSeconds
        for slot in 0..<streams.count where streams[slot].id != 0 && !streams[slot].isSettled {
            guard !streams[slot].isRemoteClosed else { continue }
            let count = streams[slot].body.count
            defer { streams[slot].watchedBytes = count }
            guard streams[slot].patience.isOver(afterReceiving: count - streams[slot].watchedBytes, limit: limit),
                let fault = HTTPFault(.tooSlow(seconds: limit))
            else { continue }
            refuse(slot, fault)
        }
    }
}
