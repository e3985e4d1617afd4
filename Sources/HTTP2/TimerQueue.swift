public import NIOCore

/// What an engine has to do at certain times, the earliest first: a binary heap.
///
/// Entries are never searched for: one whose call has ended is found to be void when its time has come, or thrown away
/// when the void ones have become the most.
public struct TimerQueue<Entry> {
    @usableFromInline var heap: [(time: NIODeadline, entry: Entry)] = []
    /// How many entries there may be before the void ones are looked for.
    @usableFromInline var sweepCount = 64

    /// Creates an empty queue.
    @inlinable public init() {}

    /// When the first entry is due.
    @inlinable public var next: NIODeadline? { heap.first?.time }

    /// Adds an entry.
    /// - Parameter isVoid: tells entries that can be thrown away.
    @inlinable public mutating func add(_ entry: Entry, at time: NIODeadline, isVoid: (Entry) -> Bool) {
        if heap.count >= sweepCount { sweep(isVoid) }
        heap.append((time, entry))
        var child = heap.count - 1
        while child > 0, heap[child].time < heap[(child - 1) / 2].time {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Removes and returns the first entry if it is due.
    @inlinable public mutating func pop(due now: NIODeadline) -> Entry? {
        guard let first = heap.first, first.time <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink(0)
        }
        return first.entry
    }

    @inlinable mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].time < heap[least].time {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    @inlinable mutating func sweep(_ isVoid: (Entry) -> Bool) {
        heap.removeAll { isVoid($0.entry) }
        for parent in stride(from: heap.count / 2, through: 0, by: -1) { sink(parent) }
        sweepCount = max(64, heap.count * 2)
    }
}
