import Broker

/// The batches that wait to be committed; guarded by the writer's lock.
///
/// The last one grows until it is taken or as large as one may be.
struct StoreQueue: ~Copyable {
    private var waiting: [EntryBatch] = []
    /// How many at the front of ``waiting`` were taken.
    private var taken = 0
    private var spare: [EntryBatch] = []
    private let maxBatchEntries: Int
    private let maxBatchBytes: Int
    /// The entries that wait or are being committed.
    private(set) var entries = 0
    /// The bytes of their texts.
    private(set) var bytes = 0

    init(maxBatchEntries: Int, maxBatchBytes: Int) {
        self.maxBatchEntries = maxBatchEntries
        self.maxBatchBytes = maxBatchBytes
    }

    /// The batch that an entry of so many bytes is to be put into.
    mutating func batch(for byteCount: Int) -> EntryBatch {
        entries += 1
        bytes += byteCount
        if let last = waiting.last, last.count < maxBatchEntries, last.textBytes + byteCount <= maxBatchBytes {
            return last
        }
        let batch = spare.popLast() ?? EntryBatch()
        waiting.append(batch)
        return batch
    }

    /// Takes the batch that has waited longest.
    mutating func next() -> EntryBatch? {
        guard taken < waiting.count else { return nil }
        let batch = waiting[taken]
        taken += 1
        if taken * 2 > waiting.count {
            waiting.removeFirst(taken)
            taken = 0
        }
        return batch
    }

    /// A batch is done with, and empty again.
    mutating func giveBack(_ batch: EntryBatch, entries: Int, bytes: Int) {
        self.entries -= entries
        self.bytes -= bytes
        // One gathers while another is committed, and the senders of a third are told.
        if spare.count < 2 { spare.append(batch) }
    }
}
