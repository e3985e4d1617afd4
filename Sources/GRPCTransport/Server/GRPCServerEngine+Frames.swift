import CNGHTTP2
import HTTP2
import NIOCore
import TransportIO

/// What nghttp2 tells of the streams.
extension GRPCServerEngine: ConnectionServer {
    /// A header list so much larger than what is taken costs the connection (RFC 9113 10.5.1).
    private static let maxHeaderBytes = 256 * 1024

    static var endsWithTrailers: Bool { true }

    var now: NIODeadline { loop?.now ?? .now() }

    func note(_ slot: Int) {
        streams.note(slot)
    }

    func headersBegan(_ stream: Int32, isRequest: Bool) -> Int? {
        let slot = isRequest ? streams.open(stream) : nil
        streams.headersBegan(slot)
        return slot
    }

    /// Returns whether the connection can go on.
    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let headerSlot = streams.headerSlot else { return true }
        streams[headerSlot].addField(name, value)
        if streams[headerSlot].headerListSize <= Self.maxHeaderBytes { return true }
        connection.violated("a header list of more than \(Self.maxHeaderBytes) bytes")
        return false
    }

    func headersEnded(_ slot: Int) {
        guard streams.headersEnded(slot) else { return }
        streams[slot].endHeaders { methods[$0] != nil }
        if streams[slot].refusal != nil {
            note(slot)
        } else if streams[slot].otherPath != nil {
            startCall(slot)
        }
    }

    @inline(__always)
    func dataCame(_ slot: Int, _ data: UnsafeRawBufferPointer) {
        connection.session.withPointer { _ = nghttp2_session_consume_connection($0, data.count) }
        if let call = streams[slot].call { return callDataCame(slot, call, data) }
        streams[slot].unconsumedBytes &+= data.count
        guard streams[slot].refusal == nil, !streams[slot].isSettled else { return }
        if let defect = streams[slot].message.append(data, maxLength: maxMessageBytes, buffers: &buffers.value) {
            streams[slot].refuse(defect, maxLength: maxMessageBytes)
        }
        note(slot)
    }

    @inline(__always)
    func streamEnded(_ slot: Int) {
        streams[slot].isRemoteClosed = true
        note(slot)
    }

    func streamClosed(_ slot: Int) {
        if let call = streams[slot].call.take() { endCall(call) }
        streams[slot].message.clear(&buffers.value)
        streams.close(slot)
    }

    func hasStreamEnded(_ slot: Int) -> Bool { streams[slot].isRemoteClosed }

    /// Gives the next part of the reply; behind it come the trailers.
    func readAnswer(
        _ session: OpaquePointer, _ stream: Int32, _ slot: Int, _ memory: UnsafeMutableRawPointer, _ room: Int
    ) -> (count: Int, isEnd: Bool) {
        streams[slot].owesSince = nil
        connection.watch.value.answerSent()
        if let call = streams[slot].call { return readCall(session, stream, slot, call, memory, room) }
        let sent = streams[slot].replySent
        let count = min(room, LogResponse.logged.utf8CodeUnitCount - sent)
        memory.copyMemory(from: LogResponse.logged.utf8Start + sent, byteCount: count)
        streams[slot].replySent = sent + count
        let isEnd = sent + count == LogResponse.logged.utf8CodeUnitCount
        if isEnd { reply.submitTrailers(session, stream) }
        return (count, isEnd)
    }
}
