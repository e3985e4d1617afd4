package import CNGHTTP2
package import NIOCore
package import TransportIO

/// A server's side of a connection, whatever its requests mean: its frames, its graceful end, and what its client may take
/// of the server's time.
package final class ServerConnection {
    private enum DrainPhase {
        case none
        /// Waits for the answer to the PING behind the first GOAWAY (RFC 9113 6.8).
        case announced
        case pingAnswered
        case final
    }

    /// Tells the PING of a graceful stop apart.
    private static let drainPing: [UInt8] = Array("drained?".utf8)
    /// Tells the PING that asks for a sign of life apart.
    private static let alivePing: [UInt8] = Array("alive?  ".utf8)

    package let session: HTTP2Session
    /// How the connection has used its time.
    package let watch: Unguarded<ConnectionWatch>
    /// Why the connection is being ended gracefully, if it is.
    package private(set) var drainReason: DrainReason?
    private let order = Unguarded(StreamOrder())
    /// Whether more can be sent than was sent last.
    package private(set) var hasLeftOff = false
    private var hasPreface = false
    private var drain = DrainPhase.none
    private var violation: String?
    private var lastLibraryMessage = ""

    /// - Parameter callbacks: an `nghttp2_session_callbacks` that lives for ever, made by ``ServerCallbacks``.
    package init(callbacks: OpaquePointer, settings: HTTP2Session.Settings, limits: ConnectionLimits) {
        session = HTTP2Session(.server, callbacks: callbacks, settings: settings)
        watch = Unguarded(ConnectionWatch(limits))
    }

    /// Whether the connection neither begins nor waits to end gracefully.
    package var isAtRest: Bool { drain == .none || drain == .final }

    package var isFinished: Bool { session.isFinished }

    // MARK: Bytes

    /// Gives the session what has come.
    /// - Returns: nil, or nghttp2's error code; see ``check(_:opening:)``.
    package func receive(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        guard !bytes.isEmpty else { return nil }
        watch.value.hasReceived = true
        guard let breach = order.value.walk(bytes) else { return session.receive(bytes) }
        // What came before it counts.
        if let failure = session.receive(UnsafeRawBufferPointer(rebasing: bytes[..<breach.offset])) { return failure }
        lastLibraryMessage = breach.reason
        session.withPointer { _ = nghttp2_session_terminate_session($0, breach.code.rawValue) }
        return nil
    }

    /// Appends what can be sent, until it is ``ServerOutput/enough``.
    package func send(into out: inout ByteBuffer) {
        let failure = withUnsafeMutablePointer(to: &out) { session.send(into: $0, enough: ServerOutput.enough) }
        hasLeftOff = out.readableBytes >= ServerOutput.enough
        if let failure, violation == nil { violation = HTTP2Session.text(ofLibraryError: failure) }
    }

    /// What the client has broken, if it has.
    /// - Parameters:
    ///   - failure: what ``receive(_:)`` returned.
    ///   - opening: the bytes that it was given.
    package func breach(_ failure: Int32?, opening: ByteBuffer?) -> String? {
        if let failure { return describe(failure, opening) }
        return violation.map { "the client broke HTTP/2: \($0)" }
    }

    private func describe(_ failure: Int32, _ opening: ByteBuffer?) -> String {
        guard failure == NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue, let opening else {
            return "the client broke HTTP/2: \(HTTP2Session.text(ofLibraryError: failure))"
        }
        let text = String(decoding: opening.readableBytesView.prefix(16), as: UTF8.self)
        return
            "the client does not speak HTTP/2 with prior knowledge (RFC 9113 3.3): it began with \(text.debugDescription)"
    }

    // MARK: The graceful end

    /// Begins to end the connection gracefully; the first reason counts.
    package func beginDrain(_ reason: DrainReason) {
        guard drain == .none else { return }
        drain = .announced
        drainReason = reason
        // RFC 9113 6.8: first a GOAWAY that refuses nothing, then, when a PING has come back and no request can be on
        // the way that does not know of it, the one that names the last stream.
        session.withPointer { session in
            nghttp2_submit_shutdown_notice(session)
            nghttp2_submit_ping(session, 0, Self.drainPing)
        }
    }

    /// Submits the last GOAWAY when its time has come; returns whether it has just come.
    package func endDrain() -> Bool {
        guard drain == .pingAnswered else { return false }
        drain = .final
        session.withPointer { session in
            let last = nghttp2_session_get_last_proc_stream_id(session)
            nghttp2_submit_goaway(session, 0, last, NGHTTP2_NO_ERROR.rawValue, nil, 0)
        }
        return true
    }

    // MARK: The watch

    /// Looks at how the connection uses its time, once a second.
    /// - Parameter stalled: the stream that takes nothing of what waits for it, and has not for too long.
    /// - Returns: why the connection is over, if it is; what was submitted is to be sent in any case.
    package func look(at now: NIODeadline, isBusy: Bool, stalled: () -> Int32?) -> String? {
        let finding =
            watch.value.look(at: now, hasPreface: hasPreface, isBusy: isBusy)
            ?? stalled().map { .end("the client takes nothing of what waits for it on stream \($0)") }
        switch finding {
        case nil: break
        case .ask: session.withPointer { _ = nghttp2_submit_ping($0, 0, Self.alivePing) }
        case .drain(let reason): beginDrain(reason)
        case .end(let why):
            // RFC 9113 3.4: without a preface "a GOAWAY frame can be omitted".
            if hasPreface { goAway(why) }
            return "the connection was ended: \(why)"
        }
        return nil
    }

    /// A stream whose client takes nothing of what waits for it, and has not for too long.
    /// - Parameter owes: whether bytes of the stream in that slot wait for the client to open its window.
    package func stalledStream<Stream: ServerStreamState>(
        of streams: borrowing ServerStreams<Stream>, at now: NIODeadline, owes: (Int) -> Bool
    ) -> Int32? {
        guard streams.areAnyOpen else { return nil }
        for slot in 0..<streams.count where streams[slot].id != 0 {
            guard owes(slot) else {
                streams[slot].owesSince = nil
                continue
            }
            let since = streams[slot].owesSince ?? now
            streams[slot].owesSince = since
            if now - since >= watch.value.limits.stall { return streams[slot].id }
        }
        return nil
    }

    /// Ends the connection: RFC 9113 10.5, ENHANCE_YOUR_CALM.
    private func goAway(_ why: String) {
        lastLibraryMessage = why
        let text = Array(why.utf8)
        session.withPointer { session in
            let last = nghttp2_session_get_last_proc_stream_id(session)
            _ = nghttp2_submit_goaway(session, 0, last, NGHTTP2_ENHANCE_YOUR_CALM.rawValue, text, text.count)
        }
    }

    /// Says why the connection is closed.
    package func end(_ reason: ConnectionEnd, into out: inout ByteBuffer) {
        if hasPreface { goAway("\(reason)") }
        send(into: &out)
    }

    /// The client has broken a bound for which nothing can be answered.
    package func violated(_ what: String) {
        violation = what
    }

    // MARK: What nghttp2 tells

    /// A frame has come that is neither HEADERS nor DATA.
    package func frameCame(_ frame: UnsafePointer<nghttp2_frame>, at now: @autoclosure () -> NIODeadline) {
        let header = frame.pointee.hd
        let isAcknowledgement = UInt32(header.flags) & NGHTTP2_FLAG_ACK.rawValue != 0
        switch UInt32(header.type) {
        case NGHTTP2_PING.rawValue where isAcknowledgement:
            pingAnswered(withUnsafeBytes(of: frame.pointee.ping.opaque_data) { Array($0) })
        case NGHTTP2_PING.rawValue:
            // The words by which clients know that they have to ask less often.
            if watch.value.pingCame(at: now()) { goAway("too_many_pings") }
        case NGHTTP2_SETTINGS.rawValue where !isAcknowledgement:
            hasPreface = true
            idleFrameCame()
        case NGHTTP2_PRIORITY.rawValue:
            idleFrameCame()
        default: break
        }
    }

    private func pingAnswered(_ opaque: [UInt8]) {
        if opaque == Self.alivePing { watch.value.aliveCame() }
        if drain == .announced && opaque == Self.drainPing { drain = .pingAnswered }
    }

    /// A frame has come that carries nothing.
    package func idleFrameCame() {
        if watch.value.idleFrameCame() { goAway("too many frames that carry nothing") }
    }

    package func goawaySent(_ errorCode: UInt32) {
        guard errorCode != NGHTTP2_NO_ERROR.rawValue, violation == nil else { return }
        violation = "\(HTTP2Session.name(ofErrorCode: errorCode)) \(lastLibraryMessage)"
    }

    package func libraryComplained(_ message: String) {
        lastLibraryMessage = message
    }
}
