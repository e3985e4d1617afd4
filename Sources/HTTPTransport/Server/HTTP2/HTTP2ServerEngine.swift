import Broker
import CNGHTTP2
import HTTP2
import NIOCore
import TransportIO

/// The logger half of HTTP over HTTP/2 (RFC 9113): requests on streams of their own, answered as soon as each can be.
///
/// nghttp2's callbacks only note which streams have news. These are dispatched when all bytes have been taken, so that a body
/// is decoded where it lies in the receive buffer, and nothing is submitted from within nghttp2.
final class HTTP2ServerEngine: ServerEngine {
    /// The most streams that a client may have open at once.
    static let maxConcurrentStreams = 1024
    /// The most bytes of half-received bodies that one connection may hold.
    static let maxHeldBytes = 256 * 1024 * 1024
    /// The bytes of a request that are let come though it is refused for who has sent it.
    static let maxBytesBehindRefusal = 32 * 1024
    /// The bytes of answers waiting to be taken from which on no others are made.
    static let maxUnsentBytes = 64 * 1024 * 1024

    let connection: ServerConnection
    let streams = ServerStreams<HTTP2ServerStream>()
    let answers = HTTP2Answers()
    let handler: RequestHandler
    /// The host that the header list names that is being received.
    let authority = Unguarded(RequestAuthority())
    let buffers = Unguarded(MessageBuffers())
    /// The bytes of all answers that wait for the client to take them.
    let unsentBytes = Unguarded(0)
    /// Requests that are all there and take time to answer: one at a time, so that others come first.
    private let waiting = Unguarded(CircularBuffer<(slot: Int, generation: UInt32)>())
    /// The answers that are being made on another thread, by their tickets.
    private let late = Unguarded<[UInt64: (LateResponse, omitsBody: Bool)]>([:])
    private var hasHadTurn = false
    /// Streams whose answers go on with a part that is to be made when the engine is called again.
    let deferred = Unguarded<[(slot: Int, generation: UInt32)]>([])
    /// How many parts were made since the engine was called.
    let partsMade = Unguarded(0)
    private(set) var loop: EngineLoop?
    /// The way to the recorder; the same for the whole life of a socket.
    private var intake: EntryIntake?

    init(
        configuration: HTTPServerConfiguration, settings: HTTP2Session.Settings = .httpServer,
        connection: ConnectionLimits = ConnectionLimits()
    ) {
        handler = RequestHandler(configuration: configuration)
        self.connection = ServerConnection(
            callbacks: HTTP2ServerCallbacks.object, settings: settings, limits: connection)
        self.connection.session.setUserData(Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: ServerEngine

    func attach(to loop: EngineLoop) {
        self.loop = loop
        handler.isOnLoopback = loop.isLoopback
    }

    func open(into out: inout ByteBuffer) {
        connection.send(into: &out)
    }

    func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        if self.intake == nil { self.intake = copy intake }
        hasHadTurn = false
        takeWaiting()
        resumeDeferred()
        let failure = bytes.withUnsafeReadableBytes { input in
            let failure = connection.receive(input)
            streams.dispatch(look)
            return failure
        }
        bytes.moveReaderIndex(forwardBy: bytes.readableBytes)
        _ = connection.endDrain()
        connection.send(into: &out)
        if let breach = connection.breach(failure, opening: nil) { throw ProtocolError(breach) }
    }

    func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        let slot = Int(ticket & 0xFFFF_FFFF)
        let late = self.late.value.removeValue(forKey: ticket)
        guard streams.holds(slot, UInt32(truncatingIfNeeded: ticket >> 32)), !streams[slot].isAnswered else { return }
        if let (response, omitsBody) = late {
            answer(slot, .other(response.take(), omitsBody: omitsBody))
        } else {
            answer(slot, handler.answer(result))
        }
        connection.send(into: &out)
    }

    func drain(into out: inout ByteBuffer) {
        connection.beginDrain(.stopping)
        connection.send(into: &out)
    }

    var isPaused: Bool { connection.hasLeftOff || !waiting.value.isEmpty || !deferred.value.isEmpty }

    var heldBytes: Int { buffers.value.heldBytes + buffers.value.idleBytes + unsentBytes.value }

    var mostAtOnce: Int { handler.mostAtOnce - buffers.value.heldBytes }

    func end(_ reason: ConnectionEnd, into out: inout ByteBuffer) {
        connection.end(reason, into: &out)
    }

    var isIdle: Bool { !streams.areAnyOpen && connection.isAtRest }

    var isFinished: Bool { connection.isFinished }

    // MARK: Requests

    /// Looks at a stream that has news.
    func look(_ slot: Int) {
        if streams[slot].isSettled {
            streams[slot].body.clear(&buffers.value)
        } else if let fault = streams[slot].fault {
            if mayArrive(slot, fault) { return }
            if !fault.isOfAccess { intake?.countUndecodable() }
            refuse(slot, fault)
        } else if streams[slot].isRemoteClosed {
            if handler.bringsEntry(streams[slot].head) { take(slot) } else { takeInTurn(slot) }
        } else {
            hold(slot)
        }
    }

    /// Whether the rest of a request that is refused for who has sent it is let come first.
    ///
    /// Clients that are told to stop in the middle of a small body lose the answer at times: curl 7.88 does.
    private func mayArrive(_ slot: Int, _ fault: HTTPFault) -> Bool {
        fault.isOfAccess && !streams[slot].isRemoteClosed && !streams[slot].awaitsContinue
            && streams[slot].unconsumedBytes <= Self.maxBytesBehindRefusal
    }

    /// Answers a request that may take time: one of them each time that the engine is called.
    private func takeInTurn(_ slot: Int) {
        guard hasHadTurn || !waiting.value.isEmpty else {
            hasHadTurn = true
            return take(slot)
        }
        streams[slot].body.clear(&buffers.value)
        waiting.value.append((slot, streams[slot].generation))
    }

    private func takeWaiting() {
        while !hasHadTurn, let (slot, generation) = waiting.value.popFirst() {
            guard streams.holds(slot, generation), !streams[slot].isSettled else { continue }
            hasHadTurn = true
            take(slot)
        }
    }

    /// Has nghttp2 ask again for what was not made when it asked last.
    private func resumeDeferred() {
        partsMade.value = 0
        guard !deferred.value.isEmpty else { return }
        for (slot, generation) in exchange(&deferred.value, with: []) where streams.holds(slot, generation) {
            connection.session.withPointer { _ = nghttp2_session_resume_data($0, streams[slot].id) }
        }
    }

    /// Answers a request that is all there.
    private func take(_ slot: Int) {
        guard let intake else { return }
        streams[slot].isSettled = true
        var body = ReceivedBody()
        swap(&body, &streams[slot].body)
        let ticket = UInt64(streams[slot].generation) << 32 | UInt64(slot)
        let answer =
            unsentBytes.value > Self.maxUnsentBytes
            ? handler.failure(503, "too many bytes of answers wait to be taken")
            : body.withBytes { handler.handle(streams[slot].head, body: $0.bytes, intake, ticket: ticket) }
        self.answer(slot, answer)
        body.clear(&buffers.value)
    }

    /// Keeps what has come of a request until there is more.
    private func hold(_ slot: Int) {
        streams[slot].body.own(&buffers.value)
        guard buffers.value.heldBytes <= Self.maxHeldBytes else {
            return refuse(
                slot, HTTPFault(503, "the connection holds more than \(Self.maxHeldBytes) bytes of unfinished bodies"))
        }
        let (stream, count) = (streams[slot].id, streams[slot].unconsumedBytes)
        streams[slot].unconsumedBytes = 0
        let goesOn = streams[slot].awaitsContinue
        streams[slot].awaitsContinue = false
        connection.session.withPointer { session in
            if goesOn { answers.submitContinue(session, stream) }
            if count > 0 { nghttp2_session_consume_stream(session, stream, count) }
        }
    }

    /// Answers a request of which no more is wanted.
    func refuse(_ slot: Int, _ fault: HTTPFault) {
        streams[slot].isSettled = true
        streams[slot].body.clear(&buffers.value)
        answer(slot, handler.failure(fault.status, fault.message))
    }

    private func answer(_ slot: Int, _ answer: RequestHandler.Answer) {
        let stream = streams[slot].id
        switch answer {
        case .logged:
            streams[slot].isAnswered = true
            connection.session.withPointer { answers.submitLogged($0, stream, slot: slot) }
        case .other(let response, let omitsBody):
            streams[slot].isAnswered = true
            if !omitsBody {
                streams[slot].answer = response.body
                streams[slot].moreOfAnswer = response.more
                unsentBytes.value += response.body.count
            }
            connection.session.withPointer {
                answers.submit(response, omitsBody: omitsBody, $0, stream, slot: slot)
            }
        case .later: break
        case .laterOther(let response, let omitsBody):
            late.value[UInt64(streams[slot].generation) << 32 | UInt64(slot)] = (response, omitsBody)
        }
    }
}

extension HTTP2Session.Settings {
    /// What the logger's half announces.
    static var httpServer: Self {
        var settings = Self()
        settings.maxConcurrentStreams = HTTP2ServerEngine.maxConcurrentStreams
        settings.maxHeaderListSize = HTTP2RequestHead.maxListSize
        return settings
    }
}
