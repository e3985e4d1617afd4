import CNGHTTP2
import NIOCore
import TransportIO

/// What a connection is not allowed to go on for ever with.
extension GRPCServerEngine {
    /// Tells the PING that asks for a sign of life apart.
    static let alivePing: [UInt8] = Array("alive?  ".utf8)

    var keepAliveInterval: TimeAmount? { ConnectionWatch.interval }

    func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        guard let loop else { return }
        let finding = watch.value.look(at: loop.now, hasPreface: hasPreface.value, isBusy: hasOpenStreams)
        switch finding ?? stallFinding(at: loop.now) {
        case nil: return
        case .ask:
            session.withPointer { _ = nghttp2_submit_ping($0, 0, Self.alivePing) }
            send(into: &out)
        case .drain: beginDrain(into: &out)
        case .end(let why):
            // RFC 9113 3.4: without a preface "a GOAWAY frame can be omitted".
            if hasPreface.value {
                goAway(why)
                send(into: &out)
            }
            throw ProtocolError("the connection was ended: \(why)")
        }
    }

    /// A client that takes nothing of what waits for it, on any one stream.
    private func stallFinding(at now: NIODeadline) -> ConnectionWatch.Finding? {
        guard hasOpenStreams else { return nil }
        for slot in 0..<streams.count where streams[slot].id != 0 {
            guard owes(slot) else {
                streams[slot].owesSince = nil
                continue
            }
            guard let since = streams[slot].owesSince else {
                streams[slot].owesSince = now
                continue
            }
            if now - since >= watch.value.limits.stall {
                return .end("the client takes nothing of what waits for it on stream \(streams[slot].id)")
            }
        }
        return nil
    }

    /// Whether bytes wait for the client to open its window.
    private func owes(_ slot: Int) -> Bool {
        guard let call = streams[slot].call else { return streams[slot].isAnswered }
        return call.hasSubmittedHeaders && call.unsent.readableBytes > 0
    }

    /// Ends the connection: RFC 9113 10.5, ENHANCE_YOUR_CALM.
    func goAway(_ why: String) {
        libraryComplained(why)
        let text = Array(why.utf8)
        session.withPointer { session in
            let last = nghttp2_session_get_last_proc_stream_id(session)
            _ = nghttp2_submit_goaway(session, 0, last, NGHTTP2_ENHANCE_YOUR_CALM.rawValue, text, text.count)
        }
    }

    /// The client asks for a sign of life.
    func pingCame() {
        // The words by which clients know that they have to ask less often.
        if watch.value.pingCame(at: loop?.now ?? .now()) { goAway("too_many_pings") }
    }

    /// A frame has come that carries nothing.
    func idleFrameCame() {
        if watch.value.idleFrameCame() { goAway("too many frames that carry nothing") }
    }
}
