import Broker
import NIOCore
import TransportIO

/// One channel that entries are published on: what RabbitMQ has not confirmed of it, and what comes back.
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

    init(_ number: UInt16, mode: PublishMode) {
        self.number = number
        exchange = mode.exchange
        templates = Severity.allCases.map { ContentTemplate(severity: $0, mode: mode, channel: number) }
    }

    /// What precedes the body of an entry of `severity`.
    func template(_ severity: Severity) -> ContentTemplate { templates[Int(severity.rawValue)] }

    /// An entry was published that is to be confirmed.
    mutating func published(_ id: EntryID, ticket: Int) {
        unconfirmed.append(ticket, number: id.number)
    }

    // MARK: Receiving

    /// Settles entries that were confirmed, or that RabbitMQ could not take where there is a `refusal`.
    mutating func settle(
        _ deliveryTag: UInt64, multiple: Bool, refusal: TransportError? = nil, _ completions: inout Completions
    ) throws(ProtocolError) {
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

    /// Takes a frame of a message that comes back.
    ///
    /// The confirm that follows settles the entry; which one it is, only its message-id tells.
    mutating func takeReturned(_ frame: FrameHeader, _ bytes: ByteBuffer) throws(ProtocolError) {
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
            "RabbitMQ has no queue for the entry: \(refusal). Start a logger, or bind a queue to the exchange "
                + "'\(exchange)' (--amqp-queue)")
    }

    private static let misplaced = ProtocolError(
        "it sent content that belongs to no message, or a message within another (AMQP 0-9-1, 4.2.6)")

    // MARK: A channel that RabbitMQ has closed

    /// RabbitMQ has closed the channel: fails what it carried, whose outcome nobody knows.
    ///
    /// The delivery tags begin anew.
    /// - Throws: where nothing was ever confirmed on it, so that it would only be closed again.
    mutating func closed(_ refusal: Refusal, _ completions: inout Completions) throws(ProtocolError) {
        guard !unconfirmed.isUntouched else { throw ProtocolError("it closed the channel: \(refusal)") }
        let unknown = TransportError(.unknown, "RabbitMQ closed the channel: \(refusal)")
        unconfirmed.removeAll { ticket, returned in completions.fail(ticket, returned ?? unknown) }
        returning = .none
    }
}
