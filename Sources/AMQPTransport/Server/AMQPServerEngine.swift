import Broker
import CRabbitMQ
import EntryCodecs
import NIOCore
import TransportIO

/// The logger half of AMQP: consumes a queue with explicit acknowledgements, one basic.ack for all that a read brought.
struct AMQPServerEngine: ServerEngine {
    /// What an engine is made with.
    struct Configuration: Sendable {
        var url: AMQPURL
        var queue: QueueDeclaration
        /// The most deliveries that RabbitMQ sends ahead of their acknowledgement.
        ///
        /// 64, 256, 1024 and 4096 could not be told apart at 64 in flight; a small one bounds what a stop has to wait for.
        var prefetch: UInt16 = 256
        /// How many deliveries an acknowledgement is to cover at least, unless a second has passed.
        var batch = 1
        var limits = EntryLimits()
        /// Told of what is used though it is not as it was declared.
        var notice: @Sendable (String) -> Void = { _ in }
    }

    /// The longest JSON escape of one byte: `\u0001`.
    private static let maxEscapeBytes = 6
    /// More than the members' names, the run id and the numbers of an entry take.
    private static let maxFrameworkBytes = 64 * 1024

    private let limits: EntryLimits
    private let batch: UInt64
    private let recent: RecentMessages
    private let ready: () -> Void
    private var session: Session
    private var content: IncomingContent
    private var decoder: EntryDecoder
    private var window = DeliveryWindow()
    private var lastAck: [UInt8] = []
    private var undecided: [UInt64: Message] = [:]
    private var secondsSinceKeepAlive: Int64 = 0
    private var isAnnounced = false
    private var drain = Drain.notAsked

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
    }

    /// - Parameters:
    ///   - recent: what was recorded over earlier connections.
    ///   - ready: called once, when entries can arrive.
    init(_ configuration: Configuration, recent: RecentMessages, ready: @escaping () -> Void) {
        limits = configuration.limits
        // Half of what may be ahead, so that RabbitMQ never waits for an acknowledgement that waits for a delivery.
        batch = UInt64(max(1, min(configuration.batch, Int(configuration.prefetch) / 2)))
        self.recent = recent
        self.ready = ready
        let (bodyBytes, overflows) = limits.maxEntryBytes.multipliedReportingOverflow(by: Self.maxEscapeBytes)
        decoder = EntryDecoder(limits: limits)
        content = IncomingContent(maxBodyBytes: overflows ? .max : bodyBytes + Self.maxFrameworkBytes)
        session = Session(
            configuration: Session.Configuration(
                url: configuration.url,
                setup: [.declareExchange(configuration.queue.exchange)] + configuration.queue.setup
                    + [.limitPrefetch(configuration.prefetch), .consume(configuration.queue.name)]),
            notice: configuration.notice)
    }

    /// While draining, goodbye has to be said and heard.
    ///
    /// Otherwise nothing is owed: RabbitMQ keeps what was not acknowledged.
    var isIdle: Bool { drain == .notAsked || session.isClosed }
    var isFinished: Bool { session.isClosed }

    /// Every second where acknowledgements may wait for a batch to be complete.
    var keepAliveInterval: TimeAmount? { batch > 1 && session.isReady ? .seconds(1) : session.keepAliveInterval }

    mutating func open(into out: inout ByteBuffer) {
        session.open(into: &out)
    }

    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        guard batch > 1, session.isReady else { return try session.keepAlive(into: &out) }
        acknowledge(atLeast: 1, into: &out)
        secondsSinceKeepAlive += 1
        guard let interval = session.keepAliveInterval, .seconds(secondsSinceKeepAlive) >= interval else { return }
        secondsSinceKeepAlive = 0
        try session.keepAlive(into: &out)
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
            acknowledge(atLeast: 1, into: &out)
            throw error
        }
        acknowledge(into: &out)
        if session.isReady && !isAnnounced {
            isAnnounced = true
            ready()
        }
    }

    private mutating func take(
        _ frame: FrameHeader, _ bytes: ByteBuffer, into out: inout ByteBuffer, intake: EntryIntake
    ) throws(ProtocolError) {
        switch frame.type {
        case .heartbeat: break
        case .method: try takeMethod(session.decodeMethod(frame, bytes), into: &out)
        case .header, .body:
            if session.isClosing { return }
            guard let message = try content.take(frame, bytes) else { return }
            record(message.delivery, message.body, frame, bytes, into: &out, intake: intake)
        }
    }

    private mutating func takeMethod(_ method: IncomingMethod, into out: inout ByteBuffer) throws(ProtocolError) {
        switch method {
        case .basicDeliver(let delivery) where session.isReady:
            guard delivery.deliveryTag == window.nextTag else {
                throw ProtocolError("it sent the delivery tag \(delivery.deliveryTag), not \(window.nextTag)")
            }
            window.append()
            try content.announce(delivery)
        case .basicCancelOk where drain == .cancelling:
            drain = .cancelled
        case .basicCancel where session.isReady:
            throw ProtocolError("it ended the consumer (basic.cancel): the queue was deleted, or its node is gone")
        default:
            guard try session.take(method, into: &out) == .handled else {
                throw ProtocolError("it sent a method that only a publisher expects")
            }
        }
    }

    private mutating func record(
        _ delivery: Delivery, _ body: IncomingContent.Body, _ frame: FrameHeader, _ bytes: ByteBuffer,
        into out: inout ByteBuffer, intake: EntryIntake
    ) {
        let messageID = content.messageID
        var message = Message(isRedelivered: delivery.isRedelivered)
        let result: RecordResult?
        switch body {
        case .inFrame:
            let body = bytes.readableBytesSpan.extracting(frame.payload)
            message.key = RecentMessages.key(messageID: messageID.readableBytesSpan, body: body)
            result = Self.read(body, delivery, content.codec, limits, &decoder, isRepeated: isRepeated(message), intake)
        case .assembled:
            let assembled = content.assembled
            let body = assembled.readableBytesSpan
            message.key = RecentMessages.key(messageID: messageID.readableBytesSpan, body: body)
            result = Self.read(body, delivery, content.codec, limits, &decoder, isRepeated: isRepeated(message), intake)
        case .oversized:
            result = nil
        }
        guard let result else {
            // RabbitMQ puts it into the queue for dead letters, if its queue has one.
            intake.countUndecodable()
            reject(delivery.deliveryTag, requeue: false, into: &out)
            return
        }
        if result == .later { undecided[delivery.deliveryTag] = message }
        settle(delivery.deliveryTag, result, message, into: &out)
    }

    private func isRepeated(_ message: Message) -> Bool {
        message.key.map { recent.contains($0, isRedelivered: message.isRedelivered) } ?? false
    }

    /// Gives the entry in `body` to the logger; nil if there is none in it.
    private static func read(
        _ body: RawSpan, _ delivery: Delivery, _ codec: EntryCodec, _ limits: EntryLimits,
        _ decoder: inout EntryDecoder, isRepeated: Bool, _ intake: EntryIntake
    ) -> RecordResult? {
        do throws(EntryCodecError) {
            return try decoder.decode(body, as: codec, defaultSeverity: delivery.severity) { entry in
                guard entry.name.byteCount + entry.data.byteCount <= limits.maxEntryBytes else { return nil }
                guard !isRepeated else {
                    intake.countRepeated(entry)
                    return .recorded
                }
                return intake.take(entry, ticket: delivery.deliveryTag)
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
            _ = window.settle(deliveryTag, isRejected: false)
        // Once more, and if the logger does not take it then either, not for ever.
        case .rejected: reject(deliveryTag, requeue: !message.isRedelivered, into: &out)
        }
    }

    private mutating func reject(_ deliveryTag: UInt64, requeue: Bool, into out: inout ByteBuffer) {
        guard window.settle(deliveryTag, isRejected: true), !session.isClosing else { return }
        var reject = amqp_basic_reject_t()
        reject.delivery_tag = deliveryTag
        reject.requeue = requeue ? 1 : 0
        out.writeMethod(AMQP_BASIC_REJECT_METHOD, reject)
    }

    /// Acknowledges all that is settled.
    ///
    /// An acknowledgement that still waits at the end of `out` is replaced by its
    /// successor, so that entries completed one by one in a tick cost one frame together.
    private mutating func acknowledge(atLeast batch: UInt64? = nil, into out: inout ByteBuffer) {
        // Nothing more comes once the consumer is cancelled, so that there is nothing to wait for.
        let least = drain == .notAsked ? batch ?? self.batch : 1
        if let deliveryTag = window.takeAcknowledgeable(batch: least), !session.isClosing {
            if endsWithLastAck(out) { out.moveWriterIndex(to: out.writerIndex - lastAck.count) }
            let start = out.writerIndex
            var ack = amqp_basic_ack_t()
            ack.delivery_tag = deliveryTag
            ack.multiple = 1
            out.writeMethod(AMQP_BASIC_ACK_METHOD, ack)
            lastAck.removeAll(keepingCapacity: true)
            lastAck.append(contentsOf: out.viewBytes(at: start, length: out.writerIndex - start) ?? ByteBufferView())
        }
        if drain == .cancelled && window.isEmpty { session.close(into: &out) }
    }

    /// Whether the last acknowledgement was not sent yet and nothing was written behind it.
    ///
    /// No two acknowledgements have the same delivery tag, so equal bytes are the same frame.
    private func endsWithLastAck(_ out: ByteBuffer) -> Bool {
        guard !lastAck.isEmpty, out.readableBytes >= lastAck.count else { return false }
        let end = out.viewBytes(at: out.writerIndex - lastAck.count, length: lastAck.count)
        return end?.elementsEqual(lastAck) ?? false
    }

    // MARK: Stopping

    mutating func drain(into out: inout ByteBuffer) {
        guard drain == .notAsked else { return }
        drain = .cancelling
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
