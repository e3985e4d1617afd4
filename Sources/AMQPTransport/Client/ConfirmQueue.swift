import Broker
import NIOCore
import TransportIO

/// The published entries that RabbitMQ has not confirmed yet, in the order of their delivery tags.
///
/// On a channel in confirm mode the first publish has the delivery tag 1 and each further one the next number, so the
/// queue is indexed by the distance from its first.
struct ConfirmQueue {
    private struct Publish {
        /// Negative once it is settled.
        var ticket: Int
        /// The entry's number on its connection, as in its message-id.
        var number: UInt64
    }

    private var publishes = CircularBuffer<Publish>(initialCapacity: 64)
    private var firstTag: UInt64 = 1
    /// Why entries came back, by their ticket; the confirm that follows settles them.
    private var returned: [Int: TransportError] = [:]

    /// An entry was published; its delivery tag is the next number.
    mutating func append(_ ticket: Int, number: UInt64) {
        publishes.append(Publish(ticket: ticket, number: number))
    }

    /// The entry of that number came back, which carries no delivery tag; nothing happens if it is not outstanding.
    mutating func markReturned(number: UInt64, _ reason: TransportError) {
        // Messages come back in the order they were published, shortly before their confirms.
        guard let publish = publishes.first(where: { $0.number == number && $0.ticket >= 0 }) else { return }
        returned[publish.ticket] = reason
    }

    /// Settles the entry of `deliveryTag`, or with `multiple` all up to it; 0 with `multiple` means all.
    ///
    /// `settled` is told each ticket, and why the entry came back if it did.
    mutating func settle(
        _ deliveryTag: UInt64, multiple: Bool, _ settled: (Int, TransportError?) -> Void
    ) throws(ProtocolError) {
        if multiple {
            let count = deliveryTag == 0 ? publishes.count : try index(of: deliveryTag) + 1
            for _ in 0..<count {
                let ticket = publishes.removeFirst().ticket
                if ticket >= 0 { settled(ticket, takeReturned(ticket)) }
            }
            firstTag += UInt64(count)
        } else {
            let index = publishes.index(publishes.startIndex, offsetBy: try index(of: deliveryTag))
            let ticket = publishes[index].ticket
            guard ticket >= 0 else { throw unexpected(deliveryTag) }
            settled(ticket, takeReturned(ticket))
            publishes[index].ticket = -1
        }
        while let first = publishes.first, first.ticket < 0 {
            publishes.removeFirst()
            firstTag += 1
        }
    }

    /// Whether nothing was settled yet, of all that was published.
    var isUntouched: Bool { firstTag == 1 && publishes.first.map { $0.ticket >= 0 } ?? true }

    /// Forgets every entry that is outstanding; `forgotten` is told each ticket, and why the entry came back if it did.
    mutating func removeAll(_ forgotten: (Int, TransportError?) -> Void) {
        for publish in publishes where publish.ticket >= 0 { forgotten(publish.ticket, takeReturned(publish.ticket)) }
        self = ConfirmQueue()
    }

    private mutating func takeReturned(_ ticket: Int) -> TransportError? {
        returned.isEmpty ? nil : returned.removeValue(forKey: ticket)
    }

    private func index(of deliveryTag: UInt64) throws(ProtocolError) -> Int {
        guard deliveryTag >= firstTag, deliveryTag - firstTag < UInt64(publishes.count) else {
            throw unexpected(deliveryTag)
        }
        return Int(deliveryTag - firstTag)
    }

    private func unexpected(_ deliveryTag: UInt64) -> ProtocolError {
        ProtocolError("it confirmed the delivery tag \(deliveryTag), which is not outstanding")
    }
}
