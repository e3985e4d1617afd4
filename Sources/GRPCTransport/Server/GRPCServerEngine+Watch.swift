import HTTP2
import NIOCore
import TransportIO

/// What a connection is not allowed to go on for ever with.
extension GRPCServerEngine {
    var keepAliveInterval: TimeAmount? { ConnectionWatch.interval }

    func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        guard let loop else { return }
        let now = loop.now
        isAtWork.value = true
        endSlowMessages()
        let end = connection.look(at: now, isBusy: streams.areAnyOpen) {
            connection.stalledStream(of: streams, at: now, owes: owes)
        }
        send(into: &out)
        if let end { throw ProtocolError(end) }
    }

    /// A slow sender does not hold a stream, nor what came of a message.
    private func endSlowMessages() {
        guard streams.areAnyOpen else { return buffers.value.releaseIdle() }
        let limit = connection.watch.value.limits.messageSeconds
        for slot in 0..<streams.count where streams[slot].id != 0 {
            guard let count = bytesUnderWay(slot) else {
                streams[slot].patience.reset()
                continue
            }
            defer { streams[slot].watchedBytes = count }
            guard streams[slot].patience.isOver(afterReceiving: count - streams[slot].watchedBytes, limit: limit) else {
                continue
            }
            let why = "\(ConnectionEnd.tooSlow(seconds: limit))"
            if let call = streams[slot].call {
                call.finish(GRPCStatus(.deadlineExceeded, why))
                call.handler.cancelled(call)
            } else {
                streams[slot].refuse(.deadlineExceeded, why)
                note(slot)
            }
        }
        dispatch()
    }

    /// How many bytes have come on a stream whose message is not whole; nil where none is under way.
    private func bytesUnderWay(_ slot: Int) -> Int? {
        if let call = streams[slot].call {
            return call.isOpen && !call.isHeld && call.deframer.restBytes > 0 ? call.receivedBytes : nil
        }
        let isUnderWay = !streams[slot].isSettled && !streams[slot].isRemoteClosed && streams[slot].refusal == nil
        return isUnderWay ? streams[slot].message.count : nil
    }

    /// Whether bytes wait for the client to open its window.
    private func owes(_ slot: Int) -> Bool {
        guard let call = streams[slot].call else { return streams[slot].isAnswered }
        return call.hasSubmittedHeaders && call.unsent.readableBytes > 0
    }
}
