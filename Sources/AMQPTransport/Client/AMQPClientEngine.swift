import Broker
import CRabbitMQ
import EntryCodecs
import NIOCore
import TransportIO

/// The broker half of AMQP: publishes entries on one channel, in the confirm mode of RabbitMQ unless told otherwise.
struct AMQPClientEngine: ClientEngine {
    /// What an engine is made with.
    struct Configuration: Sendable {
        var url: AMQPURL
        var mode = PublishMode.standard
        /// The queue to declare and bind before the first entry.
        var queue: String?
        var maxInFlight = 64
        var limits = EntryLimits()
        /// Told what makes senders wait.
        var notice: @Sendable (String) -> Void = { _ in }
    }

    private let configuration: Configuration
    private let templates: [ContentTemplate]
    private let encoder: EntryEncoder
    private var session: Session
    private var unconfirmed = ConfirmQueue()
    /// The message that is coming back.
    private var returning = Returning.none
    private var latestNumber: UInt64 = 0

    private enum Returning {
        case none
        case announced(Refusal)
        case body(rest: UInt64)
    }

    init(_ configuration: Configuration) {
        self.configuration = configuration
        let mode = configuration.mode
        templates = Severity.allCases.map {
            ContentTemplate(severity: $0, mode: mode)
        }
        encoder = EntryEncoder(mode.codec, limits: configuration.limits)
        let queue = configuration.queue.map {
            QueueDeclaration(name: $0, kind: mode.queueKind, exchange: mode.exchange)
        }
        session = Session(
            configuration: Session.Configuration(
                url: configuration.url,
                setup: [.declareExchange(mode.exchange)] + (queue?.setup ?? [])
                    + (mode.isConfirmed ? [.selectConfirms] : [])),
            notice: configuration.notice)
    }

    var capacity: Int { session.blockedReason == nil ? configuration.maxInFlight : 0 }
    var isReady: Bool { session.isReady }
    var isRetired: Bool { session.isClosing }
    var isClosed: Bool { session.isClosed }
    var isBlocked: Bool { session.blockedReason != nil }
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
        let template = templates[Int(entry.severity.rawValue)]
        let frameMax = session.frameMax
        var body = ContentTemplate.Body.none
        do throws(EntryCodecError) {
            try encoder.encode(entry, into: &out) { size, out in
                body = template.begin(id, size: size, frameMax: frameMax, into: &out)
            }
        } catch {
            throw TransportError(.notSent, error.description)
        }
        body.end(in: &out)
        if configuration.mode.isConfirmed { unconfirmed.append(ticket, number: id.number) }
    }

    /// Publishes a body of `size` bytes that `write` appends.
    mutating func publish(
        _ id: EntryID, _ severity: Severity, size: Int, ticket: Int, into out: inout ByteBuffer,
        _ write: (inout ByteBuffer) -> Void
    ) {
        let body = templates[Int(severity.rawValue)].begin(id, size: size, frameMax: session.frameMax, into: &out)
        write(&out)
        body.end(in: &out)
        if configuration.mode.isConfirmed { unconfirmed.append(ticket, number: id.number) }
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
        switch frame.type {
        case .heartbeat: break
        case .header, .body: try takeReturned(frame, bytes)
        case .method:
            let method = try session.decodeMethod(frame, bytes)
            switch method {
            case .basicAck(let deliveryTag, let multiple) where session.isReady:
                try unconfirmed.settle(deliveryTag, multiple: multiple) { ticket, failure in
                    if let failure { completions.fail(ticket, failure) } else { completions.acknowledge(ticket) }
                }
            case .basicNack(let deliveryTag, let multiple) where session.isReady:
                let refused = TransportError(.rejected, "RabbitMQ could not take the entry (basic.nack); see its log")
                try unconfirmed.settle(deliveryTag, multiple: multiple) { completions.fail($0, $1 ?? refused) }
            case .basicReturn(let refusal) where session.isReady:
                guard case .none = returning else { throw Self.misplaced }
                returning = .announced(refusal)
            default:
                guard try session.take(method, into: &out) == .handled else {
                    throw ProtocolError("it sent a method that only a consumer expects")
                }
            }
        }
    }

    /// Takes a frame of a message that comes back because no queue takes it.
    ///
    /// The confirm that follows settles the entry; which one it is, only its message-id tells.
    private mutating func takeReturned(_ frame: FrameHeader, _ bytes: ByteBuffer) throws(ProtocolError) {
        if session.isClosing { return }
        switch (frame.type, returning) {
        case (.header, .announced(let refusal)):
            let header = try ContentHeader(frame, bytes)
            returning = header.bodySize == 0 ? .none : .body(rest: header.bodySize)
            guard let range = header.messageID,
                let id = MessageID.parse(bytes.readableBytesSpan.extracting(range))
            else { return }
            unconfirmed.markReturned(number: id.number, unroutable(refusal))
        case (.body, .body(let rest)) where frame.size <= rest:
            returning = frame.size == rest ? .none : .body(rest: rest - UInt64(frame.size))
        default:
            throw Self.misplaced
        }
    }

    private func unroutable(_ refusal: Refusal) -> TransportError {
        TransportError(
            .rejected,
            "RabbitMQ has no queue for the entry: \(refusal.text) (reply code \(refusal.code)). Start a logger, or bind a "
                + "queue to the exchange '\(configuration.mode.exchange)' (--amqp-queue)")
    }

    private static let misplaced = ProtocolError(
        "it sent content that belongs to no message, or a message within another (AMQP 0-9-1, 4.2.6)")

    // MARK: Goodbye and heartbeats

    mutating func close(into out: inout ByteBuffer) {
        session.close(into: &out)
    }

    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        try session.keepAlive(into: &out)
    }
}
