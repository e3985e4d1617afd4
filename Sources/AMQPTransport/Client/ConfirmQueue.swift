import NIOCore
import TransportIO

/// The published entries that RabbitMQ has not confirmed yet, in the order of their delivery tags.
///
/// On a channel in confirm mode the first publish has the delivery tag 1 and each further one the next number, so the
/// queue is indexed by the distance from its first.
struct ConfirmQueue {
    private var tickets = CircularBuffer<Int?>(initialCapacity: 64)
    private var firstTag: UInt64 = 1

    /// An entry was published; its delivery tag is the next number.
    mutating func append(_ ticket: Int) {
        tickets.append(ticket)
    }

    /// Settles the entry of `deliveryTag`, or with `multiple` all up to it; 0 with `multiple` means all.
    mutating func settle(
        _ deliveryTag: UInt64, multiple: Bool, _ settled: (Int) -> Void
    ) throws(ProtocolError) {
        if multiple {
            let count = deliveryTag == 0 ? tickets.count : try index(of: deliveryTag) + 1
            for _ in 0..<count {
                if let ticket = tickets.removeFirst() { settled(ticket) }
            }
            firstTag += UInt64(count)
        } else {
            let index = tickets.index(tickets.startIndex, offsetBy: try index(of: deliveryTag))
            guard let ticket = tickets[index] else { throw unexpected(deliveryTag) }
            settled(ticket)
            tickets[index] = nil
        }
        while case .some(nil) = tickets.first {
            tickets.removeFirst()
            firstTag += 1
        }
    }

    private func index(of deliveryTag: UInt64) throws(ProtocolError) -> Int {
        guard deliveryTag >= firstTag, deliveryTag - firstTag < UInt64(tickets.count) else {
            throw unexpected(deliveryTag)
        }
        return Int(deliveryTag - firstTag)
    }

    private func unexpected(_ deliveryTag: UInt64) -> ProtocolError {
        ProtocolError("it confirmed the delivery tag \(deliveryTag), which is not outstanding")
    }
}
