import Broker
import CRabbitMQ
import EntryJSON
import NIOCore
import TransportIO

/// The logger half of AMQP: consumes a queue with explicit acknowledgements, one basic.ack for all that a read brought.
struct AMQPServerEngine: ServerEngine {
    /// The most deliveries that RabbitMQ sends ahead of their acknowledgement.
    ///
    /// 64, 256, 1024 and 4096 could not be told apart at 64 in flight; a small one bounds what a stop has to wait for.
    private static let prefetch: UInt16 = 256
    /// The longest JSON escape of one byte: `\u0001`.
    private static let maxEscapeBytes = 6
    /// More than the members' names, the run id and the numbers of an entry take.
    private static let maxFrameworkBytes = 64 * 1024

    private let limits: EntryLimits
    private let ready: () -> Void
    private var session: Session
    private var content: IncomingContent
    private var json = EntryJSONReader()
    private var window = DeliveryWindow()
    private var lastAck: [UInt8] = []
    private var redelivered: Set<UInt64> = []
    private var isAnnounced = false
    private var drain = Drain.notAsked

    private enum Drain {
        case notAsked
        /// basic.cancel was sent.
        case cancelling
        /// No more deliveries come; those that did are still to be settled.
        case cancelled
    }

    init(url: AMQPURL, queue: String, temporary: Bool, limits: EntryLimits, ready: @escaping () -> Void) {
        self.limits = limits
        self.ready = ready
        let (bodyBytes, overflows) = limits.maxEntryBytes.multipliedReportingOverflow(by: Self.maxEscapeBytes)
        content = IncomingContent(maxBodyBytes: overflows ? .max : bodyBytes + Self.maxFrameworkBytes)
        session = Session(
            configuration: Session.Configuration(
                url: url,
                setup: [.declareExchange] + SetupStep.collecting(in: queue, temporary: temporary)
                    + [.limitPrefetch(Self.prefetch), .consume(queue)]))
    }

    /// While draining, goodbye has to be said and heard.
    ///
    /// Otherwise nothing is owed: RabbitMQ keeps what was not acknowledged.
    var isIdle: Bool { drain == .notAsked || session.isClosed }
    var isFinished: Bool { session.isClosed }
    var keepAliveInterval: TimeAmount? { session.keepAliveInterval }

    mutating func open(into out: inout ByteBuffer) {
        session.open(into: &out)
    }

    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        try session.keepAlive(into: &out)
    }

    // MARK: Receiving

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        // A copy, because the JSON reader's closure cannot capture what is borrowed: once a read, not once an entry.
        let intake = copy intake
        do {
            while let frame = try session.nextFrame(bytes) {
                try take(frame, bytes, into: &out, intake: intake)
                bytes.moveReaderIndex(forwardBy: frame.totalBytes)
            }
        } catch {
            acknowledge(into: &out)
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
            throw ProtocolError("it ended the consumer: the queue was deleted, or its node is gone")
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
        let result: RecordResult?
        switch body {
        case .inFrame:
            result = Self.read(bytes.readableBytesSpan.extracting(frame.payload), delivery, limits, &json, intake)
        case .assembled:
            let assembled = content.assembled
            result = Self.read(assembled.readableBytesSpan, delivery, limits, &json, intake)
        case .oversized:
            result = nil
        }
        guard let result else {
            intake.countUndecodable()
            reject(delivery.deliveryTag, requeue: false, into: &out)
            return
        }
        if result == .later && delivery.isRedelivered { redelivered.insert(delivery.deliveryTag) }
        settle(delivery.deliveryTag, result, isRedelivered: delivery.isRedelivered, into: &out)
    }

    /// Gives the entry in `body` to the logger; nil if there is none in it.
    private static func read(
        _ body: RawSpan, _ delivery: Delivery, _ limits: EntryLimits, _ json: inout EntryJSONReader,
        _ intake: EntryIntake
    ) -> RecordResult? {
        do throws(EntryJSONError) {
            return try json.read(body, defaultSeverity: delivery.severity) { entry in
                guard entry.name.byteCount + entry.data.byteCount <= limits.maxEntryBytes else { return nil }
                return intake.take(entry, ticket: delivery.deliveryTag)
            }
        } catch {
            return nil
        }
    }

    // MARK: Answering

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        settle(ticket, result, isRedelivered: redelivered.remove(ticket) != nil, into: &out)
        acknowledge(into: &out)
    }

    private mutating func settle(
        _ deliveryTag: UInt64, _ result: RecordResult, isRedelivered: Bool, into out: inout ByteBuffer
    ) {
        switch result {
        case .later: break
        case .recorded: _ = window.settle(deliveryTag, isRejected: false)
        // Once more, and if the logger does not take it then either, not for ever.
        case .rejected: reject(deliveryTag, requeue: !isRedelivered, into: &out)
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
    private mutating func acknowledge(into out: inout ByteBuffer) {
        if let deliveryTag = window.takeAcknowledgeable(), !session.isClosing {
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
