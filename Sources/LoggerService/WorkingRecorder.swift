import Broker

/// A recorder that works on each entry before it is recorded: what a logger does that has more to do.
///
/// The work keeps a core, and so the event loop that has read the entry, busy for a time; what waits behind it waits.
struct WorkingRecorder: EntryRecorder {
    private let base: any EntryRecorder
    /// How long an entry takes of a core, in nanoseconds.
    private let nanoseconds: UInt64

    init(_ base: any EntryRecorder, work: Duration) {
        let (seconds, attoseconds) = work.components
        self.init(base, nanoseconds: UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000)
    }

    private init(_ base: any EntryRecorder, nanoseconds: UInt64) {
        (self.base, self.nanoseconds) = (base, nanoseconds)
    }

    var isBehind: Bool { base.isBehind }

    func recorder(forLoop number: Int) -> any EntryRecorder {
        WorkingRecorder(base.recorder(forLoop: number), nanoseconds: nanoseconds)
    }

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        work()
        return base.record(entry, reply: reply)
    }

    func record(
        _ entry: borrowing ReceivedEntry, messageID: RawSpan, mayRepeat: Bool, reply: () -> EntryReply
    ) -> RecordResult {
        work()
        return base.record(entry, messageID: messageID, mayRepeat: mayRepeat, reply: reply)
    }

    func countUndecodable() {
        base.countUndecodable()
    }

    func countRepeated(_ entry: borrowing ReceivedEntry) {
        base.countRepeated(entry)
    }

    /// By the time that the thread has used, not by that which has passed: work that is interrupted is not done meanwhile.
    private func work() {
        let end = MonotonicClock.threadCPUTime &+ nanoseconds
        while MonotonicClock.threadCPUTime < end {}
    }
}
