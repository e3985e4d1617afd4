import CRabbitMQ
import NIOCore
import TransportIO

/// The life of a connection and its one channel, which both halves share: handshake, setup, heartbeats, goodbye.
struct Session {
    /// Who logs in, where to, and what is wanted of the connection.
    struct Configuration: Sendable, Hashable {
        var url: AMQPURL
        var setup: [SetupStep]
    }

    /// What the session made of a method.
    enum Outcome {
        /// It was the session's own.
        case handled
        /// It belongs to the engine.
        case notMine
    }

    private enum Phase {
        case awaitingStart
        case awaitingTune
        case awaitingOpenOk
        case awaitingChannelOpenOk(next: Int)
        case settingUp(step: Int)
        case ready
        case closing
        case closed
    }

    private let configuration: Configuration
    /// Told what makes senders wait, and what is used though it is not as it was declared.
    private let notice: (String) -> Void
    private let pool = AMQPPool()
    private var phase = Phase.awaitingStart
    private var negotiation: Negotiation?
    private var silentIntervals = 0
    private var frames = FrameReader()
    /// Why RabbitMQ takes nothing at present, or nil: connection.blocked.
    private(set) var blockedReason: String?

    init(configuration: Configuration, notice: @escaping (String) -> Void = { _ in }) {
        self.configuration = configuration
        self.notice = notice
    }

    /// Whether the setup is done and no goodbye was said.
    var isReady: Bool {
        if case .ready = phase { true } else { false }
    }

    /// Whether goodbye was said.
    var isClosing: Bool {
        if case .closing = phase { true } else { isClosed }
    }

    /// Whether the goodbye was answered.
    var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }

    /// The largest frame, overhead included.
    var frameMax: UInt32 { negotiation?.frameMax ?? Negotiation.defaultFrameMax }

    /// Appends the protocol header.
    mutating func open(into out: inout ByteBuffer) {
        out.writeStaticString(Self.protocolHeader)
    }

    // MARK: Receiving

    /// The header of the first complete frame in `bytes`.
    mutating func nextFrame(_ bytes: ByteBuffer) throws(ProtocolError) -> FrameHeader? {
        let frame = try frames.peek(bytes)
        if frame != nil { silentIntervals = 0 }
        return frame
    }

    /// Decodes the method frame at the start of `bytes`.
    func decodeMethod(_ frame: FrameHeader, _ bytes: ByteBuffer) throws(ProtocolError) -> IncomingMethod {
        try bytes.withUnsafeReadableBytes { raw throws(ProtocolError) in
            try pool.decodeMethod(UnsafeRawBufferPointer(rebasing: raw[frame.payload]))
        }
    }

    /// Takes a method that is about the connection or the channel.
    mutating func take(_ method: IncomingMethod, into out: inout ByteBuffer) throws(ProtocolError) -> Outcome {
        switch method {
        case .connectionClose(let refusal):
            out.writeMethod(AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t(), channel: 0)
            let attempt = attempt
            let wasClosing = isClosing
            phase = .closed
            if wasClosing { return .handled }
            throw ProtocolError(explain(refusal, attempt: attempt))
        case .channelClose(let refusal):
            out.writeMethod(AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t())
            if isClosing { return .handled }
            try recover(from: refusal, into: &out)
            return .handled
        case .connectionCloseOk:
            guard isClosing else { throw ProtocolError("it sent connection.close-ok though nothing was to be closed") }
            phase = .closed
            return .handled
        case _ where isClosing:
            // AMQP 0-9-1, 1.4.2.9: after connection.close, everything but close and close-ok is to be discarded.
            return .handled
        case .connectionBlocked(let reason):
            block(reason.isEmpty ? "connection.blocked" : "connection.blocked: \(reason)")
            return .handled
        case .connectionUnblocked:
            block(nil)
            return .handled
        case .channelFlow(let active):
            var flowOk = amqp_channel_flow_ok_t()
            flowOk.active = active ? 1 : 0
            out.writeMethod(AMQP_CHANNEL_FLOW_OK_METHOD, flowOk)
            block(active ? nil : "channel.flow")
            return .handled
        default:
            return try advance(method, into: &out) ? .handled : .notMine
        }
    }

    private mutating func block(_ reason: String?) {
        guard blockedReason != reason else { return }
        blockedReason = reason
        notice(reason.map { "takes nothing at present (\($0)); sends wait" } ?? "takes entries again")
    }

    /// Goes one step on in the handshake or the setup; false if `method` is no part of these.
    private mutating func advance(_ method: IncomingMethod, into out: inout ByteBuffer) throws(ProtocolError) -> Bool {
        switch (phase, method) {
        case (.awaitingStart, .connectionStart(let mechanisms)):
            let mechanism = configuration.url.mechanism
            guard mechanisms.contains(mechanism.rawValue) else {
                throw ProtocolError(
                    "it does not offer the login mechanism \(mechanism.rawValue), but "
                        + "\(mechanisms.isEmpty ? "none" : mechanisms.joined(separator: ", ")); "
                        + "enable it (auth_mechanisms)")
            }
            Self.writeStartOk(configuration.url, into: &out)
            phase = .awaitingTune
        case (.awaitingTune, .connectionTune(let frameMax, let heartbeat)):
            guard frameMax == 0 || frameMax >= Negotiation.minFrameMax else {
                throw ProtocolError("it proposed a frame-max of \(frameMax) bytes; AMQP 0-9-1 asks for 4096 or more")
            }
            let agreed = Negotiation(
                offeredFrameMax: frameMax, offeredHeartbeat: heartbeat, wantedFrameMax: configuration.url.frameMax,
                wantedHeartbeat: configuration.url.heartbeat)
            negotiation = agreed
            frames.frameMax = agreed.frameMax
            Self.writeTuneOkAndOpen(agreed, virtualHost: configuration.url.virtualHost, into: &out)
            phase = .awaitingOpenOk
        case (.awaitingOpenOk, .connectionOpenOk):
            out.writeMethod(AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t())
            phase = .awaitingChannelOpenOk(next: 0)
        case (.awaitingChannelOpenOk(let next), .channelOpenOk):
            begin(next, into: &out)
        case (.settingUp(let step), _) where configuration.setup[step].isAnswered(by: method):
            begin(step + 1, into: &out)
        case (.ready, _):
            return false
        default:
            throw ProtocolError("it sent a method where it has no place, while broker-lab was to \(attempt)")
        }
        return true
    }

    private mutating func begin(_ step: Int, into out: inout ByteBuffer) {
        if step < configuration.setup.count {
            configuration.setup[step].write(into: &out)
            phase = .settingUp(step: step)
        } else {
            phase = .ready
        }
    }

    /// Goes on without a declaration that RabbitMQ refused because the queue exists with other properties
    /// (406 precondition-failed): whoever made it so, it collects entries all the same.
    private mutating func recover(from refusal: Refusal, into out: inout ByteBuffer) throws(ProtocolError) {
        guard case .settingUp(let step) = phase, let queue = configuration.setup[step].declaredQueue,
            refusal.code == 406
        else { throw ProtocolError(explain(refusal, attempt: attempt)) }
        notice("has a queue '\(queue)' with other properties, which is used as it is: \(refusal.text)")
        out.writeMethod(AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t())
        phase = .awaitingChannelOpenOk(next: step + 1)
    }

    // MARK: Errors

    private var attempt: String {
        switch phase {
        case .awaitingStart: "shake hands"
        case .awaitingTune: "log in as '\(configuration.url.user)'"
        case .awaitingOpenOk: "open the vhost '\(configuration.url.virtualHost)'"
        case .awaitingChannelOpenOk: "open a channel"
        case .settingUp(let step): configuration.setup[step].attempt
        case .ready, .closing, .closed: ""
        }
    }

    private func explain(_ refusal: Refusal, attempt: String) -> String {
        guard !attempt.isEmpty else { return "it closed the connection: \(refusal.text) (reply code \(refusal.code))" }
        let mend =
            switch (phase, refusal.code) {
            case (_, 403) where attempt.hasPrefix("log in"):
                ". Check user and password in the URL (guest works from localhost only)"
            case (_, 530) where configuration.url.virtualHost.isEmpty:
                ". For the default vhost, leave out the '/' at the end of the URL"
            case (_, 530): ". Create the vhost, or give an existing one in the URL (amqp://HOST/VHOST)"
            case (_, 403): ". Give the user the permission (rabbitmqctl set_permissions)"
            case (_, 406): ". Delete the existing one, or make it as the contract says"
            default: ""
            }
        return "it refused to \(attempt): \(refusal.text)\(mend)"
    }

    // MARK: Goodbye and heartbeats

    /// Says goodbye.
    mutating func close(into out: inout ByteBuffer) {
        guard !isClosing else { return }
        guard negotiation != nil else {
            // Before connection.open, AMQP 0-9-1 (2.2.4) knows no goodbye but closing the socket.
            phase = .closed
            return
        }
        var close = amqp_connection_close_t()
        close.reply_code = UInt16(AMQP_REPLY_SUCCESS)
        out.writeMethod(AMQP_CONNECTION_CLOSE_METHOD, close, channel: 0)
        phase = .closing
    }

    /// Half of the heartbeat interval (AMQP 0-9-1, 4.2.7); before there is one, a bound on the handshake.
    var keepAliveInterval: TimeAmount? {
        guard let negotiation else { return .seconds(5) }
        return negotiation.heartbeat == 0 ? nil : .milliseconds(Int64(negotiation.heartbeat) * 500)
    }

    /// Sends a heartbeat; gives up a peer that was silent for two intervals.
    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        silentIntervals += 1
        guard let negotiation else {
            guard silentIntervals < 2 else {
                throw ProtocolError("no answer to the AMQP handshake; is it RabbitMQ's AMQP port?")
            }
            return
        }
        if silentIntervals > 4 {
            throw ProtocolError(
                "nothing came for two heartbeat intervals of \(negotiation.heartbeat) s; it is taken for dead")
        }
        out.writeHeartbeat()
    }
}
