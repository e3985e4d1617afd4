import Broker
import CRabbitMQ
import EntryCodecs
import NIOCore
import TransportIO

/// The logger half of AMQP: consumes a queue with explicit acknowledgements, one basic.ack for many entries.
///
/// Messages that ask for it are answered when their entries are recorded, or will not be. RabbitMQ is told of them as of all
/// others, when it is time to: who has lost an answer asks again, and the message-id tells.
struct AMQPServerEngine: ServerEngine {
    /// What an engine is made with.
    struct Configuration: Sendable {
        var url: AMQPURL
        var queue: QueueDeclaration
        /// The most deliveries that RabbitMQ sends ahead of their acknowledgement.
        ///
        /// 64 to 4096 could not be told apart at 64 in flight; a small one bounds what a stop has to wait for.
        var prefetch: UInt16 = 256
        /// When what is settled is acknowledged.
        var pace = AcknowledgementPace.everyRead
        var limits = EntryLimits()
        /// Told of what is used though it is not as it was declared.
        var notice: @Sendable (String) -> Void = { _ in }
    }

    /// The channel that the consumer is on.
    private static let consumerChannel = Negotiation.channel
    /// How long RabbitMQ waits for a delivery that the logger cannot take now: it would bring it again at once.
    private static let returnDelay = TimeAmount.seconds(1)
    /// The channel on which the bindings are watched over, so that what RabbitMQ says of them leaves the consumer alone.
    private static let watchChannel: UInt16 = 2

    private let limits: EntryLimits
    private let recent: RecentMessages
    private let ready: () -> Void
    private let notice: (String) -> Void
    /// A temporary queue that RabbitMQ would keep for a while when its consumer ends, as it knows no auto-delete for its kind.
    private let queueToDelete: String?
    private var session: Session
    private var content: IncomingContent
    private var decoder: EntryDecoder
    private var answers: DeliveryAnswers
    private var replies = Replies()
    private var undecided: [UInt64: Message] = [:]
    /// Deliveries that the logger could not take when they came, and when RabbitMQ gets them back.
    private var unavailable: (tags: [UInt64], due: NIODeadline)?
    private var isAnnounced = false
    private var drain = Drain.notAsked
    /// Nil for a connection that may have one channel only.
    private var watch: BindingWatch?
    private var loop: EngineLoop?

    private enum Drain {
        case notAsked
        /// basic.cancel was sent.
        case cancelling
        /// No more deliveries come; those that did are still to be settled.
        case cancelled
    }

    /// What has to be known of a message until it is settled.
    private struct Message {
        var isRedelivered: Bool
        var key: RecentMessages.Key?
        /// Whether whoever published it asks for an answer.
        var isAsking = false
        /// Whom to answer, where that is not told with the message itself.
        var asker: Replies.Address?
    }

    /// - Parameters:
    ///   - recent: what was recorded over earlier connections.
    ///   - ready: called once, when entries can arrive.
    init(_ configuration: Configuration, recent: RecentMessages, ready: @escaping () -> Void) {
        limits = configuration.limits
        answers = DeliveryAnswers(pace: configuration.pace)
        self.recent = recent
        self.ready = ready
        decoder = EntryDecoder(limits: limits)
        notice = configuration.notice
        let queue = configuration.queue
        queueToDelete = queue.isTemporary && queue.kind == .quorum ? queue.name : nil
        let mayWatch = configuration.url.channelMax ?? .max >= Self.watchChannel
        watch = mayWatch ? BindingWatch(configuration.queue) : nil
        content = IncomingContent(limits: limits)
        session = Session(
            configuration: Session.Configuration(
                url: configuration.url,
                setup: [.declareExchange(configuration.queue.exchange)] + configuration.queue.setup
                    + [.limitPrefetch(configuration.prefetch), .consume(configuration.queue.name)],
                spareChannels: mayWatch ? 1 : 0),
            notice: configuration.notice)
    }

    /// While draining, goodbye has to be said and heard.
    ///
    /// Otherwise nothing is owed: RabbitMQ keeps what was not acknowledged.
    var isIdle: Bool { drain == .notAsked || session.isClosed }
    var isFinished: Bool { session.isClosed }
    var heldBytes: Int { content.heldBytes }
    /// A part of a body is put with the others, which takes no time: it is its end, behind which all of it is read, that does.
    var mostAtOnce: Int { max(LongTurn.mostOnLoop - heldBytes, content.missingBytes) }
    var keepAliveInterval: TimeAmount? { session.keepAliveInterval }

    mutating func attach(to loop: EngineLoop) {
        answers.loop = loop
        self.loop = loop
    }

    mutating func open(into out: inout ByteBuffer) {
        session.open(into: &out)
    }

    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        try session.keepAlive(into: &out)
    }

    mutating func proceed(into out: inout ByteBuffer, intake: borrowing EntryIntake) {
        if session.isClosing { return }
        answers.wakeUp(into: &out)
        giveBackUnavailable(into: &out)
        watchBindings(into: &out)
    }

    /// Looks after the bindings when it is time to.
    private mutating func watchBindings(into out: inout ByteBuffer) {
        guard let loop, watch != nil, session.isReady, drain == .notAsked else { return }
        if let steps = watch?.proceed(at: loop.now) {
            session.setUp(Self.watchChannel, steps: steps, into: &out)
        }
        if let due = watch?.due { loop.wake(at: due) }
    }

    private mutating func bindingsRefused(_ refusal: Refusal, into out: inout ByteBuffer) {
        switch watch?.refused(refusal) {
        case .restore(let steps):
            notice("has lost the exchange that the queue is bound to: \(refusal); declaring and binding it again")
            session.setUp(Self.watchChannel, steps: steps, into: &out)
        case .end:
            watch = nil
            notice("does not let broker-lab see to it that the queue stays bound: \(refusal)")
        case .wait, nil: break
        }
    }

    // MARK: Receiving

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        // A copy, because the decoder's closure cannot capture what is borrowed: once a read, not once an entry.
        let intake = copy intake
        do {
            while let frame = try session.nextFrame(bytes) {
                try take(frame, bytes, into: &out, intake: intake)
                bytes.moveReaderIndex(forwardBy: frame.totalBytes)
            }
        } catch {
            if !session.isClosing { answers.acknowledge(atLeast: 1, into: &out) }
            throw error
        }
        acknowledge(into: &out)
        if session.isReady && !isAnnounced {
            isAnnounced = true
            ready()
            watchBindings(into: &out)
        }
    }

    private mutating func take(
        _ frame: FrameHeader, _ bytes: ByteBuffer, into out: inout ByteBuffer, intake: EntryIntake
    ) throws(ProtocolError) {
        switch frame.type {
        case .heartbeat: break
        case .method: try takeMethod(session.decodeMethod(frame, bytes), on: frame.channel, into: &out)
        case .header, .body:
            if session.isClosing { return }
            guard let message = try content.take(frame, bytes) else { return }
            record(message.delivery, message.body, frame, bytes, into: &out, intake: intake)
        }
    }

    private mutating func takeMethod(
        _ method: IncomingMethod, on channel: UInt16, into out: inout ByteBuffer
    ) throws(ProtocolError) {
        switch method {
        case .basicDeliver(let delivery) where session.isReady && channel == Self.consumerChannel:
            guard delivery.deliveryTag == answers.nextTag else {
                throw ProtocolError("it sent the delivery tag \(delivery.deliveryTag), not \(answers.nextTag)")
            }
            answers.append()
            try content.announce(delivery)
        case .channelClose(let refusal) where channel == Self.watchChannel && !session.isClosing:
            session.confirmClosed(channel, into: &out)
            bindingsRefused(refusal, into: &out)
        case .basicCancelOk where drain == .cancelling:
            drain = .cancelled
        case .basicCancel where session.isReady:
            throw ProtocolError("it ended the consumer (basic.cancel): the queue was deleted, or its node is gone")
        default:
            switch try session.take(method, on: channel, into: &out) {
            case .handled: break
            case .channelClosed(let refusal): throw ProtocolError("it closed the channel: \(refusal)")
            case .notMine: throw ProtocolError("it sent a method that only a publisher expects")
            }
        }
    }

    private mutating func record(
        _ delivery: Delivery, _ body: IncomingContent.Body, _ frame: FrameHeader, _ bytes: ByteBuffer,
        into out: inout ByteBuffer, intake: EntryIntake
    ) {
        let messageID = content.messageID
        var message = Message(isRedelivered: delivery.isRedelivered, isAsking: content.replyTo.readableBytes > 0)
        let result: RecordResult?
        switch body {
        case .inFrame:
            let body = bytes.readableBytesSpan.extracting(frame.payload)
            message.key = RecentMessages.key(messageID: messageID.readableBytesSpan, body: body)
            result = Self.read(
                body, delivery, messageID.readableBytesSpan, content.codec, limits, &decoder,
                key: message.key, isRepeated: isRepeated(message), intake)
        case .assembled:
            let assembled = content.assembled
            let body = assembled.readableBytesSpan
            message.key = RecentMessages.key(messageID: messageID.readableBytesSpan, body: body)
            result = Self.read(
                body, delivery, messageID.readableBytesSpan, content.codec, limits, &decoder,
                key: message.key, isRepeated: isRepeated(message), intake)
        case .oversized:
            result = nil
        }
        guard let result else {
            // RabbitMQ puts it into the queue for dead letters, if its queue has one.
            intake.countUndecodable()
            answers.reject(delivery.deliveryTag, requeue: false, isClosing: session.isClosing, into: &out)
            if message.isAsking { answer(message, noEntry, into: &out) }
            return
        }
        if result == .later {
            if message.isAsking {
                message.asker = replies.address(replyTo: content.replyTo, correlationID: content.correlationID)
            }
            undecided[delivery.deliveryTag] = message
        }
        settle(delivery.deliveryTag, result, message, into: &out)
    }

    private func isRepeated(_ message: Message) -> Bool {
        message.key.map { recent.contains($0, isRedelivered: message.isRedelivered) } ?? false
    }

    /// Gives the entry in `body` to the logger; nil if there is none in it.
    private static func read(
        _ body: RawSpan, _ delivery: Delivery, _ messageID: RawSpan, _ codec: EntryCodec, _ limits: EntryLimits,
        _ decoder: inout EntryDecoder, key: RecentMessages.Key?, isRepeated: Bool, _ intake: EntryIntake
    ) -> RecordResult? {
        do throws(EntryCodecError) {
            return try decoder.decode(body, as: codec, defaultSeverity: delivery.severity) { entry in
                guard entry.name.byteCount + entry.data.byteCount <= limits.maxEntryBytes else { return nil }
                guard !isRepeated else {
                    intake.countRepeated(entry)
                    return .recorded
                }
                guard let key else { return intake.take(entry, ticket: delivery.deliveryTag) }
                // A foreign id need not be unique; only what RabbitMQ delivers again can be known by it.
                let isOurs = if case .ours = key { true } else { false }
                return intake.take(
                    entry, ticket: delivery.deliveryTag, messageID: messageID,
                    mayRepeat: isOurs || delivery.isRedelivered)
            }
        } catch {
            return nil
        }
    }

    // MARK: Answering

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        guard let message = undecided.removeValue(forKey: ticket) else { return }
        settle(ticket, result, message, into: &out)
        acknowledge(into: &out)
    }

    private mutating func settle(
        _ deliveryTag: UInt64, _ result: RecordResult, _ message: Message, into out: inout ByteBuffer
    ) {
        switch result {
        case .later: break
        case .recorded:
            if let key = message.key { recent.insert(key) }
            answers.settle(deliveryTag)
            if message.isAsking { answer(message, nil, into: &out) }
        // Who has asked knows what to do about it.
        case .rejected(let reason) where message.isAsking, .unavailable(let reason) where message.isAsking:
            answers.settle(deliveryTag)
            answer(message, reason, into: &out)
        // Once more, and if the logger does not take it then either, not for ever.
        case .rejected:
            answers.reject(
                deliveryTag, requeue: !message.isRedelivered, isClosing: session.isClosing, into: &out)
        // Where it was recorded after all, it is known by its id when it comes again.
        case .unavailable, .unknown: hold(deliveryTag, into: &out)
        }
    }

    /// Keeps a delivery that the logger cannot take now, as while its disk is full, until it is time to give it back.
    private mutating func hold(_ deliveryTag: UInt64, into out: inout ByteBuffer) {
        guard let loop, drain == .notAsked else {
            return answers.giveBack(deliveryTag, isClosing: session.isClosing, into: &out)
        }
        if unavailable == nil {
            unavailable = ([], loop.now + Self.returnDelay)
            loop.wake(at: loop.now + Self.returnDelay)
        }
        unavailable?.tags.append(deliveryTag)
    }

    /// Gives back, when it is time to or there is no time left, what the logger could not take.
    private mutating func giveBackUnavailable(into out: inout ByteBuffer) {
        guard let (tags, due) = unavailable, let loop, loop.now >= due || drain != .notAsked else { return }
        unavailable = nil
        for tag in tags { answers.giveBack(tag, isClosing: session.isClosing, into: &out) }
    }

    /// Answers whoever published a message and asked for it: that its entry is recorded, or why it is not.
    private mutating func answer(_ message: Message, _ refusal: String?, into out: inout ByteBuffer) {
        if session.isClosing { return }
        // What an answer goes to is the asker's word. If that was what ended the connection before, it is not to do so again.
        if message.isRedelivered { answers.acknowledge(atLeast: 1, into: &out) }
        if let asker = message.asker {
            replies.write(refusal, to: asker, into: &out)
        } else {
            replies.write(refusal, replyTo: content.replyTo, correlationID: content.correlationID, into: &out)
        }
    }

    private var noEntry: String { "the message is no entry, or exceeds the limit of \(limits.maxEntryBytes) bytes" }

    /// Acknowledges what is settled, in its time.
    private mutating func acknowledge(into out: inout ByteBuffer) {
        if session.isClosing { return }
        guard drain != .notAsked else { return answers.acknowledge(into: &out) }
        // Few more come once the consumer is cancelled, so that there is nothing to wait for.
        answers.acknowledge(atLeast: 1, into: &out)
        guard drain == .cancelled && answers.isEmpty else { return }
        deleteQueue(into: &out)
        session.close(into: &out)
    }

    /// Until it expires it would be sent a copy of all that is meant for the logger that comes next.
    private func deleteQueue(into out: inout ByteBuffer) {
        guard let queueToDelete else { return }
        let pool = AMQPPool()
        var delete = amqp_queue_delete_t()
        delete.queue = pool.bytes(queueToDelete)
        delete.nowait = 1
        out.writeMethod(AMQP_QUEUE_DELETE_METHOD, delete)
    }

    // MARK: Stopping

    mutating func drain(into out: inout ByteBuffer) {
        guard drain == .notAsked else { return }
        drain = .cancelling
        giveBackUnavailable(into: &out)
        acknowledge(into: &out)
        guard session.isReady else {
            session.close(into: &out)
            return
        }
        let pool = AMQPPool()
        var cancel = amqp_basic_cancel_t()
        cancel.consumer_tag = pool.bytes(SetupStep.consumerTag)
        out.writeMethod(AMQP_BASIC_CANCEL_METHOD, cancel)
    }
}
