import Broker
import CNGHTTP2
import HTTP2
import NIOCore
import TransportIO

/// The logger half of gRPC: HTTP/2 frames in, entries out; the fates of entries in, HTTP/2 frames out.
///
/// nghttp2's callbacks only note which streams have news. These are dispatched when all bytes have been taken, so that a
/// message is decoded where it lies in the receive buffer, and nothing is submitted from within nghttp2.
final class GRPCServerEngine: ServerEngine {
    /// The most streams that a client may have open at once.
    static let maxConcurrentStreams = 1024
    /// The most bytes of half-received messages that one connection may hold.
    static let maxHeldBytes = 256 * 1024 * 1024
    /// The memory that a call keeps for what it sends next.
    static let maxIdleReplyBytes = 256 * 1024
    /// The connection's own life.
    let connection: ServerConnection
    let streams = ServerStreams<ServerStream>()
    let reply = ServerReply()
    let limits: EntryLimits
    let maxMessageBytes: Int
    /// The methods beside the contract's unary one, by their paths.
    private(set) var methods: [String: GRPCMethod] = [:]
    private let health: HealthService

    let buffers = Unguarded(MessageBuffers())
    /// The bytes that calls hold of messages that are not whole, not wanted yet, or not sent yet.
    let heldByCalls = Unguarded(0)
    /// The compressed messages that are not decompressed yet.
    let inflations = Unguarded(PendingInflations())
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

    /// - Parameter services: what is offered beside the contract's own service.
    init(
        limits: EntryLimits, settings: HTTP2Session.Settings = .server, services: [GRPCService] = [],
        connection: ConnectionLimits = ConnectionLimits()
    ) {
        self.limits = limits
        maxMessageBytes = limits.maxEntryBytes + LogRequestEncoder.maxOverhead
        self.connection = ServerConnection(
            callbacks: GRPCServerCallbacks.object, settings: settings, limits: connection)
        let offered = ["logs.LogService"] + services.map(\.name)
        let names = offered + [HealthService.name] + ReflectionService.names
        health = HealthService(of: names)
        self.connection.session.setUserData(Unmanaged.passUnretained(self).toOpaque())
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
        if self.intake == nil { self.intake = copy intake }
        isAtWork.value = true
        inflations.value.budget = PendingInflations.turnBytes
        let failure = bytes.withUnsafeReadableBytes { input in
            let failure = connection.receive(input)
            dispatch()
            return failure
        }
        bytes.moveReaderIndex(forwardBy: bytes.readableBytes)
        if connection.endDrain() { tellDrain() }
        if !inflations.value.isEmpty { goOnInflating() }
        send(into: &out)
        if let breach = connection.breach(failure, opening: opening) { throw ProtocolError(breach) }
    }

    func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        isAtWork.value = true
        if let entry = undecided.remove(ticket) {
            entry.handler.decided(entry.number, result, on: entry.call)
        } else {
            let slot = Int(ticket & 0xFFFF_FFFF)
            if streams.holds(slot, UInt32(truncatingIfNeeded: ticket >> 32)), !streams[slot].isAnswered {
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
        inflations.value.budget = PendingInflations.turnBytes
        while let timer = timers.pop(due: now) { run(timer) }
        dispatch()
        if !inflations.value.isEmpty { goOnInflating() }
        send(into: &out)
        if let next = timers.next { loop.wake(at: next) }
        if let breach = connection.breach(nil, opening: nil) { throw ProtocolError(breach) }
    }

    func disconnected() {
        isAtWork.value = true
        inflations.value.removeAll()
        for slot in 0..<streams.count where streams[slot].id != 0 {
            if let call = streams[slot].call.take() { endCall(call) }
        }
    }

    func drain(into out: inout ByteBuffer) {
        health.isStopping = true
        connection.beginDrain(.stopping)
        send(into: &out)
    }

    /// Adds what is to be done `delay` from now.
    func addTimer(_ timer: ServerTimer, in delay: TimeAmount) {
        if let loop { addTimer(timer, at: loop.now + delay) }
    }

    /// Adds what is to be done at `time`.
    func addTimer(_ timer: ServerTimer, at time: NIODeadline) {
        timers.add(timer, at: time) { entry in
            !streams.holds(entry.slot, entry.generation)
        }
        loop?.wake(at: time)
    }

    private func run(_ timer: ServerTimer) {
        let slot = timer.slot
        guard streams.holds(slot, timer.generation) else { return }
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

    func reset(_ slot: Int, _ error: nghttp2_error_code) {
        let stream = streams[slot].id
        connection.session.withPointer { _ = nghttp2_submit_rst_stream($0, 0, stream, error.rawValue) }
    }

    var isPaused: Bool { connection.hasLeftOff || !inflations.value.isEmpty }

    var heldBytes: Int { messageBytes + buffers.value.idleBytes }

    var mostAtOnce: Int { LongTurn.mostOnLoop - messageBytes }

    /// What is held of messages.
    private var messageBytes: Int { buffers.value.heldBytes + heldByCalls.value + inflations.value.outputBytes }

    func end(_ reason: ConnectionEnd, into out: inout ByteBuffer) {
        connection.end(reason, into: &out)
    }

    var isIdle: Bool { !streams.areAnyOpen && connection.isAtRest }

    var isFinished: Bool { connection.isFinished }

    /// The streams that there is memory for: as many as were open at once.
    var slotCount: Int { streams.count }

    /// The last GOAWAY is going out: calls that last are to come to their end.
    private func tellDrain() {
        for slot in 0..<streams.count where streams[slot].id != 0 {
            if let call = streams[slot].call { call.handler.drain(on: call) }
        }
        dispatch()
    }

    /// Sends what can be sent, and what handlers send when they learn that there is room again.
    func send(into out: inout ByteBuffer) {
        repeat {
            connection.send(into: &out)
            guard dispatchRoom() else { break }
            dispatch()
        } while !connection.hasLeftOff
        isAtWork.value = false
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
