import Broker
import CRabbitMQ
import EntryJSON
import NIOCore
import TransportIO

/// The broker half of AMQP: publishes entries persistently on one channel, in the confirm mode of RabbitMQ.
struct AMQPClientEngine: ClientEngine {
    private let maxInFlight: Int
    private let limits: EntryLimits
    private let templates: [ContentTemplate]
    private var session: Session
    private var unconfirmed = ConfirmQueue()
    /// The bytes of a returned message that are still to come; nil while its content header is.
    private var returned: UInt64? = 0

    init(url: AMQPURL, queue: String?, maxInFlight: Int, limits: EntryLimits) {
        self.maxInFlight = maxInFlight
        self.limits = limits
        templates = Severity.allCases.map { ContentTemplate(severity: $0) }
        // Without a bound queue RabbitMQ would confirm entries and drop them.
        let collecting = queue.map { SetupStep.collecting(in: $0, temporary: false) } ?? []
        session = Session(
            configuration: Session.Configuration(url: url, setup: [.declareExchange] + collecting + [.selectConfirms]))
    }

    var capacity: Int { session.blockedReason == nil ? maxInFlight : 0 }
    var isReady: Bool { session.isReady }
    var isRetired: Bool { session.isClosing }
    var isClosed: Bool { session.isClosed }
    var keepAliveInterval: TimeAmount? { session.keepAliveInterval }

    mutating func open(into out: inout ByteBuffer) {
        session.open(into: &out)
    }

    mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try limits.check(entry)
        let json = EntryJSON(entry)
        publish(entry.severity, size: json.byteCount, ticket: ticket, into: &out, json.write(into:))
    }

    /// Publishes a body of `size` bytes that `write` appends.
    mutating func publish(
        _ severity: Severity, size: Int, ticket: Int, into out: inout ByteBuffer, _ write: (inout ByteBuffer) -> Void
    ) {
        templates[Int(severity.rawValue)].publish(into: &out, size: size, frameMax: session.frameMax, write)
        unconfirmed.append(ticket)
    }

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
                try unconfirmed.settle(deliveryTag, multiple: multiple) { completions.acknowledge($0) }
            case .basicNack(let deliveryTag, let multiple) where session.isReady:
                let refused = TransportError(.rejected, "RabbitMQ could not take the entry (basic.nack); see its log")
                try unconfirmed.settle(deliveryTag, multiple: multiple) { completions.fail($0, refused) }
            case .basicReturn where session.isReady:
                returned = nil
            default:
                guard try session.take(method, into: &out) == .handled else {
                    throw ProtocolError("it sent a method that only a consumer expects")
                }
            }
        }
    }

    /// Steps over the content of a returned message.
    ///
    /// Entries are not published as mandatory, so there should be none; and the confirm that follows settles the entry.
    private mutating func takeReturned(_ frame: FrameHeader, _ bytes: ByteBuffer) throws(ProtocolError) {
        if session.isClosing { return }
        switch (frame.type, returned) {
        case (.header, nil):
            returned = try ContentHeader(frame, bytes).bodySize
        case (.body, .some(let rest)) where frame.size <= rest:
            returned = rest - UInt64(frame.size)
        default:
            throw ProtocolError("it sent content that belongs to no message (AMQP 0-9-1, 4.2.6)")
        }
    }

    mutating func close(into out: inout ByteBuffer) {
        session.close(into: &out)
    }

    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        try session.keepAlive(into: &out)
    }
}
