import NIOCore
import TransportIO

/// The published entries that no logger has answered yet, in the order of their correlation ids.
///
/// An entry's correlation id is the delivery tag that RabbitMQ confirms it under: 1 for the first on a channel in confirm mode,
/// and the next number for each further one. Replies come in any order, and may come twice, where a logger was handed the
/// entry twice: then the first one counts.
struct ReplyQueue {
    private struct Publish {
        /// Negative once its fate is told.
        var ticket: Int
        /// The entry's number on its connection, as in its message-id.
        var number: UInt64
        /// Whether RabbitMQ has confirmed it: it is in a queue, or was.
        var isQueued = false
    }

    private var publishes = CircularBuffer<Publish>(initialCapacity: 64)
    private var firstTag: UInt64 = 1
    /// The first tag that was not confirmed together with all before it.
    private var firstUnconfirmed: UInt64 = 1

    /// The tag of the next entry.
    var nextTag: UInt64 { firstTag + UInt64(publishes.count) }

    /// Whether nothing was ever confirmed or answered.
    var isUntouched: Bool {
        firstTag == 1 && firstUnconfirmed == 1 && publishes.allSatisfy { $0.ticket >= 0 && !$0.isQueued }
    }

    /// An entry was published; its tag is ``nextTag``.
    mutating func append(_ ticket: Int, number: UInt64) {
        publishes.append(Publish(ticket: ticket, number: number))
    }

    /// The entry whose tag ends in these 32 bits was answered: the ticket of one that waits; nil where none does.
    mutating func answered(_ correlationID: UInt32) -> Int? {
        let distance = correlationID &- UInt32(truncatingIfNeeded: firstTag)
        guard distance < publishes.count else { return nil }
        return take(at: Int(distance))
    }

    /// The entry of that number came back; nil where it does not wait.
    mutating func returned(number: UInt64) -> Int? {
        publishes.firstIndex { $0.number == number && $0.ticket >= 0 }.flatMap {
            take(at: publishes.distance(from: publishes.startIndex, to: $0))
        }
    }

    /// RabbitMQ has the entry of `deliveryTag` in a queue, or with `multiple` all up to it; 0 with `multiple` means all.
    mutating func queued(_ deliveryTag: UInt64, multiple: Bool) throws(ProtocolError) {
        for index in try indices(deliveryTag, multiple: multiple) { publishes[offset: index].isQueued = true }
        confirmed(deliveryTag, multiple: multiple)
    }

    /// RabbitMQ could not take the entry of `deliveryTag`, or with `multiple` all up to it.
    mutating func refused(
        _ deliveryTag: UInt64, multiple: Bool, _ refused: (Int) -> Void
    ) throws(ProtocolError) {
        // What is taken away makes the indices of the rest smaller, so that it goes from the last to the first.
        for index in try indices(deliveryTag, multiple: multiple).reversed() {
            if let ticket = take(at: index) { refused(ticket) }
        }
        confirmed(deliveryTag, multiple: multiple)
    }

    /// Nobody waits for the answer to that entry any more; whether RabbitMQ has it in a queue, so that it is for a logger to answer.
    mutating func giveUp(_ ticket: Int) -> Bool {
        // Those that have waited for the longest are the first.
        guard let index = publishes.firstIndex(where: { $0.ticket == ticket }) else { return false }
        guard publishes[index].isQueued else { return false }
        _ = take(at: publishes.distance(from: publishes.startIndex, to: index))
        return true
    }

    /// Forgets every entry that waits; `forgotten` is told each ticket.
    mutating func removeAll(_ forgotten: (Int) -> Void) {
        for publish in publishes where publish.ticket >= 0 { forgotten(publish.ticket) }
        self = ReplyQueue()
    }

    private mutating func take(at offset: Int) -> Int? {
        let ticket = publishes[offset: offset].ticket
        guard ticket >= 0 else { return nil }
        publishes[offset: offset].ticket = -1
        while let first = publishes.first, first.ticket < 0 {
            publishes.removeFirst()
            firstTag += 1
        }
        return ticket
    }

    /// What a confirm is about, of what still waits, as distances from the first.
    private func indices(_ deliveryTag: UInt64, multiple: Bool) throws(ProtocolError) -> Range<Int> {
        guard deliveryTag < nextTag, deliveryTag >= firstUnconfirmed || (deliveryTag == 0 && multiple) else {
            throw ProtocolError("it confirmed the delivery tag \(deliveryTag), which is not outstanding")
        }
        let end = multiple && deliveryTag == 0 ? nextTag : deliveryTag + 1
        let start = max(firstTag, multiple ? firstUnconfirmed : deliveryTag)
        return start < end ? Int(start - firstTag)..<Int(end - firstTag) : 0..<0
    }

    private mutating func confirmed(_ deliveryTag: UInt64, multiple: Bool) {
        if multiple {
            firstUnconfirmed = deliveryTag == 0 ? nextTag : deliveryTag + 1
        } else if deliveryTag == firstUnconfirmed {
            firstUnconfirmed += 1
        }
    }
}
