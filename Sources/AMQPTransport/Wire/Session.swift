import CRabbitMQ
import NIOCore
import TransportIO

/// The life of a connection and its channels, which both halves share: handshake, setup, heartbeats, goodbye.
struct Session {
    /// Who logs in, where to, and what is wanted of the connection.
    struct Configuration: Sendable, Hashable {
        var url: AMQPURL
        /// What is asked for on the first channel, and on any that is opened again.
        var setup: [SetupStep]
        /// How many channels there are.
        var channels: UInt16 = 1
        /// What is asked for on those behind the first, where the first has declared the rest.
        var furtherSetup: [SetupStep] = []
        /// How many more there may be, which are opened when they are wanted.
        var spareChannels: UInt16 = 0
        /// Whether goodbye is said on the channels before it is on the connection: for what was published without confirms.
        ///
        /// RabbitMQ answers on a channel when it has dealt with all that came before. When a connection is closed, it gives its
        /// channels three seconds for that, and forgets the rest.
        var closesChannels = false

        /// The most channels at once.
        var channelMax: UInt16 { channels + spareChannels }
    }

    /// What the session made of a method.
    enum Outcome {
        /// It was the session's own.
        case handled
        /// RabbitMQ has closed the channel, which was in use.
        case channelClosed(Refusal)
        /// It belongs to the engine.
        case notMine
    }

    private enum Phase {
        case awaitingStart
        case awaitingTune
        case awaitingOpenOk
        /// The connection is open; not all channels were set up yet.
        case settingUp
        case ready
        /// Goodbye was said on the channels, and was not yet answered on so many.
        case closingChannels(left: UInt16)
        case closing
        case closed
    }

    private let configuration: Configuration
    /// Told what makes senders wait, and what is used though it is not as it was declared.
    private let notice: (String) -> Void
    private let pool = AMQPPool()
    private var phase = Phase.awaitingStart
    private var channels: [ChannelSetup]
    private var heartbeat = Heartbeat()
    private var frames = FrameReader()
    /// Why RabbitMQ takes nothing at present: connection.blocked, channel.flow.
    private var obstacles = Obstacles()
    /// RabbitMQ's version, as it says.
    private(set) var serverVersion: String?

    init(configuration: Configuration, notice: @escaping (String) -> Void = { _ in }) {
        self.configuration = configuration
        self.notice = notice
        channels = (1...configuration.channelMax).map {
            ChannelSetup($0, steps: $0 == 1 ? configuration.setup : configuration.furtherSetup)
        }
        frames.channelMax = configuration.channelMax
    }

    /// Whether the setup is done and no goodbye was said.
    var isReady: Bool {
        if case .ready = phase { true } else { false }
    }

    /// Whether goodbye was said.
    var isClosing: Bool {
        switch phase {
        case .closingChannels, .closing, .closed: true
        case .awaitingStart, .awaitingTune, .awaitingOpenOk, .settingUp, .ready: false
        }
    }

    /// Whether the goodbye was answered.
    var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }

    /// Whether RabbitMQ takes nothing at present.
    var isBlocked: Bool { obstacles.reason != nil }

    /// Whether a channel is set up.
    func isReady(channel: UInt16) -> Bool { channels[Int(channel) - 1].isReady }

    /// The largest frame, overhead included.
    var frameMax: UInt32 { frames.frameMax }

    /// Appends the protocol header.
    mutating func open(into out: inout ByteBuffer) {
        out.writeStaticString(Self.protocolHeader)
    }

    // MARK: Receiving

    /// The header of the first complete frame in `bytes`.
    mutating func nextFrame(_ bytes: ByteBuffer) throws(ProtocolError) -> FrameHeader? {
        let frame = try frames.peek(bytes)
        if frame != nil { heartbeat.heard() }
        return frame
    }

    /// Decodes the method frame at the start of `bytes`.
    func decodeMethod(_ frame: FrameHeader, _ bytes: ByteBuffer) throws(ProtocolError) -> IncomingMethod {
        try bytes.withUnsafeReadableBytes { raw throws(ProtocolError) in
            let payload = UnsafeRawBufferPointer(rebasing: raw[frame.payload])
            let method = try pool.decodeMethod(payload)
            // AMQP 0-9-1, 2.3.5: channel 0 is for the methods of the class connection, and for nothing else.
            guard (payload[1] == UInt8(AMQP_CONNECTION_CLASS)) == (frame.channel == 0) else {
                throw ProtocolError("it sent a method on channel \(frame.channel), where it has no place")
            }
            return method
        }
    }

    /// Takes a method that is about the connection, or about the channel that it came on.
    mutating func take(
        _ method: IncomingMethod, on channel: UInt16, into out: inout ByteBuffer
    ) throws(ProtocolError) -> Outcome {
        switch method {
        case .connectionClose(let refusal):
            out.writeMethod(AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t(), channel: 0)
            let attempt = attempt
            let wasClosing = isClosing
            phase = .closed
            if wasClosing { return .handled }
            throw ProtocolError(refusal.explanation(attempt: attempt, configuration.url))
        case .channelClose(let refusal):
            out.writeMethod(AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t(), channel: channel)
            if isClosing { return .handled }
            return try channelClosed(channel, refusal, into: &out)
        case .connectionCloseOk:
            guard isClosing else { throw ProtocolError("it sent connection.close-ok though nothing was to be closed") }
            phase = .closed
        case .channelCloseOk where isClosing:
            guard case .closingChannels(let left) = phase else { break }
            phase = .closingChannels(left: left - 1)
            if left == 1 { closeConnection(into: &out) }
        case _ where isClosing:
            // AMQP 0-9-1, 1.4.2.9: after connection.close, everything but close and close-ok is to be discarded.
            break
        case .connectionBlocked(let reason):
            changeObstacles { $0.connection = reason.isEmpty ? "connection.blocked" : "connection.blocked: \(reason)" }
        case .connectionUnblocked:
            changeObstacles { $0.connection = nil }
        case .channelFlow(let active):
            var flowOk = amqp_channel_flow_ok_t()
            flowOk.active = active ? 1 : 0
            out.writeMethod(AMQP_CHANNEL_FLOW_OK_METHOD, flowOk, channel: channel)
            changeObstacles { $0.set(channel, isStopped: !active) }
        default:
            return try advance(method, on: channel, into: &out) ? .handled : .notMine
        }
        return .handled
    }

    private mutating func changeObstacles(_ change: (inout Obstacles) -> Void) {
        let before = obstacles.reason
        change(&obstacles)
        guard obstacles.reason != before else { return }
        notice(obstacles.reason.map { "takes nothing at present (\($0)); sends wait" } ?? "takes entries again")
    }

    /// Goes one step on in the handshake or the setup; false if `method` is no part of these.
    private mutating func advance(
        _ method: IncomingMethod, on channel: UInt16, into out: inout ByteBuffer
    ) throws(ProtocolError) -> Bool {
        switch (phase, method) {
        case (.awaitingStart, .connectionStart(let mechanisms, let version)):
            serverVersion = version
            let mechanism = configuration.url.mechanism
            guard mechanisms.contains(mechanism.rawValue) else {
                throw ProtocolError(
                    "it does not offer the login mechanism \(mechanism.rawValue), but "
                        + "\(mechanisms.isEmpty ? "none" : mechanisms.joined(separator: ", ")); "
                        + "enable it (auth_mechanisms)")
            }
            Self.writeStartOk(configuration.url, into: &out)
            phase = .awaitingTune
        case (.awaitingTune, .connectionTune(let channelMax, let frameMax, let heartbeat)):
            let agreed = try Negotiation(
                offeredChannelMax: channelMax, offeredFrameMax: frameMax, offeredHeartbeat: heartbeat,
                channels: configuration.channelMax, configuration.url)
            self.heartbeat.interval = agreed.heartbeat
            frames.frameMax = agreed.frameMax
            Self.writeTuneOkAndOpen(
                agreed, channels: configuration.channelMax, virtualHost: configuration.url.virtualHost, into: &out)
            phase = .awaitingOpenOk
        case (.awaitingOpenOk, .connectionOpenOk):
            for index in 0..<Int(configuration.channels) { channels[index].open(into: &out) }
            phase = .settingUp
        case (.settingUp, _) where channel > 0, (.ready, _) where channel > 0:
            switch channels[Int(channel) - 1].take(method, into: &out) {
            case .advanced:
                if channels.prefix(Int(configuration.channels)).allSatisfy(\.isReady) { phase = .ready }
            case .notMine: return false
            case .misplaced: throw misplaced(on: channel)
            }
        case (.ready, _):
            return false
        default:
            throw misplaced(on: channel)
        }
        return true
    }

    // MARK: Channels that RabbitMQ closes

    private mutating func channelClosed(
        _ channel: UInt16, _ refusal: Refusal, into out: inout ByteBuffer
    ) throws(ProtocolError) -> Outcome {
        let index = Int(channel) - 1
        if channels[index].isReady { return .channelClosed(refusal) }
        let attempt = channels[index].attempt
        guard let consequence = channels[index].recover(from: refusal, into: &out) else {
            throw ProtocolError(refusal.explanation(attempt: attempt, configuration.url))
        }
        notice(consequence)
        return .handled
    }

    /// Opens a channel once more, which RabbitMQ has closed, and declares the topology anew: it may be what was missing.
    mutating func openAgain(_ channel: UInt16, after refusal: Refusal, into out: inout ByteBuffer) {
        notice("closed a channel: \(refusal); opening it again")
        changeObstacles { $0.set(channel, isStopped: false) }
        channels[Int(channel) - 1].openAgain(steps: configuration.setup, into: &out)
    }

    /// Asks for `steps` on a channel, which is opened first if it is not open; nothing while others are under way there.
    mutating func setUp(_ channel: UInt16, steps: [SetupStep], into out: inout ByteBuffer) {
        channels[Int(channel) - 1].setUp(steps: steps, into: &out)
    }

    /// RabbitMQ has closed a spare channel, which is confirmed.
    mutating func confirmClosed(_ channel: UInt16, into out: inout ByteBuffer) {
        out.writeMethod(AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t(), channel: channel)
        channels[Int(channel) - 1].closed()
    }

    // MARK: Errors

    /// What is being attempted, for an error message; empty once everything is set up.
    private var attempt: String {
        switch phase {
        case .awaitingStart: "shake hands"
        case .awaitingTune: "log in as '\(configuration.url.user)'"
        case .awaitingOpenOk: "open the vhost '\(configuration.url.virtualHost)'"
        case .settingUp: channels.lazy.map(\.attempt).first { !$0.isEmpty } ?? ""
        case .ready, .closingChannels, .closing, .closed: ""
        }
    }

    private func misplaced(on channel: UInt16) -> ProtocolError {
        let attempt = channel > 0 ? channels[Int(channel) - 1].attempt : attempt
        return ProtocolError(
            "it sent a method where it has no place\(attempt.isEmpty ? "" : ", while broker-lab was to \(attempt)")")
    }

    // MARK: Goodbye and heartbeats

    /// Says goodbye.
    mutating func close(into out: inout ByteBuffer) {
        guard !isClosing else { return }
        guard heartbeat.interval != nil else {
            // Before connection.open, AMQP 0-9-1 (2.2.4) knows no goodbye but closing the socket.
            phase = .closed
            return
        }
        guard configuration.closesChannels, isReady else { return closeConnection(into: &out) }
        var close = amqp_channel_close_t()
        close.reply_code = UInt16(AMQP_REPLY_SUCCESS)
        for channel in 1...configuration.channels {
            out.writeMethod(AMQP_CHANNEL_CLOSE_METHOD, close, channel: channel)
        }
        phase = .closingChannels(left: configuration.channels)
    }

    private mutating func closeConnection(into out: inout ByteBuffer) {
        var close = amqp_connection_close_t()
        close.reply_code = UInt16(AMQP_REPLY_SUCCESS)
        out.writeMethod(AMQP_CONNECTION_CLOSE_METHOD, close, channel: 0)
        phase = .closing
    }

    /// How often ``keepAlive(into:)`` wants to be called; nil for never.
    var keepAliveInterval: TimeAmount? { heartbeat.lookInterval }

    /// Sends a heartbeat; gives up a peer that was silent for two intervals.
    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        try heartbeat.look(into: &out)
    }
}
