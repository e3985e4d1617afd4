import Broker
import EntryJSON
import NIOCore
import TransportIO

/// One channel that entries are published on: what RabbitMQ has not confirmed of it, or no logger answered, and what comes back.
struct PublishChannel {
    /// The message that is coming back.
    private enum Returning {
        case none
        case announced(Refusal)
        case body(rest: UInt64)
    }

    /// The channel's number.
    let number: UInt16
    private let exchange: String
    private let templates: [ContentTemplate]
    private var unconfirmed = ConfirmQueue()
    private var returning = Returning.none
    /// Whether an entry is done when a logger has answered it; then they are in ``unanswered`` instead.
    private let isAnswered: Bool
    private var unanswered = ReplyQueue()
    private var reply = IncomingContent(limits: EntryLimits(maxEntryBytes: Self.maxReplyBytes))

    /// More than any reason for a refusal has.
    private static let maxReplyBytes = 4096

    init(_ number: UInt16, mode: PublishMode) {
        self.number = number
        exchange = mode.exchange
        isAnswered = mode.isAnswered
        templates = Severity.allCases.map { ContentTemplate(severity: $0, mode: mode, channel: number) }
    }

    /// What precedes the body of an entry of `severity`.
    func template(_ severity: Severity) -> ContentTemplate { templates[Int(severity.rawValue)] }

    /// The tag of the next entry, where an answer is to bear it.
    var nextTag: UInt64 { isAnswered ? unanswered.nextTag : 0 }

    /// An entry was published that is to be confirmed.
    mutating func published(_ id: EntryID, ticket: Int) {
        if isAnswered {
            unanswered.append(ticket, number: id.number)
        } else {
            unconfirmed.append(ticket, number: id.number)
        }
    }

    /// Nobody waits for that entry any more: whether RabbitMQ has it in a queue, so that it is a logger that has not answered.
    mutating func giveUp(_ ticket: Int) -> Bool {
        isAnswered && unanswered.giveUp(ticket)
    }

    // MARK: Receiving

    /// Settles entries that were confirmed, or that RabbitMQ could not take where there is a `refusal`.
    mutating func settle(
        _ deliveryTag: UInt64, multiple: Bool, refusal: TransportError? = nil, _ completions: inout Completions
    ) throws(ProtocolError) {
        guard !isAnswered else {
            guard let refusal else { return try unanswered.queued(deliveryTag, multiple: multiple) }
            return try unanswered.refused(deliveryTag, multiple: multiple) { completions.fail($0, refusal) }
        }
        try unconfirmed.settle(deliveryTag, multiple: multiple) { ticket, returned in
            if let failure = returned ?? refusal {
                completions.fail(ticket, failure)
            } else {
                completions.acknowledge(ticket)
            }
        }
    }

    /// A message comes back because no queue takes it (basic.return); its content follows.
    mutating func announceReturn(_ refusal: Refusal) throws(ProtocolError) {
        guard case .none = returning else { throw Self.misplaced }
        returning = .announced(refusal)
    }

    /// A logger's answer has come (basic.deliver); its content follows.
    mutating func announceReply(_ delivery: Delivery) throws(ProtocolError) {
        guard case .none = returning else { throw Self.misplaced }
        try reply.announce(delivery)
    }

    /// Takes a frame of a message that comes back, or of a logger's answer.
    mutating func takeContent(
        _ frame: FrameHeader, _ bytes: ByteBuffer, _ completions: inout Completions
    ) throws(ProtocolError) {
        if isAnswered, case .none = returning {
            try takeReply(frame, bytes, &completions)
        } else {
            try takeReturned(frame, bytes, &completions)
        }
    }

    /// One that answers nothing that still waits is of a logger that was handed an entry twice, or took its time.
    private mutating func takeReply(
        _ frame: FrameHeader, _ bytes: ByteBuffer, _ completions: inout Completions
    ) throws(ProtocolError) {
        guard let message = try reply.take(frame, bytes),
            let id = CorrelationID.parse(reply.correlationID.readableBytesSpan),
            let ticket = unanswered.answered(id)
        else { return }
        let failure =
            switch message.body {
            case .inFrame: Self.failure(in: bytes.readableBytesSpan.extracting(frame.payload))
            case .assembled: Self.failure(in: reply.assembled.readableBytesSpan)
            case .oversized: Self.unknownReply
            }
        if let failure {
            completions.fail(ticket, failure)
        } else {
            completions.acknowledge(ticket)
        }
    }

    /// What a reply says against its entry; nil where the logger has recorded it.
    private static func failure(in body: RawSpan) -> TransportError? {
        if body.byteCount == JSONEnvelope.logged.count,
            body.withUnsafeBytes({ $0.elementsEqual(JSONEnvelope.logged) })
        {
            return nil
        }
        return switch JSONEnvelope.content(of: body) {
        case .logged: nil
        case .failed(let why): TransportError(.rejected, why)
        case .other: unknownReply
        }
    }

    private static let unknownReply = TransportError(
        final: .unknown, "a reply came that is no logger's: it is not {\"error\": false, \"message\": ...}")

    /// Takes a frame of a message that comes back; which one it is, only its message-id tells.
    ///
    /// The confirm that follows settles the entry, where nobody else answers it.
    private mutating func takeReturned(
        _ frame: FrameHeader, _ bytes: ByteBuffer, _ completions: inout Completions
    ) throws(ProtocolError) {
        switch (frame.type, returning) {
        case (.header, .announced(let refusal)):
            let header = try ContentHeader(frame, bytes)
            returning = header.bodySize == 0 ? .none : .body(rest: header.bodySize)
            guard let range = header.messageID,
                let id = MessageID.parse(bytes.readableBytesSpan.extracting(range))
            else {
                // Its confirm, which follows, would be taken for that of an entry that a queue has.
                throw ProtocolError(
                    "it returned a message without the message-id that it was published with: \(refusal)")
            }
            guard isAnswered else { return unconfirmed.markReturned(number: id.number, unroutable(refusal)) }
            if let ticket = unanswered.returned(number: id.number) { completions.fail(ticket, unroutable(refusal)) }
        case (.body, .body(let rest)) where frame.size <= rest:
            returning = frame.size == rest ? .none : .body(rest: rest - UInt64(frame.size))
        default:
            throw Self.misplaced
        }
    }

    private func unroutable(_ refusal: Refusal) -> TransportError {
        TransportError(
            // No logger was asked.
            isAnswered ? .notSent : .rejected,
            "RabbitMQ has no queue for the entry: \(refusal). Start a logger, or bind a queue to the exchange "
                + "'\(exchange)' (--amqp-queue)")
    }

    private static let misplaced = ProtocolError(
        "it sent content that belongs to no message, or a message within another (AMQP 0-9-1, 4.2.6)")

    // MARK: A channel that RabbitMQ has closed

    /// Whether nothing was ever confirmed on it, answered or refused.
    var isUntouched: Bool { isAnswered ? unanswered.isUntouched : unconfirmed.isUntouched }

    /// RabbitMQ has closed the channel: fails what it carried, whose outcome nobody knows.
    ///
    /// The delivery tags begin anew.
    /// - Throws: where nothing was ever confirmed on it, so that it would only be closed again.
    mutating func closed(_ refusal: Refusal, _ completions: inout Completions) throws(ProtocolError) {
        guard !isUntouched else {
            throw ProtocolError("it closed the channel: \(refusal)")
        }
        let unknown = TransportError(.unknown, "RabbitMQ closed the channel: \(refusal)")
        unconfirmed.removeAll { ticket, returned in completions.fail(ticket, returned ?? unknown) }
        unanswered.removeAll { ticket in completions.fail(ticket, unknown) }
        returning = .none
        reply = IncomingContent(limits: EntryLimits(maxEntryBytes: Self.maxReplyBytes))
    }
}
