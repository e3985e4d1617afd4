import NIOCore
import Synchronization

/// What is looked after once a second.
protocol SecondTicking: AnyObject {
    /// A second has passed since this was called last, or since it was added; the first one may be a little longer.
    func secondPassed()
}

/// Looks after the connections of an event loop once a second: a thousand with a timer each would keep it busy for 1 to 2% of its
/// time with nothing else to do.
///
/// Those that were added within the same sixteenth of a second are called together, so that ten thousand do not hold the loop up
/// at once. Confined to the event loop.
final class SecondTicks: @unchecked Sendable {
    // Unchecked: confined to the event loop.

    private static let slotCount = 16
    private static let second = TimeAmount.seconds(1)
    private static let slotNanoseconds = UInt64(second.nanoseconds) / UInt64(slotCount)

    /// Those whose seconds begin in the same part of a second.
    private struct Slot {
        var members: [ObjectIdentifier: any SecondTicking] = [:]
        /// Those that were added since the last tick, for whom the next one is too early.
        var newcomers: [ObjectIdentifier: any SecondTicking] = [:]
        /// When they are called next; nil where nobody is.
        var due: NIODeadline?
    }

    private let eventLoop: any EventLoop
    private var slots = [Slot](repeating: Slot(), count: slotCount)

    private static let all = Mutex<[ObjectIdentifier: SecondTicks]>([:])

    private init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Those of an event loop, which lives as long as the process.
    static func of(_ eventLoop: any EventLoop) -> SecondTicks {
        all.withLock { all in
            let ticks = all[ObjectIdentifier(eventLoop)] ?? SecondTicks(eventLoop)
            all[ObjectIdentifier(eventLoop)] = ticks
            return ticks
        }
    }

    /// Calls it once a second from now on.
    func add(_ member: any SecondTicking) {
        let place = (eventLoop.now.uptimeNanoseconds + Self.slotNanoseconds - 1) / Self.slotNanoseconds
        let index = Int(place % UInt64(Self.slotCount))
        if let due = slots[index].due, due - eventLoop.now >= Self.second {
            slots[index].members[ObjectIdentifier(member)] = member
            return
        }
        slots[index].newcomers[ObjectIdentifier(member)] = member
        if slots[index].due == nil { schedule(index, at: .uptimeNanoseconds(place * Self.slotNanoseconds)) }
    }

    /// Calls it no more.
    func remove(_ member: any SecondTicking) {
        let key = ObjectIdentifier(member)
        for index in slots.indices {
            guard slots[index].members.removeValue(forKey: key) == nil else { return }
            guard slots[index].newcomers.removeValue(forKey: key) == nil else { return }
        }
    }

    private func schedule(_ index: Int, at deadline: NIODeadline) {
        slots[index].due = deadline
        eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.tick(index, deadline) }
    }

    private func tick(_ index: Int, _ due: NIODeadline) {
        for (key, member) in slots[index].members where slots[index].members[key] != nil {
            member.secondPassed()
        }
        slots[index].members.merge(slots[index].newcomers) { _, new in new }
        slots[index].newcomers = [:]
        slots[index].due = nil
        // With nobody left there is nothing to be called for.
        guard !slots[index].members.isEmpty else { return }
        var next = due + Self.second
        let now = eventLoop.now
        while next <= now { next = next + Self.second }
        schedule(index, at: next)
    }
}
