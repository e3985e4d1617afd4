import Broker

/// The entries in flight on one socket: who waits for each, by ticket.
struct PendingSends {
    typealias Waiter = LoopContinuation<TransportError?>

    private struct Slot {
        /// Nil where nobody waits any more, though the peer may still answer.
        var waiter: Waiter?
        /// The second of the pool's in which the entry was given to it.
        var since: UInt16
        /// How many seconds have begun while it was on this socket.
        var age: UInt16 = 0
        var isInUse = true
    }

    private var slots: [Slot] = []
    private var free: [Int] = []

    /// The number of entries in flight.
    var count: Int { slots.count - free.count }

    /// Reserves the lowest free tickets first, so that they stay small.
    /// - Parameter since: when the entry was given to the pool, by the pool's count of seconds.
    mutating func insert(_ waiter: Waiter, since: UInt16) -> Int {
        guard let ticket = free.popLast() else {
            slots.append(Slot(waiter: waiter, since: since))
            return slots.count - 1
        }
        slots[ticket] = Slot(waiter: waiter, since: since)
        return ticket
    }

    /// Frees a ticket and returns who waits for it; nil if nobody does, or the ticket is not in use.
    mutating func remove(_ ticket: Int) -> Waiter? {
        guard slots.indices.contains(ticket), slots[ticket].isInUse else { return nil }
        let waiter = slots[ticket].waiter
        slots[ticket].waiter = nil
        slots[ticket].isInUse = false
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
        for index in slots.indices where slots[index].isInUse {
            slots[index].age += 1
            isOverdue = isOverdue || slots[index].age >= limit
        }
        return isOverdue
    }

    /// The tickets of those that have reached that age.
    func overdue(limit: UInt16) -> [Int] {
        slots.indices.filter { slots[$0].isInUse && slots[$0].age >= limit }
    }

    /// Resumes everyone whose entry was given to the pool `limit` seconds ago; the tickets stay in use, for the answers that
    /// may still come.
    mutating func abandonOverdue(now: UInt16, limit: UInt16, _ failure: @autoclosure () -> TransportError) {
        for index in slots.indices where slots[index].waiter != nil && now &- slots[index].since >= limit {
            slots[index].waiter.take()?.resume(returning: failure())
        }
    }
}
