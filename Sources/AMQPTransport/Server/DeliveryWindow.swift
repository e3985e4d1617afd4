import NIOCore

/// The deliveries that RabbitMQ waits for an answer to, in the order of their delivery tags.
///
/// Tags count up from 1 on a channel. What is acknowledged is always the longest prefix that is settled, so that one
/// basic.ack with `multiple` answers for all of it.
struct DeliveryWindow {
    private enum Fate: UInt8 {
        case open
        case recorded
        /// It was given back already, with basic.reject or basic.nack.
        case rejected
    }

    private var fates = CircularBuffer<Fate>(initialCapacity: 64)
    private var firstTag: UInt64 = 1
    /// The last recorded delivery of the settled prefix that was not acknowledged yet.
    ///
    /// It has to be a recorded one:
    /// RabbitMQ takes an acknowledgement of a tag that was rejected for a protocol error.
    private var acknowledgeable: UInt64?
    private var acknowledged: UInt64 = 0

    /// Whether no delivery waits for its fate.
    var isEmpty: Bool { fates.isEmpty }

    /// Whether something is settled that was not acknowledged yet.
    var hasAcknowledgeable: Bool { acknowledgeable != nil }

    /// The tag of the next delivery.
    var nextTag: UInt64 { firstTag + UInt64(fates.count) }

    /// A delivery has come; its tag is ``nextTag``, and its fate is open.
    mutating func append() {
        fates.append(.open)
    }

    /// A delivery is recorded or was rejected; false if it is not open.
    mutating func settle(_ deliveryTag: UInt64, isRejected: Bool) -> Bool {
        guard deliveryTag >= firstTag, deliveryTag < nextTag else { return false }
        let index = fates.index(fates.startIndex, offsetBy: Int(deliveryTag - firstTag))
        guard fates[index] == .open else { return false }
        fates[index] = isRejected ? .rejected : .recorded
        while let first = fates.first, first != .open {
            if first == .recorded { acknowledgeable = firstTag }
            fates.removeFirst()
            firstTag += 1
        }
        return true
    }

    /// The tag up to which everything can be acknowledged now; nil if fewer than `batch` were settled since the last call.
    mutating func takeAcknowledgeable(batch: UInt64) -> UInt64? {
        guard let tag = acknowledgeable, tag - acknowledged >= batch else { return nil }
        acknowledged = tag
        acknowledgeable = nil
        return tag
    }
}
