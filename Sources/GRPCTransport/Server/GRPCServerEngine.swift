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
    static let maxHeldBytes = 256 * 1024 * 1024
    /// The memory that a call keeps for what it sends next.
    static let maxIdleReplyBytes = 256 * 1024
    /// A header list so much larger than what is taken costs the connection (RFC 9113 10.5.1).
    private static let maxHeaderBytes = 256 * 1024
    /// Tells the PING of a graceful stop apart.
    private static let drainPing: [UInt8] = Array("drained?".utf8)

    let session: HTTP2Session
    let reply = ServerReply()
    let limits: EntryLimits
    let maxMessageBytes: Int
    /// The methods beside the contract's unary one, by their paths.
    private(set) var methods: [String: GRPCMethod] = [:]
    private let health: HealthService

    let streams = StreamTable<ServerStream>()
    private let freeSlots = Unguarded<[Int]>([])
    private let notes = Unguarded<[Note]>([])
    let buffers = Unguarded(MessageBuffers())
    /// The bytes that calls hold of messages that are not whole or not wanted yet.
    let heldByCalls = Unguarded(0)
    /// Calls whose handlers can send again.
    let roomy = Unguarded<[(slot: Int, generation: UInt32)]>([])
    /// Whether the engine is going to look at its notes anyway.
    let isAtWork = Unguarded(false)
    private var timers = TimerQueue<ServerTimer>()
    private(set) var loop: EngineLoop?
    /// The way to the recorder; the same for the whole life of a socket.
    private(set) var intake: EntryIntake?
    /// The entries of streaming calls whose fate is to be told later.
    var undecided = UndecidedEntries()
    /// The stream whose header list is being received; header lists never interleave (RFC 9113 4.3).
    private let headerSlot = Unguarded<Int?>(nil)
    /// How the connection has used its time.
    let watch: Unguarded<ConnectionWatch>
    /// Whether the client's SETTINGS have come.
    let hasPreface = Unguarded(false)
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

    /// - Parameter services: what is offered beside the contract's own service.
    init(
        limits: EntryLimits, settings: HTTP2Session.Settings = .server, services: [GRPCService] = [],
        connection: ConnectionLimits = ConnectionLimits()
    ) {
        watch = Unguarded(ConnectionWatch(connection))
        self.limits = limits
        maxMessageBytes = limits.maxEntryBytes + LogRequestEncoder.maxOverhead
        session = HTTP2Session(.server, callbacks: ServerCallbacks.object, settings: settings)
        let offered = ["logs.LogService"] + services.map(\.name)
        let names = offered + [HealthService.name] + ReflectionService.names
        health = HealthService(of: names)
        session.setUserData(Unmanaged.passUnretained(self).toOpaque())
        methods[WriteLogsHandler.path] = .bidirectional { [unowned self] in WriteLogsHandler(engine: self) }
        for service in services + [health.service] + ReflectionService.services(listing: names) {
            for (name, method) in service.methods { methods["/\(service.name)/\(name)"] = method }
        }
    }

    // MARK: ServerEngine

    func attach(to loop: EngineLoop) {
        self.loop = loop
    }

    func open(into out: inout ByteBuffer) {
        send(into: &out)
    }

    func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        let opening = bytes
        watch.value.hasReceived = true
        if self.intake == nil { self.intake = copy intake }
        isAtWork.value = true
        let failure = bytes.withUnsafeReadableBytes { input in
            let failure = session.receive(input)
            dispatch()
            return failure
        }
        bytes.moveReaderIndex(forwardBy: bytes.readableBytes)
        if drain == .pingAnswered { endDrain() }
        send(into: &out)
        if let failure { throw describe(failure, opening) }
        if let violation { throw ProtocolError("the client broke HTTP/2: \(violation)") }
    }

    func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        isAtWork.value = true
        if let entry = undecided.remove(ticket) {
            entry.handler.decided(entry.number, result, on: entry.call)
        } else {
            let slot = Int(ticket & 0xFFFF_FFFF)
            if slot < streams.count, streams[slot].id != 0, streams[slot].generation == UInt32(ticket >> 32),
                !streams[slot].isAnswered
            {
                answer(slot, Verdict(result))
            }
        }
        dispatch()
        send(into: &out)
    }

    func proceed(into out: inout ByteBuffer, intake: borrowing EntryIntake) throws(ProtocolError) {
        guard let loop else { return }
        if self.intake == nil { self.intake = copy intake }
        isAtWork.value = true
        let now = loop.now
        while let timer = timers.pop(due: now) { run(timer) }
        dispatch()
        send(into: &out)
        if let next = timers.next { loop.wake(at: next) }
        if let violation { throw ProtocolError("the client broke HTTP/2: \(violation)") }
    }

    func disconnected() {
        isAtWork.value = true
        for slot in 0..<streams.count where streams[slot].id != 0 {
            if let call = streams[slot].call.take() { endCall(call) }
        }
    }

    func drain(into out: inout ByteBuffer) {
        health.isStopping = true
        beginDrain(into: &out)
    }

    /// Has this connection end, gracefully.
    func beginDrain(into out: inout ByteBuffer) {
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

    /// Adds what is to be done `delay` from now.
    func addTimer(_ timer: ServerTimer, in delay: TimeAmount) {
        if let loop { addTimer(timer, at: loop.now + delay) }
    }

    /// Adds what is to be done at `time`.
    func addTimer(_ timer: ServerTimer, at time: NIODeadline) {
        timers.add(timer, at: time) { entry in
            streams[entry.slot].id == 0 || streams[entry.slot].generation != entry.generation
        }
        loop?.wake(at: time)
    }

    private func run(_ timer: ServerTimer) {
        let slot = timer.slot
        guard streams[slot].id != 0, streams[slot].generation == timer.generation else { return }
        switch timer {
        case .later(_, _, let body): body()
        case .deadline: deadlinePassed(slot)
        }
    }

    /// gRPC over HTTP2, "Timeout": the client no longer waits.
    private func deadlinePassed(_ slot: Int) {
        let status = GRPCStatus(.deadlineExceeded, "the call's deadline has passed")
        if let call = streams[slot].call {
            guard call.isOpen else { return }
            let isAmidMessage = call.hasSubmittedHeaders && call.unsent.readableBytes > 0
            call.unsent.clear()
            call.finish(status)
            if isAmidMessage {
                call.phase = .ended
                reset(slot, NGHTTP2_CANCEL)
            }
            call.handler.cancelled(call)
        } else if !streams[slot].isAnswered {
            streams[slot].refuse(status.code, status.message)
            answerRefusal(slot)
        }
    }

    private func reset(_ slot: Int, _ error: nghttp2_error_code) {
        let stream = streams[slot].id
        session.withPointer { _ = nghttp2_submit_rst_stream($0, 0, stream, error.rawValue) }
    }

    var isIdle: Bool {
        streams.count == freeSlots.value.count && (drain == .none || drain == .final)
    }

    /// Whether the client waits for something.
    var hasOpenStreams: Bool { streams.count != freeSlots.value.count }

    var isFinished: Bool { session.isFinished }

    /// The streams that there is memory for: as many as were open at once.
    var slotCount: Int { streams.count }

    private func endDrain() {
        drain = .final
        session.withPointer { session in
            let last = nghttp2_session_get_last_proc_stream_id(session)
            nghttp2_submit_goaway(session, 0, last, NGHTTP2_NO_ERROR.rawValue, nil, 0)
        }
        for slot in 0..<streams.count where streams[slot].id != 0 {
            if let call = streams[slot].call { call.handler.drain(on: call) }
        }
        dispatch()
    }

    /// Sends what can be sent, and what handlers send when they learn that there is room again.
    func send(into out: inout ByteBuffer) {
        repeat {
            let failure = withUnsafeMutablePointer(to: &out) { session.send(into: $0) }
            if let failure, violation == nil { violation = HTTP2Session.text(ofLibraryError: failure) }
            guard dispatchRoom() else { break }
            dispatch()
        } while true
        isAtWork.value = false
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

    private func dispatch() {
        var index = 0
        while index < notes.value.count {
            let note = notes.value[index]
            index &+= 1
            guard streams[note.slot].id != 0, streams[note.slot].generation == note.generation else { continue }
            streams[note.slot].isNoted = false
            if let call = streams[note.slot].call { advance(note.slot, call) } else { look(note.slot) }
        }
        notes.value.removeAll(keepingCapacity: true)
    }

    private func look(_ slot: Int) {
        if streams[slot].isSettled {
            streams[slot].message.clear(&buffers.value)
        } else if streams[slot].refusal != nil {
            streams[slot].message.clear(&buffers.value)
            answerRefusal(slot)
        } else if streams[slot].isRemoteClosed {
            takeEntry(slot)
        } else {
            streams[slot].message.own(&buffers.value)
            consumeStream(slot)
            watchDeadline(slot)
            guard buffers.value.heldBytes + heldByCalls.value > Self.maxHeldBytes else { return }
            streams[slot].refuse(
                .resourceExhausted, "the connection holds more than \(Self.maxHeldBytes) bytes of unfinished messages")
            look(slot)
        }
    }

    /// Gives the client the stream's window back, of which it may need more.
    private func consumeStream(_ slot: Int) {
        let (stream, count) = (streams[slot].id, streams[slot].unconsumedBytes)
        guard count > 0 else { return }
        streams[slot].unconsumedBytes = 0
        session.withPointer { _ = nghttp2_session_consume_stream($0, stream, count) }
    }

    /// Has the deadline kept of a call that is not answered at once.
    private func watchDeadline(_ slot: Int) {
        guard let timeout = streams[slot].timeout, !streams[slot].hasDeadline else { return }
        streams[slot].hasDeadline = true
        addTimer(.deadline(slot, streams[slot].generation), in: .nanoseconds(timeout))
    }

    private func takeEntry(_ slot: Int) {
        guard let intake else { return }
        if let defect = streams[slot].message.defectAtEnd {
            streams[slot].refuse(defect, maxLength: maxMessageBytes)
        }
        var message = ReceivedMessage()
        swap(&message, &streams[slot].message)
        if streams[slot].refusal == nil {
            streams[slot].isSettled = true
            let ticket = UInt64(streams[slot].generation) << 32 | UInt64(slot)
            if message.isCompressed {
                answer(slot, decompressed(slot, message, ticket, intake))
            } else {
                answer(slot, message.read { Verdict(on: $0, ticket: ticket, intake: intake, limits: limits) })
            }
        } else {
            answerRefusal(slot)
        }
        message.clear(&buffers.value)
    }

    private func decompressed(
        _ slot: Int, _ message: ReceivedMessage, _ ticket: UInt64, _ intake: EntryIntake
    ) -> Verdict {
        let (encoding, unknown) = (streams[slot].encoding, streams[slot].unknownEncoding)
        if let refusal = ServerStream.refusalOfCompression(encoding, unknown: unknown) { return .refused(refusal) }
        return message.read { bytes in
            do throws(Gzip.Failure) {
                let plain = try Gzip.decompress(bytes, maxBytes: maxMessageBytes)
                return Verdict(on: plain.span.bytes, ticket: ticket, intake: intake, limits: limits)
            } catch {
                return .refused(GRPCStatus(error, maxBytes: maxMessageBytes))
            }
        }
    }

    // MARK: Answers

    private func answer(_ slot: Int, _ verdict: Verdict) {
        let stream = streams[slot].id
        switch verdict {
        case .recorded:
            streams[slot].isAnswered = true
            session.withPointer { reply.submitLogged($0, stream, slot: slot, read: ServerCallbacks.readReply) }
        case .refused(let status):
            streams[slot].isAnswered = true
            session.withPointer { reply.submit(status, $0, stream) }
        case .later:
            watchDeadline(slot)
        }
    }

    private func answerRefusal(_ slot: Int) {
        guard let refusal = streams[slot].refusal else { return }
        streams[slot].isSettled = true
        streams[slot].isAnswered = true
        let stream = streams[slot].id
        session.withPointer { session in
            switch refusal {
            case .status(let status): reply.submit(status, session, stream)
            case .http(let status): reply.submit(httpStatus: status, session, stream)
            }
        }
    }

    // MARK: What nghttp2 tells

    func note(_ slot: Int) {
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

    /// Returns whether the connection can go on.
    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let headerSlot = headerSlot.value else { return true }
        streams[headerSlot].addField(name, value)
        if streams[headerSlot].headerListSize <= Self.maxHeaderBytes { return true }
        violation = "a header list of more than \(Self.maxHeaderBytes) bytes"
        return false
    }

    func headersEnded(_ slot: Int) {
        guard headerSlot.value == slot else { return }
        headerSlot.value = nil
        streams[slot].endHeaders { methods[$0] != nil }
        if streams[slot].refusal != nil {
            note(slot)
        } else if streams[slot].otherPath != nil {
            startCall(slot)
        }
    }

    @inline(__always)
    func dataCame(_ slot: Int, _ data: UnsafeRawBufferPointer) {
        session.withPointer { _ = nghttp2_session_consume_connection($0, data.count) }
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
        streams[slot].id = 0
        streams[slot].generation &+= 1
        streams[slot].message.clear(&buffers.value)
        if headerSlot.value == slot { headerSlot.value = nil }
        freeSlots.value.append(slot)
    }

    func pingAnswered(_ opaque: [UInt8]) {
        if opaque == Self.alivePing { watch.value.aliveCame() }
        if drain == .announced && opaque == Self.drainPing { drain = .pingAnswered }
    }

    /// Gives the next part of the reply; behind it come the trailers.
    func readReply(
        _ session: OpaquePointer, _ stream: Int32, _ slot: Int, _ memory: UnsafeMutableRawPointer, _ room: Int
    ) -> (count: Int, isEnd: Bool) {
        streams[slot].owesSince = nil
        watch.value.answerSent()
        if let call = streams[slot].call { return readCall(session, stream, slot, call, memory, room) }
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
        guard errorCode != NGHTTP2_NO_ERROR.rawValue, violation == nil else { return }
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
