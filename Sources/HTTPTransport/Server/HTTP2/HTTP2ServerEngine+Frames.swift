import Broker
import CNGHTTP2
import EntryCodecs
import EntryJSON
import HTTP2
import NIOCore
import TransportIO

/// What nghttp2 tells of the streams.
extension HTTP2ServerEngine: ConnectionServer {
    /// A header list so much larger than what is taken costs the connection (RFC 9113 10.5.1).
    private static let maxHeaderBytes = 256 * 1024

    /// The parts of answers that are made at once.
    private static let maxPartsAtOnce = 4

    static var endsWithTrailers: Bool { false }

    var now: NIODeadline { loop?.now ?? .now() }

    func headersBegan(_ stream: Int32, isRequest: Bool) -> Int? {
        let slot = isRequest ? streams.open(stream) : nil
        streams.headersBegan(slot)
        return slot
    }

    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        // Trailers have no slot: nothing of them is looked at.
        guard let slot = streams.headerSlot else { return true }
        streams[slot].head.add(name, value, for: handler, &authority.value)
        if streams[slot].head.listSize <= Self.maxHeaderBytes { return true }
        connection.violated("a header list of more than \(Self.maxHeaderBytes) bytes")
        return false
    }

    func headersEnded(_ slot: Int) {
        guard streams.headersEnded(slot) else { return }
        let hasNews = streams[slot].endHeaders(handler, authority.value)
        if hasNews { streams.note(slot) }
    }

    @inline(__always)
    func dataCame(_ slot: Int, _ data: UnsafeRawBufferPointer) {
        connection.session.withPointer { _ = nghttp2_session_consume_connection($0, data.count) }
        streams[slot].unconsumedBytes &+= data.count
        guard streams[slot].fault == nil, !streams[slot].isSettled else {
            if streams[slot].unconsumedBytes > Self.maxBytesBehindRefusal { streams.note(slot) }
            return
        }
        streams[slot].body.append(data, &buffers.value)
        let limit = handler.maxBodyBytes
        if streams[slot].body.count > limit {
            streams[slot].fault = HTTPFault(413, "the body exceeds the limit of \(limit) bytes")
        }
        streams.note(slot)
    }

    @inline(__always)
    func streamEnded(_ slot: Int) {
        streams[slot].isRemoteClosed = true
        streams.note(slot)
    }

    func streamClosed(_ slot: Int) {
        unsentBytes.value -= streams[slot].unsentBytes
        streams[slot].answer = nil
        streams[slot].moreOfAnswer = nil
        streams[slot].body.clear(&buffers.value)
        streams.close(slot)
    }

    func hasStreamEnded(_ slot: Int) -> Bool { streams[slot].isRemoteClosed }

    func readAnswer(
        _ session: OpaquePointer, _ stream: Int32, _ slot: Int, _ memory: UnsafeMutableRawPointer, _ room: Int
    ) -> (count: Int, isEnd: Bool) {
        streams[slot].owesSince = nil
        connection.watch.value.answerSent()
        while streams[slot].unsentBytes == 0, let more = streams[slot].moreOfAnswer {
            guard partsMade.value < Self.maxPartsAtOnce else {
                deferred.value.append((slot, streams[slot].generation))
                return (Int(NGHTTP2_ERR_DEFERRED.rawValue), false)
            }
            partsMade.value += 1
            switch more() {
            case .bytes(let part):
                streams[slot].answer = part
                streams[slot].answerSent = 0
                unsentBytes.value += part.count
            case .end: return (0, true)
            // The stream is reset: a body that is not whole is not to look as if it were.
            case .broken: return (Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue), false)
            }
        }
        let sent = streams[slot].answerSent
        guard let answer = streams[slot].answer else {
            let count = min(room, JSONEnvelope.loggedText.utf8CodeUnitCount - sent)
            memory.copyMemory(from: JSONEnvelope.loggedText.utf8Start + sent, byteCount: count)
            streams[slot].answerSent = sent + count
            return (count, sent + count == JSONEnvelope.loggedText.utf8CodeUnitCount)
        }
        let count = min(room, answer.count - sent)
        answer.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { memory.copyMemory(from: start + sent, byteCount: count) }
        }
        streams[slot].answerSent = sent + count
        unsentBytes.value -= count
        return (count, sent + count == answer.count && streams[slot].moreOfAnswer == nil)
    }
}
