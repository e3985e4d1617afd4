import Broker
import CNGHTTP2
import NIOCore
import TransportIO

/// The logger half of gRPC: HTTP/2 frames in, entries out; the fates of entries in, HTTP/2 frames out.
///
/// nghttp2's callbacks only note which streams have news. These are dispatched when all bytes have been taken, so that a
/// message is decoded where it lies in the receive buffer, and nothing is submitted from within nghttp2.
final class GRPCServerEngine: ServerEngine {
    private struct Note {
        var slot: Int
        var generation: UInt32
    }

    /// The most streams that a client may have open at once.
    static let maxConcurrentStreams = 1024
    /// The most bytes of half-received messages that one connection may hold.
    private static let maxHeldBytes = 256 * 1024 * 1024
    /// Tells the PING of a graceful stop apart.
    private static let drainPing: [UInt8] = Array("drained?".utf8)

    private let session: HTTP2Session
    private let reply = ServerReply()
    private let limits: EntryLimits
    private let maxMessageBytes: Int

    private let streams = StreamTable<ServerStream>()
    private let freeSlots = Unguarded<[Int]>([])
    private let notes = Unguarded<[Note]>([])
    private let buffers = Unguarded(MessageBuffers())
    /// The stream whose header list is being received; header lists never interleave (RFC 9113 4.3).
    private let headerSlot = Unguarded<Int?>(nil)
    private var drain = DrainPhase.none
    private var violation: String?
    private var lastLibraryMessage = ""

    private enum DrainPhase {
        case none
        /// Waits for the answer to the PING behind the first GOAWAY (RFC 9113 6.8).
        case announced
        case pingAnswered
        case final
    }

    init(limits: EntryLimits, settings: HTTP2Session.Settings = .server) {
        self.limits = limits
        maxMessageBytes = limits.maxEntryBytes + LogRequestEncoder.maxOverhead
        session = HTTP2Session(.server, callbacks: ServerCallbacks.object, settings: settings)
        session.setUserData(Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: ServerEngine

    func open(into out: inout ByteBuffer) {
        send(into: &out)
    }

    func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        let (opening, intake) = (bytes, copy intake)
        let failure = bytes.withUnsafeReadableBytes { input in
            let failure = session.receive(input)
            dispatch(intake)
            return failure
        }
        bytes.moveReaderIndex(forwardBy: bytes.readableBytes)
        if drain == .pingAnswered { endDrain() }
        send(into: &out)
        if let failure { throw describe(failure, opening) }
        if let violation { throw ProtocolError("the client broke HTTP/2: \(violation)") }
    }

    func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        let slot = Int(ticket & 0xFFFF_FFFF)
        guard slot < streams.count, streams[slot].id != 0, streams[slot].generation == UInt32(ticket >> 32) else {
            return
        }
        answer(slot, result)
        send(into: &out)
    }

    func drain(into out: inout ByteBuffer) {
        guard drain == .none else { return }
        drain = .announced
        // RFC 9113 6.8: first a GOAWAY that refuses nothing, then, when a PING has come back and no request can be on
        // the way that does not know of it, the one that names the last stream.
        session.withPointer { session in
            nghttp2_submit_shutdown_notice(session)
            nghttp2_submit_ping(session, 0, Self.drainPing)
        }
        send(into: &out)
    }

    var isIdle: Bool {
        streams.count == freeSlots.value.count && (drain == .none || drain == .final)
    }

    var isFinished: Bool { session.isFinished }

    /// The streams that there is memory for: as many as were open at once.
    var slotCount: Int { streams.count }

    private func endDrain() {
        drain = .final
        session.withPointer { session in
            let last = nghttp2_session_get_last_proc_stream_id(session)
            nghttp2_submit_goaway(session, 0, last, NGHTTP2_NO_ERROR.rawValue, nil, 0)
        }
    }

    private func send(into out: inout ByteBuffer) {
        let failure = withUnsafeMutablePointer(to: &out) { session.send(into: $0) }
        if let failure, violation == nil { violation = HTTP2Session.text(ofLibraryError: failure) }
    }

    private func describe(_ failure: Int32, _ opening: ByteBuffer) -> ProtocolError {
        guard failure == NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue else {
            return ProtocolError("the client broke HTTP/2: \(HTTP2Session.text(ofLibraryError: failure))")
        }
        let text = String(decoding: opening.readableBytesView.prefix(16), as: UTF8.self)
        return ProtocolError(
            "the client does not speak HTTP/2 with prior knowledge (RFC 9113 3.3): it began with \(text.debugDescription)"
        )
    }

    // MARK: Dispatch

    private func dispatch(_ intake: EntryIntake) {
        var index = 0
        while index < notes.value.count {
            let note = notes.value[index]
            index &+= 1
            guard streams[note.slot].id != 0, streams[note.slot].generation == note.generation else { continue }
            look(note.slot, intake)
        }
        notes.value.removeAll(keepingCapacity: true)
    }

    private func look(_ slot: Int, _ intake: EntryIntake) {
        streams[slot].isNoted = false
        if streams[slot].isSettled {
            streams[slot].message.clear(&buffers.value)
        } else if streams[slot].refusal != nil {
            streams[slot].message.clear(&buffers.value)
            answerRefusal(slot)
        } else if streams[slot].isRemoteClosed {
            takeEntry(slot, intake)
        } else {
            streams[slot].message.own(&buffers.value)
            guard buffers.value.heldBytes > Self.maxHeldBytes else { return }
            streams[slot].refuse(
                .resourceExhausted, "the connection holds more than \(Self.maxHeldBytes) bytes of unfinished messages")
            look(slot, intake)
        }
    }

    private func takeEntry(_ slot: Int, _ intake: EntryIntake) {
        if let defect = streams[slot].message.defectAtEnd {
            streams[slot].refuse(defect, maxLength: maxMessageBytes)
        } else if streams[slot].message.isCompressed {
            streams[slot].refuseCompression()
        }
        var message = ReceivedMessage()
        swap(&message, &streams[slot].message)
        if streams[slot].refusal == nil {
            streams[slot].isSettled = true
            let ticket = UInt64(streams[slot].generation) << 32 | UInt64(slot)
            answer(slot, message.read { Verdict(on: $0, ticket: ticket, intake: intake, limits: limits) })
        } else {
            answerRefusal(slot)
        }
        message.clear(&buffers.value)
    }

    // MARK: Answers

    private func answer(_ slot: Int, _ result: RecordResult) {
        answer(slot, Verdict(result))
    }

    private func answer(_ slot: Int, _ verdict: Verdict) {
        let stream = streams[slot].id
        switch verdict {
        case .recorded:
            session.withPointer { reply.submitLogged($0, stream, slot: slot, read: ServerCallbacks.readReply) }
        case .refused(let status):
            session.withPointer { reply.submit(status, $0, stream) }
        case .later:
            break
        }
    }

    private func answerRefusal(_ slot: Int) {
        guard let refusal = streams[slot].refusal else { return }
        streams[slot].isSettled = true
        let stream = streams[slot].id
        session.withPointer { session in
            switch refusal {
            case .status(let status): reply.submit(status, session, stream)
            case .http(let status): reply.submit(httpStatus: status, session, stream)
            }
        }
    }

    // MARK: What nghttp2 tells

    private func note(_ slot: Int) {
        guard !streams[slot].isNoted else { return }
        streams[slot].isNoted = true
        notes.value.append(Note(slot: slot, generation: streams[slot].generation))
    }

    func headersBegan(_ stream: Int32, isRequest: Bool) -> Int? {
        guard isRequest else {
            headerSlot.value = nil
            return nil
        }
        let slot: Int
        if let free = freeSlots.value.popLast() {
            slot = free
        } else {
            slot = streams.count
            streams.append(ServerStream())
        }
        streams[slot].open(id: stream)
        headerSlot.value = slot
        return slot
    }

    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        if let headerSlot = headerSlot.value { streams[headerSlot].addField(name, value) }
    }

    func headersEnded(_ slot: Int) {
        guard headerSlot.value == slot else { return }
        headerSlot.value = nil
        streams[slot].endHeaders()
        if streams[slot].refusal != nil { note(slot) }
    }

    @inline(__always)
    func dataCame(_ slot: Int, _ data: UnsafeRawBufferPointer) {
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
        streams[slot].id = 0
        streams[slot].generation &+= 1
        streams[slot].message.clear(&buffers.value)
        if headerSlot.value == slot { headerSlot.value = nil }
        freeSlots.value.append(slot)
    }

    func pingAnswered(_ opaque: [UInt8]) {
        if drain == .announced && opaque == Self.drainPing { drain = .pingAnswered }
    }

    /// Gives the next part of the reply; behind it come the trailers.
    func readReply(
        _ session: OpaquePointer, _ stream: Int32, _ slot: Int, _ memory: UnsafeMutableRawPointer, _ room: Int
    ) -> (count: Int, isEnd: Bool) {
        let sent = streams[slot].replySent
        let count = min(room, LogResponse.logged.utf8CodeUnitCount - sent)
        memory.copyMemory(from: LogResponse.logged.utf8Start + sent, byteCount: count)
        streams[slot].replySent = sent + count
        let isEnd = sent + count == LogResponse.logged.utf8CodeUnitCount
        if isEnd { reply.submitTrailers(session, stream) }
        return (count, isEnd)
    }

    /// An answer has ended the server's side of a stream.
    ///
    /// RFC 9113 8.1: a server that needs no more of a request asks the client to stop with RST_STREAM(NO_ERROR).
    func answerEnded(_ session: OpaquePointer, _ stream: Int32, _ slot: Int) {
        guard !streams[slot].isRemoteClosed else { return }
        nghttp2_submit_rst_stream(session, 0, stream, NGHTTP2_NO_ERROR.rawValue)
    }

    func goawaySent(_ errorCode: UInt32) {
        guard errorCode != NGHTTP2_NO_ERROR.rawValue else { return }
        violation = "\(HTTP2Session.name(ofErrorCode: errorCode)) \(lastLibraryMessage)"
    }

    func libraryComplained(_ message: String) {
        lastLibraryMessage = message
    }
}

extension HTTP2Session.Settings {
    /// What the logger's half announces.
    static var server: Self {
        var settings = Self()
        settings.maxConcurrentStreams = GRPCServerEngine.maxConcurrentStreams
        settings.maxHeaderListSize = ServerStream.maxHeaderListSize
        return settings
    }
}
