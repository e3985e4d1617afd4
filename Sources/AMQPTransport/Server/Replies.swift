import NIOCore

/// The answers to messages that ask for one (AMQP 0-9-1, 1.8.3.5: reply-to), with those who asked lately.
struct Replies {
    /// How many of those who ask are remembered: one is a channel of a broker.
    private static let capacity = 64

    private var templates: [ReplyTemplate] = []
    /// The one that was answered last; most messages come in a row from one.
    private var latest = 0
    private var next = 0

    /// Whom to answer, later, and about what.
    final class Address {
        fileprivate let template: ReplyTemplate
        fileprivate let correlationID: ByteBuffer

        fileprivate init(_ template: ReplyTemplate, _ correlationID: ByteBuffer) {
            (self.template, self.correlationID) = (template, correlationID)
        }
    }

    /// Appends the answer to a message: that its entry is recorded, or why it is not.
    mutating func write(
        _ refusal: String?, replyTo: ByteBuffer, correlationID: ByteBuffer, into out: inout ByteBuffer
    ) {
        let index = index(replyTo, correlationID)
        templates[index].write(refusal, correlationID.readableBytesSpan, into: &out)
    }

    /// Appends the answer to a message of before.
    func write(_ refusal: String?, to address: Address, into out: inout ByteBuffer) {
        let id = address.correlationID
        address.template.write(refusal, id.readableBytesSpan, into: &out)
    }

    /// How to answer a message later.
    mutating func address(replyTo: ByteBuffer, correlationID: ByteBuffer) -> Address {
        // The bytes themselves: the buffer is used for the next message.
        let id = ByteBuffer(bytes: correlationID.readableBytesView)
        return Address(templates[index(replyTo, correlationID)], id)
    }

    private mutating func index(_ replyTo: ByteBuffer, _ correlationID: ByteBuffer) -> Int {
        let asked = replyTo.readableBytesSpan
        let count = correlationID.readableBytes
        if latest < templates.count, templates[latest].answers(asked, correlationBytes: count) { return latest }
        for index in templates.indices where templates[index].answers(asked, correlationBytes: count) {
            latest = index
            return index
        }
        let template = ReplyTemplate(replyTo: asked, correlationBytes: count)
        if templates.count < Self.capacity {
            latest = templates.count
            templates.append(template)
        } else {
            latest = next
            templates[next] = template
            next = (next + 1) % Self.capacity
        }
        return latest
    }
}
