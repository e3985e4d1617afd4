import Synchronization

/// A run, and what the accounts of it that event loops keep have in common.
///
/// What depends on the order in which entries came is told here, by atomics and not by a lock: whether a number is new, and
/// whether a higher one was before it.
final class Run: Sendable {
    let id: [UInt8]
    /// Whether its texts carry a ``PayloadSeal``.
    let isSealed: Bool
    /// How far this logger's clock is ahead of that of whoever says when the entries were sent, in nanoseconds.
    let clockAhead: Int64
    let memory: LedgerMemory.Share
    /// The numbers that have come.
    let sequences: SequencePages
    private let highest = Atomic<UInt64>(0)
    /// The entries whose sequence number could not be kept.
    let untracked = Atomic<UInt64>(0)
    /// Whether it was forgotten, and no loop is to begin an account of it.
    let isForgotten = Flag()

    init(id: [UInt8], isSealed: Bool, clockAhead: Int64 = 0, memory: LedgerMemory.Share, loops: Int) {
        self.id = id
        self.isSealed = isSealed
        self.clockAhead = clockAhead
        self.memory = memory
        sequences = SequencePages(loops: loops, takeMemory: memory.take)
    }

    /// A new number has come; returns whether a higher one was before it.
    func isOvertaken(_ sequence: UInt64) -> Bool {
        var before = highest.load(ordering: .relaxed)
        // Not `max()`, which compares unsigned numbers as signed ones (Swift 6.3).
        while sequence > before {
            let isHighest: Bool
            (isHighest, before) = highest.weakCompareExchange(
                expected: before, desired: sequence, ordering: .relaxed)
            if isHighest { return false }
        }
        return sequence < before
    }
}
