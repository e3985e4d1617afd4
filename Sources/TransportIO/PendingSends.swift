import Broker

/// The entries in flight on one socket: who waits for each, by ticket.
struct PendingSends {
    typealias Waiter = UnsafeContinuation<TransportError?, Never>

    private struct Slot {
        var waiter: Waiter?
        var age: UInt16 = 0
    }

    private var slots: [Slot] = []
    private var free: [Int] = []

    /// The number of entries in flight.
    var count: Int { slots.count - free.count }

    /// Reserves the lowest free tickets first, so that they stay small.
    mutating func insert(_ waiter: Waiter) -> Int {
        guard let ticket = free.popLast() else {
            slots.append(Slot(waiter: waiter))
            return slots.count - 1
        }
        slots[ticket] = Slot(waiter: waiter)
        return ticket
    }

    /// Frees a ticket and returns who waits for it; nil if the ticket is not in use.
    mutating func remove(_ ticket: Int) -> Waiter? {
        guard slots.indices.contains(ticket), let waiter = slots[ticket].waiter else { return nil }
        slots[ticket].waiter = nil
        free.append(ticket)
        return waiter
    }

    /// Frees all tickets and resumes everyone who waits.
    mutating func failAll(_ failure: TransportError) {
        let waiters = slots.compactMap(\.waiter)
        slots.removeAll()
        free.removeAll()
        for waiter in waiters {
            waiter.resume(returning: failure)
        }
    }

    /// Makes every entry in flight one age older and returns whether one has reached `limit`.
    ///
    /// Ages are counted by a slow timer, so that no clock is read and no timer is set for a single send.
    mutating func growOlder(limit: UInt16) -> Bool {
        var isOverdue = false
        for index in slots.indices where slots[index].waiter != nil {
            slots[index].age += 1
            isOverdue = isOverdue || slots[index].age >= limit
        }
        return isOverdue
    }
}
