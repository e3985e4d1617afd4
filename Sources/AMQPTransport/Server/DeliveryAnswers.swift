import CRabbitMQ
import NIOCore
import TransportIO

/// What RabbitMQ is told of deliveries: one basic.ack for many that are recorded, a basic.reject for each that is not, and a
/// basic.nack for each that could not be.
struct DeliveryAnswers {
    private let pace: AcknowledgementPace
    private var window = DeliveryWindow()
    private var lastAck: [UInt8] = []
    /// Whether the loop was asked to call when what is settled has waited for long enough.
    private var isWakeUpSet = false

    /// The loop that calls then; without one, nothing waits for the batch to be complete.
    var loop: EngineLoop?

    init(pace: AcknowledgementPace) {
        self.pace = pace
    }

    /// Whether no delivery waits for its fate.
    var isEmpty: Bool { window.isEmpty }

    /// The tag of the next delivery.
    var nextTag: UInt64 { window.nextTag }

    /// A delivery has come; its tag is ``nextTag``.
    mutating func append() {
        window.append()
    }

    /// A delivery is recorded, and can be acknowledged.
    mutating func settle(_ deliveryTag: UInt64) {
        _ = window.settle(deliveryTag, isRejected: false)
    }

    /// Gives a delivery back that could not be looked at, however often.
    ///
    /// Not with basic.reject: that says that the message has failed, which RabbitMQ counts from 4.3 on; with too many of them a
    /// quorum queue lets it die.
    mutating func giveBack(_ deliveryTag: UInt64, isClosing: Bool, into out: inout ByteBuffer) {
        guard window.settle(deliveryTag, isRejected: true), !isClosing else { return }
        var nack = amqp_basic_nack_t()
        nack.delivery_tag = deliveryTag
        nack.requeue = 1
        out.writeMethod(AMQP_BASIC_NACK_METHOD, nack)
    }

    /// Refuses a delivery, which comes again with `requeue` and is dead otherwise.
    mutating func reject(_ deliveryTag: UInt64, requeue: Bool, isClosing: Bool, into out: inout ByteBuffer) {
        guard window.settle(deliveryTag, isRejected: true), !isClosing else { return }
        var reject = amqp_basic_reject_t()
        reject.delivery_tag = deliveryTag
        reject.requeue = requeue ? 1 : 0
        out.writeMethod(AMQP_BASIC_REJECT_METHOD, reject)
    }

    /// Acknowledges what is settled if that is enough, and sees to it that it does not wait for too long otherwise.
    mutating func acknowledge(into out: inout ByteBuffer) {
        acknowledge(atLeast: loop == nil ? 1 : pace.batch, into: &out)
        guard window.hasAcknowledgeable, !isWakeUpSet, let loop else { return }
        isWakeUpSet = true
        loop.wake(at: loop.now + pace.delay)
    }

    /// The loop has called: acknowledges what has waited.
    mutating func wakeUp(into out: inout ByteBuffer) {
        isWakeUpSet = false
        acknowledge(atLeast: 1, into: &out)
    }

    /// Acknowledges all that is settled, if it is so much.
    ///
    /// An acknowledgement that still waits at the end of `out` is replaced by its successor, so that entries completed one
    /// by one in a tick cost one frame together.
    mutating func acknowledge(atLeast count: UInt64, into out: inout ByteBuffer) {
        guard let deliveryTag = window.takeAcknowledgeable(batch: count) else { return }
        if endsWithLastAck(out) { out.moveWriterIndex(to: out.writerIndex - lastAck.count) }
        let start = out.writerIndex
        var ack = amqp_basic_ack_t()
        ack.delivery_tag = deliveryTag
        ack.multiple = 1
        out.writeMethod(AMQP_BASIC_ACK_METHOD, ack)
        lastAck.removeAll(keepingCapacity: true)
        lastAck.append(contentsOf: out.viewBytes(at: start, length: out.writerIndex - start) ?? ByteBufferView())
    }

    /// Whether the last acknowledgement was not sent yet and nothing was written behind it.
    ///
    /// No two acknowledgements have the same delivery tag, so equal bytes are the same frame.
    private func endsWithLastAck(_ out: ByteBuffer) -> Bool {
        guard !lastAck.isEmpty, out.readableBytes >= lastAck.count else { return false }
        let end = out.viewBytes(at: out.writerIndex - lastAck.count, length: lastAck.count)
        return end?.elementsEqual(lastAck) ?? false
    }
}
