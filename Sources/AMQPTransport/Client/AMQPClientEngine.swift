import Broker
import CRabbitMQ
import EntryCodecs
import NIOCore
import TransportIO

/// The broker half of AMQP: publishes entries in the confirm mode of RabbitMQ unless told otherwise, on one channel or dealt
/// to several in turn.
struct AMQPClientEngine: ClientEngine {
    /// What an engine is made with.
    struct Configuration: Sendable {
        var url: AMQPURL
        var mode = PublishMode.standard
        /// The queue to declare and bind before the first entry.
        var queue: String?
        var maxInFlight = 64
        var limits = EntryLimits()
        /// What becomes of an entry that RabbitMQ has and no logger has answered in time.
        var unanswered = TransportError(final: .unknown, "no logger has answered")
        /// Of a queue that has a leader: whether that is looked for, by all connections together.
        var leaderSearch: LeaderSearch?
        /// Told what makes senders wait.
        var notice: @Sendable (String) -> Void = { _ in }
    }

    private let configuration: Configuration
    private let encoder: EntryEncoder
    private var session: Session
    private var channels: [PublishChannel]
    /// The channel that the latest entry went to, by its position.
    private var latestChannel = 0
    private var latestNumber: UInt64 = 0

    init(_ configuration: Configuration) {
        self.configuration = configuration
        let mode = configuration.mode
        channels = (1...mode.channels).map { PublishChannel($0, mode: mode) }
        encoder = EntryEncoder(mode.codec, limits: configuration.limits)
        let queue = configuration.queue.map { mode.queue($0) }
        let answers = (mode.isAnswered ? [SetupStep.consumeReplies] : []) + (mode.isConfirmed ? [.selectConfirms] : [])
        session = Session(
            configuration: Session.Configuration(
                url: configuration.url, setup: [.declareExchange(mode.exchange)] + (queue?.setup ?? []) + answers,
                channels: mode.channels, furtherSetup: answers, closesChannels: !mode.isConfirmed),
            notice: configuration.notice)
    }

    var capacity: Int { session.isBlocked || !hasOpenChannel ? 0 : configuration.maxInFlight }
    var isReady: Bool { session.isReady }
    var isRetired: Bool { session.isClosing }
    var isClosed: Bool { session.isClosed }
    var isBlocked: Bool { session.isBlocked }
    var completesOnWrite: Bool { !configuration.mode.isConfirmed }
    var keepAliveInterval: TimeAmount? { session.keepAliveInterval }

    mutating func open(into out: inout ByteBuffer) {
        session.open(into: &out)
    }

    // MARK: Sending

    mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        latestNumber += 1
        try send(entry, id: EntryID(connection: 0, number: latestNumber), ticket: ticket, into: &out)
    }

    mutating func send(
        _ entry: LogEntry, id: EntryID, ticket: Int, into out: inout ByteBuffer
    ) throws(TransportError) {
        try configuration.limits.check(entry)
        guard let channel = deal() else { throw TransportError(.notSent, "no channel to RabbitMQ is open at present") }
        let template = channels[channel].template(entry.severity)
        let (tag, frameMax) = (channels[channel].nextTag, session.frameMax)
        var body = ContentTemplate.Body.none
        do throws(EntryCodecError) {
            try encoder.encode(entry, into: &out) { size, out in
                body = template.begin(id, tag: tag, size: size, frameMax: frameMax, into: &out)
            }
        } catch {
            throw TransportError(.notSent, error.description)
        }
        body.end(in: &out)
        if configuration.mode.isConfirmed { channels[channel].published(id, ticket: ticket) }
    }

    /// Publishes a body of `size` bytes that `write` appends, on the first channel.
    mutating func publish(
        _ id: EntryID, _ severity: Severity, size: Int, ticket: Int, into out: inout ByteBuffer,
        _ write: (inout ByteBuffer) -> Void
    ) {
        let body = channels[0].template(severity).begin(
            id, tag: channels[0].nextTag, size: size, frameMax: session.frameMax, into: &out)
        write(&out)
        body.end(in: &out)
        if configuration.mode.isConfirmed { channels[0].published(id, ticket: ticket) }
    }

    private var hasOpenChannel: Bool { channels.contains { session.isReady(channel: $0.number) } }

    /// The channel for the next entry: the one after the latest that is open; nil if none is.
    private mutating func deal() -> Int? {
        for _ in channels.indices {
            latestChannel = latestChannel + 1 < channels.count ? latestChannel + 1 : 0
            if session.isReady(channel: channels[latestChannel].number) { return latestChannel }
        }
        return nil
    }

    mutating func giveUp(_ ticket: Int) -> TransportError? {
        for index in channels.indices where channels[index].giveUp(ticket) { return configuration.unanswered }
        return nil
    }

    // MARK: Receiving

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        while let frame = try session.nextFrame(bytes) {
            try take(frame, bytes, into: &out, completions: &completions)
            bytes.moveReaderIndex(forwardBy: frame.totalBytes)
        }
    }

    private mutating func take(
        _ frame: FrameHeader, _ bytes: ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        // What belongs to the connection comes on channel 0, and is told apart below.
        let channel = Int(frame.channel) - 1
        switch frame.type {
        case .heartbeat: break
        case .header, .body:
            if !session.isClosing { try channels[channel].takeContent(frame, bytes, &completions) }
        case .method:
            switch try session.decodeMethod(frame, bytes) {
            case .basicAck(let deliveryTag, let multiple) where session.isReady:
                if let search = configuration.leaderSearch, channels[channel].isUntouched { search.end() }
                try channels[channel].settle(deliveryTag, multiple: multiple, &completions)
            case .basicNack(let deliveryTag, let multiple) where session.isReady:
                if let search = configuration.leaderSearch, channels[channel].isUntouched, search.goesOn() {
                    throw ProtocolError("it takes nothing (basic.nack): the queue's leader may be away")
                }
                try channels[channel].settle(deliveryTag, multiple: multiple, refusal: Self.refused, &completions)
            case .basicDeliver(let delivery) where session.isReady && configuration.mode.isAnswered:
                try channels[channel].announceReply(delivery)
            case .basicReturn(let refusal) where session.isReady:
                try channels[channel].announceReturn(refusal)
            case let method:
                try takeOther(method, on: frame.channel, into: &out, completions: &completions)
            }
        }
    }

    private mutating func takeOther(
        _ method: IncomingMethod, on channel: UInt16, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        switch try session.take(method, on: channel, into: &out) {
        case .handled: break
        case .notMine: throw ProtocolError("it sent a method that only a consumer expects")
        case .channelClosed(let refusal):
            try channels[Int(channel) - 1].closed(refusal, &completions)
            session.openAgain(channel, after: refusal, into: &out)
        }
    }

    private static let refused = TransportError(
        .rejected,
        "RabbitMQ did not take the entry (basic.nack), as it does not say why: a queue may be full, or not available")

    // MARK: Goodbye and heartbeats

    mutating func close(into out: inout ByteBuffer) {
        session.close(into: &out)
    }

    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        try session.keepAlive(into: &out)
    }
}
